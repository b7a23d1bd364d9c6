/** min and max of numbers, and bool_and / bool_or, which are min and max of booleans. */
import type { Float64Vector, Int32Vector, Vector } from '../../types/vector.ts';
import { setNull } from '../../types/vector.ts';
import { writeInt64 } from '../../types/vector-access.ts';
import type { Accumulator } from './accumulator.ts';
import { grownCapacity, growFloat64, growUint8, keptGroups } from './accumulator.ts';

export class NumberExtremeAccumulator implements Accumulator {
  /** 1 for max, -1 for min. */
  readonly #direction: 1 | -1;
  #values = new Float64Array(0);
  #filled = new Uint8Array(0);
  /** Values of groups whose best one does not fit a number: wide int8. */
  #big = new Map<number, bigint>();

  constructor(direction: 1 | -1) {
    this.#direction = direction;
  }

  reserve(count: number): void {
    if (count <= this.#values.length) return;
    const capacity = grownCapacity(this.#values.length, count);
    this.#values = growFloat64(this.#values, capacity);
    this.#filled = growUint8(this.#filled, capacity);
  }

  add(args: readonly Vector[], selection: Int32Array | undefined, count: number, groups: Int32Array | undefined): void {
    const vector = args[0] as Vector;
    if (this.#big.size > 0 || (vector.kind === 'int64' && vector.wide !== undefined)) {
      this.#addWide(vector, selection, count, groups);
      return;
    }
    const { values, nulls } = vector as Int32Vector | Float64Vector;
    const isFloat = vector.kind === 'float64';
    const best = this.#values;
    const filled = this.#filled;
    const direction = this.#direction;
    for (let k = 0; k < count; k++) {
      const row = selection === undefined ? k : (selection[k] as number);
      if (nulls !== undefined && nulls[row] === 1) continue;
      const group = groups === undefined ? 0 : (groups[row] as number);
      const value = values[row] as number;
      const known = best[group] as number;
      if (
        filled[group] === 1 &&
        !(value * direction >= known * direction) &&
        !(isFloat && this.#beatsNaN(value, known))
      ) {
        continue;
      }
      best[group] = value;
      filled[group] = 1;
    }
  }

  /** NaN is above all numbers. */
  #beatsNaN(value: number, known: number): boolean {
    return this.#direction === 1 ? value !== value : known !== known;
  }

  #addWide(vector: Vector, selection: Int32Array | undefined, count: number, groups: Int32Array | undefined): void {
    if (vector.kind !== 'int64') return;
    for (let k = 0; k < count; k++) {
      const row = selection === undefined ? k : (selection[k] as number);
      if (vector.nulls !== undefined && vector.nulls[row] === 1) continue;
      const group = groups === undefined ? 0 : (groups[row] as number);
      const value = vector.wide === undefined ? (vector.values[row] as number) : (vector.wide[row] as bigint);
      const known = this.#big.get(group) ?? (this.#values[group] as number);
      if (this.#filled[group] === 1 && (this.#direction === 1 ? value < known : value > known)) continue;
      this.#keep(group, value);
    }
  }

  #keep(group: number, value: number | bigint): void {
    this.#filled[group] = 1;
    this.#values[group] = Number(value);
    if (typeof value === 'bigint' && BigInt(Number(value)) !== value) this.#big.set(group, value);
    else if (typeof value === 'bigint' && !Number.isSafeInteger(Number(value))) this.#big.set(group, value);
    else this.#big.delete(group);
  }

  write(group: number, output: Vector, row: number): void {
    if (this.#filled[group] === 0) {
      setNull(output, row);
    } else if (output.kind === 'int64') {
      writeInt64(output, row, this.#big.get(group) ?? (this.#values[group] as number));
    } else {
      (output as Int32Vector).values[row] = this.#values[group] as number;
      if (output.nulls !== undefined) output.nulls[row] = 0;
    }
  }

  clear(): void {
    if (this.#values.length > keptGroups) {
      this.#values = new Float64Array(0);
      this.#filled = new Uint8Array(0);
    } else {
      this.#filled.fill(0);
    }
    this.#big.clear();
  }

  get bytes(): number {
    return this.#values.byteLength + this.#filled.byteLength + this.#big.size * 96;
  }
}
