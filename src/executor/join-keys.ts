/** The keys of one side of an equality join: computed, hashed, and which rows have a NULL among them. */
import type { Expression } from '../algebra/expression.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import { getType } from '../types/registry.ts';
import type { Vector } from '../types/vector.ts';
import type { EvaluationContext } from './compile/batch-environment.ts';
import { hashColumns } from './hashing.ts';
import type { Layout } from './layout.ts';
import { Projection } from './projection.ts';

export class JoinKeys {
  readonly handlers: readonly TypeHandler[];
  /** By position in the selection. */
  hashes = new Int32Array(64);
  /** By position: 1 when a key is NULL; undefined when none is. */
  nulls: Uint8Array | undefined = undefined;
  readonly #projection: Projection;
  #nullsBuffer = new Uint8Array(64);

  constructor(keys: readonly Expression[], layout: Layout) {
    this.handlers = keys.map((key) => getType(key.type));
    this.#projection = new Projection(keys, layout);
  }

  open(context: EvaluationContext): void {
    this.#projection.open(context);
  }

  /** The key columns of the last batch, aligned with its rows. */
  get columns(): readonly Vector[] {
    return this.#projection.columns;
  }

  compute(columns: readonly Vector[], selection: Int32Array | undefined, count: number): void {
    if (this.#projection.run(columns, selection, count) < count) this.#projection.throwFailure();
    if (count > this.hashes.length) {
      this.hashes = new Int32Array(Math.max(count, 1024));
      this.#nullsBuffer = new Uint8Array(Math.max(count, 1024));
    }
    hashColumns(this.columns, this.handlers, selection, count, this.hashes);
    this.nulls = this.#findNulls(selection, count);
  }

  #findNulls(selection: Int32Array | undefined, count: number): Uint8Array | undefined {
    let found: Uint8Array | undefined = undefined;
    for (const { nulls } of this.columns) {
      if (nulls === undefined) continue;
      for (let k = 0; k < count; k++) {
        if (nulls[selection === undefined ? k : (selection[k] as number)] !== 1) continue;
        found ??= this.#nullsBuffer.fill(0);
        found[k] = 1;
      }
    }
    return found;
  }
}
