/** count(*) and count(x). */
import type { Int64Vector, Vector } from '../../types/vector.ts';
import type { Accumulator } from './accumulator.ts';
import { grownCapacity, growFloat64, keptGroups } from './accumulator.ts';

export class CountAccumulator implements Accumulator {
  #counts = new Float64Array(0);

  reserve(count: number): void {
    if (count > this.#counts.length)
      this.#counts = growFloat64(this.#counts, grownCapacity(this.#counts.length, count));
  }

  add(args: readonly Vector[], selection: Int32Array | undefined, count: number, groups: Int32Array | undefined): void {
    const nulls = args[0]?.nulls;
    const counts = this.#counts;
    if (nulls === undefined && groups === undefined) {
      counts[0] = (counts[0] as number) + count;
      return;
    }
    for (let k = 0; k < count; k++) {
      const row = selection === undefined ? k : (selection[k] as number);
      if (nulls !== undefined && nulls[row] === 1) continue;
      const group = groups === undefined ? 0 : (groups[row] as number);
      counts[group] = (counts[group] as number) + 1;
    }
  }

  write(group: number, output: Vector, row: number): void {
    (output as Int64Vector).values[row] = this.#counts[group] as number;
  }

  clear(): void {
    if (this.#counts.length > keptGroups) this.#counts = new Float64Array(0);
    else this.#counts.fill(0);
  }

  get bytes(): number {
    return this.#counts.byteLength;
  }
}
