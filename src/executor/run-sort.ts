/**
 * Sorting a run of up to 16 k rows of a store, key after key: the rows' prefixes of one key (sort-prefix.ts) are radix sorted, then
 * each range of equal prefixes is sorted by what the prefix left out: later bytes of the same key, or the next key. Short ranges
 * are sorted by comparing rows. Stable.
 */
import type { BytesVector, Vector } from '../types/vector.ts';
import type { RowComparison } from './row-order.ts';
import { commonLength, isPrefixExact, isRefinable, writePrefixes } from './sort-prefix.ts';
import type { SortColumn } from './sort-prefix.ts';

/** Negative, 0, positive: the order of two rows. */
type RowOrder = (a: number, b: number) => number;

const radixBits = 11;
const radixSize = 1 << radixBits;
const radixMask = radixSize - 1;
const passes = 6;
/** Below this many rows a merge sort is quicker than clearing the counters. */
const radixMin = 256;
/** Ranges up to this size are not worth prefixes. */
const compareMax = 24;
const insertionMax = 12;

const counters = new Int32Array(passes * radixSize);

export class RunSorter {
  readonly #columns: readonly Vector[];
  readonly #keys: readonly SortColumn[];
  readonly #comparison: RowComparison;
  /** By row in the range being sorted. */
  #prefixes = new Float64Array(0);

  constructor(columns: readonly Vector[], keys: readonly SortColumn[], comparison: RowComparison) {
    this.#columns = columns;
    this.#keys = keys;
    this.#comparison = comparison;
  }

  /** Sorts row numbers in place. */
  sort(ids: Int32Array): void {
    this.#prefixes = new Float64Array(ids.length);
    this.#sortRange(ids, 0, 0);
  }

  /** `skip`: leading bytes of the key that are known to be equal. */
  #sortRange(ids: Int32Array, first: number, skip: number): void {
    const key = this.#keys[first];
    if (key === undefined || ids.length < 2) return;
    if (ids.length <= compareMax) {
      mergeSort(ids, 0, ids.length, this.#orderFrom(first));
      return;
    }
    const vector = this.#columns[key.index] as Vector;
    const common = isRefinable(vector, key) ? commonLength(vector, ids.length, ids, skip) : 0;
    const prefixes = this.#prefixes.subarray(0, ids.length);
    writePrefixes(vector, key, ids, ids.length, prefixes, 0, common);
    sortByPrefix(ids, prefixes);
    for (let start = 0; start < ids.length;) {
      const prefix = prefixes[start] as number;
      let end = start + 1;
      while (end < ids.length && prefixes[end] === prefix) end++;
      if (end - start > 1) this.#sortTies(ids.subarray(start, end), first, common);
      start = end;
    }
  }

  /** Rows whose prefixes of key `first`, taken from byte `common` on, are equal. Overwrites #prefixes from 0 on. */
  #sortTies(ids: Int32Array, first: number, common: number): void {
    const saved = this.#prefixes;
    const key = this.#keys[first] as SortColumn;
    const vector = this.#columns[key.index] as Vector;
    const isSame = isPrefixExact(vector) || (isRefinable(vector, key) && areSame(vector, ids, common));
    if (isSame) {
      this.#prefixes = new Float64Array(ids.length);
      this.#sortRange(ids, first + 1, 0);
    } else if (isRefinable(vector, key) && commonLength(vector, ids.length, ids, common) > common) {
      this.#prefixes = new Float64Array(ids.length);
      this.#sortRange(ids, first, common);
    } else {
      mergeSort(ids, 0, ids.length, this.#orderFrom(first));
    }
    this.#prefixes = saved;
  }

  #orderFrom(first: number): RowOrder {
    const columns = this.#columns;
    return (a, b) => this.#comparison.compare(columns, a, columns, b, first);
  }
}

/** Whether the rows, which agree in `known` bytes, have one and the same value. */
function areSame(vector: BytesVector, ids: Int32Array, known: number): boolean {
  const length = vector.lengths[ids[0] as number] as number;
  for (let k = 1; k < ids.length; k++) if (vector.lengths[ids[k] as number] !== length) return false;
  return commonLength(vector, ids.length, ids, known) === length;
}

