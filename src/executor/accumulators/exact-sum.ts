/**
 * sum and avg of integers and numerics, exactly. A sum is a JS number as long as it stays below 2^52, so that adding a value
 * cannot round; what goes beyond is moved to a bigint of its group. Numerics are summed as unscaled digits at the largest
 * scale seen; a group's display scale is the largest of its own values.
 */
import type { Datum } from '../../types/datum.ts';
import { Numeric } from '../../types/datum.ts';
import {
  bigPowerOfTen,
  divide,
  makeNumeric,
  numericFromInteger,
  numericInfinity,
  numericNaN,
  numericNegativeInfinity,
} from '../../types/numeric-math.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import type { Int64Vector, NumericVector, Vector } from '../../types/vector.ts';
import { checkInt8 } from '../../functions/int8-math.ts';
import type { Accumulator } from './accumulator.ts';
import { grownCapacity, growFloat64, keptGroups } from './accumulator.ts';

/** A sum below this plus a value below this is exact. */
const exactLimit = 2 ** 52;

export type SumResult = 'int8' | 'numeric' | 'average';

export class ExactSumAccumulator implements Accumulator {
  readonly #result: SumResult;
  readonly #handler: TypeHandler;
  #sums = new Float64Array(0);
  #counts = new Float64Array(0);
  /** What has been moved out of #sums, by group. */
  #big = new Map<number, bigint>();
  /** Scale of all sums; grows when a value of a larger one comes. */
  #scale = 0;
  /** Display scale per group, once values of different scales have been seen. */
  #scales: Uint16Array | undefined = undefined;
  #anyRows = false;
  /** NaN and infinities per group: bit 0 NaN, 1 Infinity, 2 -Infinity. */
  #special = new Map<number, number>();

  /** `handler` is that of the result type. */
  constructor(result: SumResult, handler: TypeHandler) {
    this.#result = result;
    this.#handler = handler;
  }

  reserve(count: number): void {
    if (count <= this.#sums.length) return;
    const capacity = grownCapacity(this.#sums.length, count);
    this.#sums = growFloat64(this.#sums, capacity);
    this.#counts = growFloat64(this.#counts, capacity);
    if (this.#scales === undefined) return;
    const scales = new Uint16Array(capacity);
    scales.set(this.#scales);
    this.#scales = scales;
  }

  add(args: readonly Vector[], selection: Int32Array | undefined, count: number, groups: Int32Array | undefined): void {
    const vector = args[0] as Vector;
    if (vector.kind === 'numeric') this.#addNumeric(vector, selection, count, groups);
    else if (vector.kind === 'int64' && vector.wide !== undefined) this.#addWide(vector, selection, count, groups);
    else this.#addNumbers((vector as Int64Vector).values, vector.nulls, selection, count, groups, 1);
  }

  #addNumbers(
    values: Float64Array | Int32Array,
    nulls: Uint8Array | undefined,
    selection: Int32Array | undefined,
    count: number,
    groups: Int32Array | undefined,
    factor: number,
  ): void {
    const sums = this.#sums;
    const counts = this.#counts;
    for (let k = 0; k < count; k++) {
      const row = selection === undefined ? k : (selection[k] as number);
      if (nulls !== undefined && nulls[row] === 1) continue;
      const group = groups === undefined ? 0 : (groups[row] as number);
      const value = (values[row] as number) * factor;
      const sum = (sums[group] as number) + value;
      counts[group] = (counts[group] as number) + 1;
      if (sum < exactLimit && sum > -exactLimit && value < exactLimit && value > -exactLimit) sums[group] = sum;
      else this.#carry(group, BigInt(values[row] as number) * BigInt(factor));
    }
  }

  /** Moves the group's sum and one more value to the bigint. */
  #carry(group: number, value: bigint): void {
    this.#big.set(group, (this.#big.get(group) ?? 0n) + BigInt(this.#sums[group] as number) + value);
    this.#sums[group] = 0;
  }

  #addWide(
    vector: Int64Vector,
    selection: Int32Array | undefined,
    count: number,
    groups: Int32Array | undefined,
  ): void {
    const wide = vector.wide as BigInt64Array;
    for (let k = 0; k < count; k++) {
      const row = selection === undefined ? k : (selection[k] as number);
      if (vector.nulls !== undefined && vector.nulls[row] === 1) continue;
      this.#addBig(groups === undefined ? 0 : (groups[row] as number), wide[row] as bigint);
    }
  }

  #addBig(group: number, value: bigint): void {
    this.#counts[group] = (this.#counts[group] as number) + 1;
    this.#carry(group, value);
  }

