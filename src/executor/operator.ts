/**
 * The Volcano interface, a batch at a time. One file per operator in operators/; build.ts turns a PhysicalPlan into a tree
 * of them once, and the tree is opened again for every execution of a prepared statement.
 *
 * `next(rowsMax)` returns
 *   a Batch   with 1 to rowsMax selected rows (never none),
 *   END       no more rows,
 *   WAIT      the task must give the thread back: a lock is held by another (context.waiter will be woken) or the time
 *             slice is over (context.sliceOver is true). Every operator keeps its state and is simply called again with
 *             the same argument.
 * rowsMax is a bound that operators with side effects never overshoot (ROW-4). Others may compute ahead, up to a batch.
 */
import type { EvalContext } from '../functions/eval-context.ts';
import type { Datum } from '../types/datum.ts';
import type { Batch } from '../types/batch.ts';
import type { AccessMethod } from '../tables/access-method.ts';
import type { TableDescriptor } from '../catalog/descriptors.ts';
import type { Snapshot, Transaction, Waiter } from '../transaction/transaction.ts';
import type { Oid } from '../common/ids.ts';
import type { MemoryAccount } from './memory.ts';

export const END = Symbol('end');
export const WAIT = Symbol('wait');

export type Step = Batch | typeof END | typeof WAIT;

export interface Operator {
  /** Prepares for a (new) run: evaluates open-time expressions, resets state. May be called again after close. */
  open(context: ExecutionContext): void;
  next(rowsMax: number): Step;
  /** Starts over with the current slot values, keeping what does not depend on them (hash tables, materialised rows). */
  rewind(): void;
  /** Frees cursors, memory and temporary files. Idempotent. */
  close(): void;
}

/** Everything one execution needs; made by the engine per execution, shared by all operators of the plan. */
export interface ExecutionContext {
  readonly eval: EvalContext;
  /** $1 … as Datums of the plan's parameter types. */
  readonly parameters: readonly Datum[];
  /** Values set by outer operators and init plans, by SlotId. */
  readonly slots: Datum[];
  readonly snapshot: Snapshot;
  readonly transaction: Transaction;
  readonly waiter: Waiter;
  /** work_mem in bytes, spill files, and what is in use. */
  readonly memory: MemoryAccount;
  /** Open storage of a table. */
  access(table: TableDescriptor): AccessMethod;
  /** True once the time slice (about 2 ms) is used up; cheap enough to ask per batch. Throws 57014 when cancelled. */
  sliceOver(): boolean;
  /** Row counts, times and memory per operator for EXPLAIN ANALYZE; undefined otherwise. */
  readonly instrumentation: Instrumentation | undefined;
  /** Rows changed by the statement, for the command tag. */
  modified: number;
  /** Foreign key work queued by modifications; the engine runs it at the end of the statement (or of the transaction). */
  readonly referential: ReferentialQueue;
}

export interface Instrumentation {
  /** Wraps an operator so that its calls are counted and timed. */
  wrap(planNode: object, operator: Operator): Operator;
  /** Extra facts shown by EXPLAIN ANALYZE under the node: "Sort Method", "Memory Usage", "Rows Removed by Filter" …. */
  note(planNode: object, name: string, value: string | number): void;
}

/** A row change that some foreign key must look at. Values are of the whole row in attnum order (storage order). */
export interface ReferentialEvent {
  readonly tableOid: Oid;
  readonly oldRow: readonly Datum[] | undefined;
  readonly newRow: readonly Datum[] | undefined;
}

export interface ReferentialQueue {
  /** Whether changes of this table must be reported at all. */
  wants(table: TableDescriptor): boolean;
  add(table: TableDescriptor, event: ReferentialEvent): void;
}
