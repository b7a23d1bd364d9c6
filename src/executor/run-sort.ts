/**
 * Sorting a run of up to 16 k row numbers: by prefix with a radix sort over the bits of the doubles, then ranges of equal
 * prefixes by comparing rows. Both are stable.
 */

/** Negative, 0, positive: the order of two rows whose prefixes are equal. */
export type RowOrder = (a: number, b: number) => number;

const radixBits = 11;
const radixSize = 1 << radixBits;
const radixMask = radixSize - 1;
const passes = 6;
/** Below this many rows a merge sort is quicker than clearing the counters. */
const radixMin = 256;

const counters = new Int32Array(passes * radixSize);

/** Sorts ids[0 … count), whose prefixes are prefixes[id]. `order` undefined: equal prefixes are equal rows. */
export function sortRun(ids: Int32Array, count: number, prefixes: Float64Array, order: RowOrder | undefined): void {
  if (count < radixMin) {
    mergeSort(ids, 0, count, (a, b) => {
      const difference = comparePrefixes(prefixes[a] as number, prefixes[b] as number);
      return difference !== 0 || order === undefined ? difference : order(a, b);
    });
    return;
  }
  radixSort(ids, count, prefixes);
  if (order === undefined) return;
  for (let start = 0; start < count;) {
    const prefix = prefixes[ids[start] as number];
    let end = start + 1;
    while (end < count && prefixes[ids[end] as number] === prefix) end++;
    if (end - start > 1) mergeSort(ids, start, end, order);
    start = end;
  }
}

export function comparePrefixes(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Least significant digit first; a digit that all rows share costs nothing but its counting. */
function radixSort(ids: Int32Array, count: number, prefixes: Float64Array): void {
  const keys = orderedBits(ids, count, prefixes);
  const histogram = counters.fill(0);
  for (let i = 0; i < count; i++) {
    const low = keys[i * 2] as number;
    const high = keys[i * 2 + 1] as number;
    for (let pass = 0; pass < passes; pass++) {
      const at = pass * radixSize + digitOf(low, high, pass);
      histogram[at] = (histogram[at] as number) + 1;
    }
  }
  let from = Int32Array.from({ length: count }, (_, i) => i);
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
  for (let i = 0; i < count; i++) to[i] = ids[from[i] as number] as number;
  ids.set(to);
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
function orderedBits(ids: Int32Array, count: number, prefixes: Float64Array): Int32Array {
  const doubles = new Float64Array(count);
  for (let i = 0; i < count; i++) doubles[i] = prefixes[ids[i] as number] as number;
  const bits = new Int32Array(doubles.buffer);
  for (let i = 0; i < count; i++) {
    const high = bits[i * 2 + 1] as number;
    // Negative numbers sort the other way round; the sign bit is flipped for all.
    const mask = high >> 31;
    bits[i * 2] = (bits[i * 2] as number) ^ mask;
    bits[i * 2 + 1] = high ^ (mask | 0x8000_0000);
  }
  return bits;
}

const insertionMax = 12;

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
