/** sum and avg of float4 and float8, added in the order of the rows; float4 sums round every step, as in PostgreSQL. */
import type { Float64Vector, Vector } from '../../types/vector.ts';
import { setNull } from '../../types/vector.ts';
import { inlineRuntime as r } from '../../functions/inline-runtime.ts';
import type { Accumulator } from './accumulator.ts';
import { grownCapacity, growFloat64, keptGroups } from './accumulator.ts';

export class FloatSumAccumulator implements Accumulator {
  readonly #average: boolean;
  readonly #single: boolean;
  #sums = new Float64Array(0);
  #counts = new Float64Array(0);

  /** `single`: partial sums are float4. */
  constructor(average: boolean, single: boolean) {
    this.#average = average;
    this.#single = single;
  }

  reserve(count: number): void {
    if (count <= this.#sums.length) return;
    const capacity = grownCapacity(this.#sums.length, count);
    this.#sums = growFloat64(this.#sums, capacity);
    this.#counts = growFloat64(this.#counts, capacity);
  }

  add(args: readonly Vector[], selection: Int32Array | undefined, count: number, groups: Int32Array | undefined): void {
    const { values, nulls } = args[0] as Float64Vector;
    const sums = this.#sums;
    const counts = this.#counts;
    for (let k = 0; k < count; k++) {
      const row = selection === undefined ? k : (selection[k] as number);
      if (nulls !== undefined && nulls[row] === 1) continue;
      const group = groups === undefined ? 0 : (groups[row] as number);
      const before = sums[group] as number;
      const value = values[row] as number;
      // The first value counts as it is: adding it to 0 would lose the sign of -0.
      if (counts[group] === 0) sums[group] = value;
      else sums[group] = this.#single ? r.addFloat4(before, value) : r.addFloat8(before, value);
      counts[group] = (counts[group] as number) + 1;
    }
  }

  write(group: number, output: Vector, row: number): void {
    const count = this.#counts[group] as number;
    const sum = this.#sums[group] as number;
    if (count === 0) {
      setNull(output, row);
      return;
    }
    (output as Float64Vector).values[row] = this.#average ? sum / count : sum;
    if (output.nulls !== undefined) output.nulls[row] = 0;
  }

  clear(): void {
    if (this.#sums.length > keptGroups) {
      this.#sums = new Float64Array(0);
      this.#counts = new Float64Array(0);
    } else {
      this.#sums.fill(0);
      this.#counts.fill(0);
    }
  }

  get bytes(): number {
    return this.#sums.byteLength * 2;
  }
}