/** Sorts ids and their prefixes (by position) together. */
function sortByPrefix(ids: Int32Array, prefixes: Float64Array): void {
  const count = ids.length;
  const order = Int32Array.from({ length: count }, (_, i) => i);
  if (count < radixMin) {
    mergeSort(order, 0, count, (a, b) => comparePrefixes(prefixes[a] as number, prefixes[b] as number));
    permute(ids, prefixes, order);
  } else {
    permute(ids, prefixes, radixSort(prefixes, order));
  }
}

function permute(ids: Int32Array, prefixes: Float64Array, order: Int32Array): void {
  const oldIds = ids.slice();
  const oldPrefixes = prefixes.slice();
  for (let i = 0; i < order.length; i++) {
    const from = order[i] as number;
    ids[i] = oldIds[from] as number;
    prefixes[i] = oldPrefixes[from] as number;
  }
}

export function comparePrefixes(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Positions in the order of their prefixes. Least significant digit first; a digit that all share costs only its counting. */
function radixSort(prefixes: Float64Array, order: Int32Array<ArrayBuffer>): Int32Array {
  const count = prefixes.length;
  const keys = orderedBits(prefixes);
  const histogram = counters.fill(0);
  for (let i = 0; i < count; i++) {
    const low = keys[i * 2] as number;
    const high = keys[i * 2 + 1] as number;
    for (let pass = 0; pass < passes; pass++) {
      const at = pass * radixSize + digitOf(low, high, pass);
      histogram[at] = (histogram[at] as number) + 1;
    }
  }
  let from = order;
  let to = new Int32Array(count);
  for (let pass = 0; pass < passes; pass++) {
    if (!toOffsets(pass, count, digitOf(keys[0] as number, keys[1] as number, pass))) continue;
    const base = pass * radixSize;
    for (let i = 0; i < count; i++) {
      const item = from[i] as number;
      const at = base + digitOf(keys[item * 2] as number, keys[item * 2 + 1] as number, pass);
      const place = histogram[at] as number;
      histogram[at] = place + 1;
      to[place] = item;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Turns the counts of a digit into start offsets; false when all rows have the same digit. */
function toOffsets(pass: number, count: number, someDigit: number): boolean {
  const base = pass * radixSize;
  if (counters[base + someDigit] === count) return false;
  let offset = 0;
  for (let digit = base; digit < base + radixSize; digit++) {
    const size = counters[digit] as number;
    counters[digit] = offset;
    offset += size;
  }
  return true;
}

/** Digit `pass` of 64 bits given as two halves. */
function digitOf(low: number, high: number, pass: number): number {
  const shift = pass * radixBits;
  if (shift + radixBits <= 32) return (low >>> shift) & radixMask;
  if (shift >= 32) return (high >>> (shift - 32)) & radixMask;
  return ((low >>> shift) | (high << (32 - shift))) & radixMask;
}

/** The bits of the doubles, changed so that their unsigned order is that of the numbers: low half, high half. */
function orderedBits(prefixes: Float64Array): Int32Array {
  const bits = new Int32Array(prefixes.slice().buffer);
  for (let i = 0; i < bits.length; i += 2) {
    const high = bits[i + 1] as number;
    // Negative numbers sort the other way round; the sign bit is flipped for all.
    const mask = high >> 31;
    bits[i] = (bits[i] as number) ^ mask;
    bits[i + 1] = high ^ (mask | 0x8000_0000);
  }
  return bits;
}

/** Stable merge sort of ids[start, end). */
function mergeSort(ids: Int32Array, start: number, end: number, order: RowOrder): void {
  if (end - start <= insertionMax) {
    insertionSort(ids, start, end, order);
    return;
  }
  const middle = (start + end) >>> 1;
  mergeSort(ids, start, middle, order);
  mergeSort(ids, middle, end, order);
  if (order(ids[middle - 1] as number, ids[middle] as number) <= 0) return;
  const left = ids.slice(start, middle);
  let a = 0;
  let b = middle;
  for (let at = start; a < left.length; at++) {
    const takeRight = b < end && order(ids[b] as number, left[a] as number) < 0;
    ids[at] = takeRight ? (ids[b++] as number) : (left[a++] as number);
  }
}

function insertionSort(ids: Int32Array, start: number, end: number, order: RowOrder): void {
  for (let i = start + 1; i < end; i++) {
    const id = ids[i] as number;
    let at = i;
    while (at > start && order(id, ids[at - 1] as number) < 0) {
      ids[at] = ids[at - 1] as number;
      at--;
    }
    ids[at] = id;
  }
}
