/** min and max of types stored as bytes: the best value of each group lies in one arena, rewritten when it is mostly garbage. */
import { ByteWriter } from '../../common/byte-writer.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { BytesVector, setNull } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import { rowComparator } from '../../types/vector-io.ts';
import type { RowComparator } from '../../types/vector-io.ts';
import type { Accumulator } from './accumulator.ts';
import { grownCapacity, keptGroups } from './accumulator.ts';

const compactAtBytes = 64 * 1024;

export class BytesExtremeAccumulator implements Accumulator {
  readonly #direction: 1 | -1;
  readonly #compare: RowComparator;
  /** Row g is the best value of group g; length -1 while there is none. */
  #best = new BytesVector(0);
  #arena = new ByteWriter(256);
  #usedBytes = 0;

  constructor(direction: 1 | -1, handler: TypeHandler) {
    this.#direction = direction;
    this.#compare = rowComparator(handler);
  }

  reserve(count: number): void {
    const { offsets, lengths } = this.#best;
    if (count <= offsets.length) return;
    const grown = new BytesVector(grownCapacity(offsets.length, count));
    grown.offsets.set(offsets);
    grown.lengths.fill(-1);
    grown.lengths.set(lengths);
    grown.data = this.#arena.bytes;
    this.#best = grown;
  }

  add(args: readonly Vector[], selection: Int32Array | undefined, count: number, groups: Int32Array | undefined): void {
    const vector = args[0] as BytesVector;
    const { nulls } = vector;
    const best = this.#best;
    for (let k = 0; k < count; k++) {
      const row = selection === undefined ? k : (selection[k] as number);
      if (nulls !== undefined && nulls[row] === 1) continue;
      const group = groups === undefined ? 0 : (groups[row] as number);
      const isFirst = best.lengths[group] === -1;
      if (isFirst || this.#compare(vector, row, best, group) * this.#direction >= 0) this.#keep(group, vector, row);
    }
    if (this.#arena.length > compactAtBytes && this.#arena.length > this.#usedBytes * 2) this.#compact();
  }

  #keep(group: number, vector: BytesVector, row: number): void {
    const best = this.#best;
    const length = vector.lengths[row] as number;
    const before = Math.max(best.lengths[group] as number, 0);
    const from = vector.offsets[row] as number;
    const start = this.#arena.length;
    this.#arena.copy(vector.data, from, from + length);
    best.data = this.#arena.bytes;
    best.offsets[group] = start;
    best.lengths[group] = length;
    this.#usedBytes += length - before;
  }

  #compact(): void {
    const arena = new ByteWriter(this.#usedBytes * 2 + 256);
    const best = this.#best;
    for (let group = 0; group < best.offsets.length; group++) {
      const length = best.lengths[group] as number;
      if (length < 0) continue;
      const from = best.offsets[group] as number;
      best.offsets[group] = arena.length;
      arena.copy(best.data, from, from + length);
    }
    this.#arena = arena;
    best.data = arena.bytes;
  }

  write(group: number, output: Vector, row: number): void {
    const length = this.#best.lengths[group] as number;
    if (length < 0) {
      setNull(output, row);
      return;
    }
    const target = output as BytesVector;
    const arena = target.arenaForWrite();
    const start = arena.length;
    const from = this.#best.offsets[group] as number;
    arena.copy(this.#best.data, from, from + length);
    target.endValue(row, start);
    if (target.nulls !== undefined) target.nulls[row] = 0;
  }

  clear(): void {
    if (this.#best.offsets.length > keptGroups) this.#best = new BytesVector(0);
    else this.#best.lengths.fill(-1);
    if (this.#arena.bytes.length > compactAtBytes) this.#arena = new ByteWriter(256);
    else this.#arena.reset();
    this.#usedBytes = 0;
  }

  get bytes(): number {
    return this.#best.offsets.byteLength * 2 + this.#arena.bytes.length;
  }
}
