/**
 * READ COMMITTED meets a row that somebody changed since the snapshot: lock its newest version (waiting for whoever holds it),
 * put that version's columns into a copy of the input row, and ask the condition again. One row at a time; `advance` is called
 * again with the same state after a wait.
 *
 *   stale ──lock──▶ wait ──▶ lock again
 *                   stale ──▶ lock where it is now
 *                   gone ───▶ 'skip'
 *                   done ───▶ fetch ──▶ condition true: 'ready', else 'skip'
 */
import type { Expression } from '../../algebra/expression.ts';
import type { Recheck } from '../../algebra/physical.ts';
import type { AccessMethod, RowReference } from '../../tables/access-method.ts';
import type { RowLockMode, WaitPolicy } from '../../transaction/transaction.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { Int64Vector, resetVector } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import { copyVectorRow } from '../../types/vector-io.ts';
import type { Lsn } from '../../common/ids.ts';
import { FilterProgram } from '../compile.ts';
import type { Layout } from '../layout.ts';
import { placeOf, vectorsFor } from '../layout.ts';
import type { ExecutionContext } from '../operator.ts';

export type RecheckState = 'wait' | 'skip' | 'ready' | 'locked';

export class RecheckRow {
  /** The input row with the newest version's columns, as row 0. */
  readonly columns: Vector[];
  /** Where the newest version is; set once 'ready'. */
  reference: RowReference | undefined = undefined;
  readonly #handlers: readonly TypeHandler[];
  readonly #storageColumns: readonly number[];
  /** Vectors of `columns` that the fetch fills, then one for the LSN. */
  readonly #fetched: readonly number[];
  readonly #lsn = new Int64Vector(1);
  readonly #condition: FilterProgram | undefined;
  readonly #mode: RowLockMode;
  readonly #policy: WaitPolicy;

  constructor(
    recheck: Recheck,
    layout: Layout,
    handlers: readonly TypeHandler[],
    mode: RowLockMode,
    policy: WaitPolicy = 'wait',
  ) {
    this.#handlers = handlers;
    this.columns = vectorsFor(handlers, 1);
    this.#storageColumns = recheck.columns.map((column) => column.number - 1);
    this.#fetched = recheck.columns.map((column) => placeOf(layout, column.id).index);
    const condition: Expression | undefined = recheck.condition;
    this.#condition = condition === undefined ? undefined : new FilterProgram(condition, layout);
    this.#mode = mode;
    this.#policy = policy;
  }

  /** Starts with the row as it was seen. The newest version is at `reference`, as a 'stale' outcome said. */
  begin(columns: readonly Vector[], row: number, reference: RowReference): void {
    for (let i = 0; i < this.#handlers.length; i++) {
      const target = this.columns[i] as Vector;
      resetVector(target);
      copyVectorRow(columns[i] as Vector, row, target, 0);
    }
    this.follow(reference);
  }

  /** The newest version was found somewhere else. */
  follow({ key, lsn }: RowReference): void {
    this.reference = { key: key.slice(), lsn };
  }

  advance(access: AccessMethod, context: ExecutionContext): RecheckState {
    for (;;) {
      const outcome = access.lockRow(this.reference as RowReference, this.#mode, this.#policy, context);
      switch (outcome.kind) {
        case 'wait':
          return 'wait';
        case 'locked':
          return 'locked';
        case 'stale':
          this.follow(outcome);
          break;
        case 'done':
          return this.#fetch(access, context) && this.#passes(context) ? 'ready' : 'skip';
        default:
          return 'skip';
      }
    }
  }

  #fetch(access: AccessMethod, context: ExecutionContext): boolean {
    const { key } = this.reference as RowReference;
    const vectors = this.#fetched.map((index) => this.columns[index] as Vector);
    for (const vector of vectors) resetVector(vector);
    resetVector(this.#lsn);
    if (!access.fetchNewest(key, this.#storageColumns, [...vectors, this.#lsn], 0, context)) return false;
    this.reference = { key, lsn: this.#lsn.values[0] as Lsn };
    return true;
  }

  #passes(context: ExecutionContext): boolean {
    const condition = this.#condition;
    if (condition === undefined) return true;
    condition.open(context);
    return condition.select(this.columns, undefined, 1) === 1;
  }
}
