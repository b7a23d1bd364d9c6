/**
 * The state of one aggregate for all groups. Fast ones keep typed arrays indexed by group; generic.ts wraps the functions'
 * own states. NULL arguments are skipped by all but the generic one, which knows whether its function is strict.
 */
import type { Vector } from '../../types/vector.ts';

export interface Accumulator {
  /** Makes room for groups 0 … count - 1; new ones begin empty. */
  reserve(count: number): void;
  /** Adds the selected rows, row by row to groups[row]; `groups` undefined: all to group 0. */
  add(args: readonly Vector[], selection: Int32Array | undefined, count: number, groups: Int32Array | undefined): void;
  /** Writes the result of `group` to row `row` of `output` (rows come in ascending order). */
  write(group: number, output: Vector, row: number): void;
  /** Back to no groups; memory of reasonable size is kept. */
  clear(): void;
  /** Bytes held, for work_mem. */
  readonly bytes: number;
}

/** Typed arrays grow by doubling from here. */
export const firstGroups = 16;
/** Arrays up to this many groups stay allocated after `clear`. */
export const keptGroups = 1024;

export function grownCapacity(current: number, needed: number): number {
  return Math.max(firstGroups, current * 2, needed);
}

export function growFloat64(array: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(length);
  grown.set(array);
  return grown;
}

export function growUint8(array: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(length);
  grown.set(array);
  return grown;
}
