/**
 * SELECT … FOR UPDATE and its kin: locks the rows that the reference columns name, one input row at a time, so that LIMIT never
 * locks more than it shows (ROW-4). A row that somebody changed meanwhile is looked at again in its newest version.
 */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { LockRows as LockRowsNode } from '../../algebra/physical.ts';
import { Batch } from '../../types/batch.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import type { Vector } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { type Layout, handlersOf, layoutOf } from '../layout.ts';
import { concurrentUpdate } from '../modify/constraint-errors.ts';
import { RecheckRow } from '../modify/recheck-row.ts';
import { ReferenceReader } from '../modify/row-reference.ts';
import { keepsSnapshot } from '../modify/target.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import { RowStore } from '../row-store.ts';

type Lock = LockRowsNode['locks'][number];
type Outcome = 'locked' | 'skip' | 'wait';

class RowLock {
  readonly lock: Lock;
  readonly #references: ReferenceReader;
  readonly #recheck: RecheckRow;
  #rechecking = false;

  constructor(lock: Lock, layout: Layout, handlers: readonly TypeHandler[]) {
    this.lock = lock;
    this.#references = new ReferenceReader(lock.reference, layout);
    this.#recheck = new RecheckRow(lock.recheck, layout, handlers, lock.mode, lock.policy);
  }

  /** Locks the row; `use` is told of the row as it is now when that differs from what was read. */
  take(columns: readonly Vector[], row: number, context: ExecutionContext, use: (newest: Vector[]) => void): Outcome {
    const { table, mode, policy } = this.lock;
    const access = context.access(table);
    if (!this.#rechecking) {
      const reference = this.#references.read(columns, row);
      if (reference === undefined) return 'locked';
      const outcome = access.lockRow(reference, mode, policy, context);
      switch (outcome.kind) {
        case 'done':
        case 'self-modified':
          return 'locked';
        case 'wait':
          return 'wait';
        case 'locked':
          return this.#unavailable();
        case 'stale':
          if (keepsSnapshot(context.transaction)) throw concurrentUpdate();
          this.#recheck.begin(columns, row, outcome);
          this.#rechecking = true;
          break;
        default:
          if (keepsSnapshot(context.transaction)) throw concurrentUpdate();
          return 'skip';
      }
    }
    const state = this.#recheck.advance(access, context);
    if (state === 'wait') return 'wait';
    this.#rechecking = false;
    if (state === 'locked') return this.#unavailable();
    if (state === 'skip') return 'skip';
    use(this.#recheck.columns);
    return 'locked';
  }

  /** SKIP LOCKED passes over the row, NOWAIT is an error. */
  #unavailable(): Outcome {
    if (this.lock.policy === 'skip') return 'skip';
    throw new SqlError(sqlState.lockNotAvailable, `could not obtain lock on row in relation "${this.lock.table.name}"`);
  }
}

export class LockRows implements Operator {
  readonly #input: Operator;
  readonly #locks: readonly RowLock[];
  readonly #out: RowStore;
  readonly #batch = new Batch([]);
  #context: ExecutionContext | undefined = undefined;
  #source: Batch | undefined = undefined;
  #next = 0;
  #nextLock = 0;
  #newest: Vector[] | undefined = undefined;

  constructor(node: LockRowsNode, build: BuildContext) {
    this.#input = build.build(node.input);
    const layout = layoutOf(node.input.output, build.typeOf);
    const handlers = handlersOf(node.input.output, build.typeOf);
    this.#locks = node.locks.map((lock) => new RowLock(lock, layout, handlers));
    this.#out = new RowStore(handlers);
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#input.open(context);
    this.#reset(context);
  }

  rewind(): void {
    this.#input.rewind();
    this.#reset(this.#context as ExecutionContext);
  }

  #reset(context: ExecutionContext): void {
    this.#out.open(context.memory);
    this.#source = undefined;
    this.#nextLock = 0;
    this.#newest = undefined;
  }

  next(rowsMax: number): Step {
    const context = this.#context as ExecutionContext;
    this.#out.clear();
    while (this.#out.count < rowsMax) {
      if (this.#source === undefined) {
        const step = this.#input.next(rowsMax - this.#out.count);
        if (step === END || step === WAIT) {
          if (this.#out.count > 0) break;
          return step;
        }
        this.#source = step;
        this.#next = 0;
      }
      if (!this.#lockNext(this.#source, context) || context.sliceOver()) {
        if (this.#out.count > 0) break;
        return WAIT;
      }
    }
    this.#batch.columns = this.#out.columns as Vector[];
    this.#batch.selectedCount = this.#out.count;
    return this.#batch;
  }

  /** Locks the next row of the batch in all its tables; false: wait. */
  #lockNext(source: Batch, context: ExecutionContext): boolean {
    const row = source.selection === undefined ? this.#next : (source.selection[this.#next] as number);
    let skipped = false;
    while (this.#nextLock < this.#locks.length && !skipped) {
      const lock = this.#locks[this.#nextLock] as RowLock;
      const columns = this.#newest ?? source.columns;
      const outcome = lock.take(columns, this.#newest === undefined ? row : 0, context, (newest) => {
        this.#newest = newest;
      });
      if (outcome === 'wait') return false;
      skipped = outcome === 'skip';
      this.#nextLock++;
    }
    if (!skipped) {
      if (this.#newest !== undefined) this.#out.append(this.#newest, undefined, 1);
      else this.#out.append(source.columns, Int32Array.of(row), 1);
    }
    this.#nextLock = 0;
    this.#newest = undefined;
    this.#next++;
    if (this.#next === source.selectedCount) this.#source = undefined;
    return true;
  }

  close(): void {
    this.#input.close();
    this.#out.close();
    this.#source = undefined;
  }
}