  #addNumeric(
    vector: NumericVector,
    selection: Int32Array | undefined,
    count: number,
    groups: Int32Array | undefined,
  ): void {
    if (vector.wide !== undefined) {
      this.#addObjects(vector, vector.wide, selection, count, groups);
      return;
    }
    this.#adoptScale(vector.scale);
    if (this.#scales !== undefined) this.#noteScales(vector, selection, count, groups);
    const factor = this.#scale - vector.scale;
    if (factor > 15) this.#addScaled(vector, selection, count, groups);
    else this.#addNumbers(vector.values, vector.nulls, selection, count, groups, 10 ** factor);
  }

  /** Values so far below the common scale that aligning them needs bigints. */
  #addScaled(
    vector: NumericVector,
    selection: Int32Array | undefined,
    count: number,
    groups: Int32Array | undefined,
  ): void {
    const factor = bigPowerOfTen(this.#scale - vector.scale);
    for (let k = 0; k < count; k++) {
      const row = selection === undefined ? k : (selection[k] as number);
      if (vector.nulls !== undefined && vector.nulls[row] === 1) continue;
      this.#addBig(groups === undefined ? 0 : (groups[row] as number), BigInt(vector.values[row] as number) * factor);
    }
  }

  #addObjects(
    vector: NumericVector,
    wide: readonly Numeric[],
    selection: Int32Array | undefined,
    count: number,
    groups: Int32Array | undefined,
  ): void {
    for (let k = 0; k < count; k++) {
      const row = selection === undefined ? k : (selection[k] as number);
      if (vector.nulls !== undefined && vector.nulls[row] === 1) continue;
      this.#addObject(groups === undefined ? 0 : (groups[row] as number), wide[row] as Numeric);
    }
  }

  #addObject(group: number, value: Numeric): void {
    if (value.kind !== 'finite') {
      const bit = value.kind === 'nan' ? 1 : value.kind === 'infinity' ? 2 : 4;
      this.#special.set(group, (this.#special.get(group) ?? 0) | bit);
      this.#counts[group] = (this.#counts[group] as number) + 1;
      return;
    }
    this.#adoptScale(value.scale);
    const scales = this.#scales;
    if (scales !== undefined && value.scale > (scales[group] as number)) scales[group] = value.scale;
    this.#addBig(group, BigInt(value.digits) * bigPowerOfTen(this.#scale - value.scale));
  }

  /** Brings all sums to at least this scale; from the first difference on, display scales are kept per group. */
  #adoptScale(scale: number): void {
    if (!this.#anyRows) {
      this.#anyRows = true;
      this.#scale = scale;
      return;
    }
    if (scale === this.#scale) return;
    if (this.#scales === undefined) {
      this.#scales = new Uint16Array(this.#sums.length);
      for (let group = 0; group < this.#sums.length; group++) {
        if ((this.#counts[group] as number) > 0) this.#scales[group] = this.#scale;
      }
    }
    if (scale > this.#scale) this.#rescale(scale);
  }

  #rescale(scale: number): void {
    const factor = bigPowerOfTen(scale - this.#scale);
    for (let group = 0; group < this.#sums.length; group++) {
      if (this.#sums[group] === 0 && !this.#big.has(group)) continue;
      this.#carry(group, 0n);
      this.#big.set(group, (this.#big.get(group) as bigint) * factor);
    }
    this.#scale = scale;
  }

  #noteScales(
    vector: NumericVector,
    selection: Int32Array | undefined,
    count: number,
    groups: Int32Array | undefined,
  ): void {
    const scales = this.#scales as Uint16Array;
    for (let k = 0; k < count; k++) {
      const row = selection === undefined ? k : (selection[k] as number);
      if (vector.nulls !== undefined && vector.nulls[row] === 1) continue;
      const group = groups === undefined ? 0 : (groups[row] as number);
      if (vector.scale > (scales[group] as number)) scales[group] = vector.scale;
    }
  }

  write(group: number, output: Vector, row: number): void {
    this.#handler.writeDatum(output, row, this.#finish(group));
  }

  #finish(group: number): Datum {
    const count = this.#counts[group] as number;
    if (count === 0) return null;
    if (this.#result === 'int8') return checkInt8(this.#total(group));
    const sum = this.#numeric(group);
    return this.#result === 'average' ? divide(sum, numericFromInteger(count)) : sum;
  }

  #total(group: number): bigint {
    return (this.#big.get(group) ?? 0n) + BigInt(this.#sums[group] as number);
  }

  #numeric(group: number): Numeric {
    const special = this.#special.get(group);
    if (special !== undefined) {
      if ((special & 1) !== 0 || special === 6) return numericNaN;
      return special === 2 ? numericInfinity : numericNegativeInfinity;
    }
    const scale = this.#scales === undefined ? this.#scale : (this.#scales[group] as number);
    if (scale === this.#scale && !this.#big.has(group)) return new Numeric(this.#sums[group] as number, scale);
    return makeNumeric(this.#total(group) / bigPowerOfTen(this.#scale - scale), scale);
  }

  clear(): void {
    if (this.#sums.length > keptGroups) {
      this.#sums = new Float64Array(0);
      this.#counts = new Float64Array(0);
    } else {
      this.#sums.fill(0);
      this.#counts.fill(0);
    }
    this.#big.clear();
    this.#special.clear();
    this.#scales = undefined;
    this.#scale = 0;
    this.#anyRows = false;
  }

  get bytes(): number {
    return this.#sums.byteLength * 2 + (this.#scales?.byteLength ?? 0) + (this.#big.size + this.#special.size) * 96;
  }
}
