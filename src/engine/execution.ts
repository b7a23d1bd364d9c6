/** What the operators of one running plan share (ExecutionContext); reused when a prepared statement runs again. */
import type { TableDescriptor } from '../catalog/descriptors.ts';
import type { ExecutionContext, Instrumentation, ReferentialQueue } from '../executor/operator.ts';
import type { MemoryAccount } from '../executor/memory.ts';
import type { EvalContext } from '../functions/eval-context.ts';
import type { AccessMethod } from '../tables/access-method.ts';
import type { Snapshot, Transaction, Waiter } from '../transaction/transaction.ts';
import type { Datum } from '../types/datum.ts';

/** What an execution needs of its session. */
export interface ExecutionHost {
  readonly evalContext: EvalContext;
  access(table: TableDescriptor): AccessMethod;
  sliceOver(): boolean;
}

export class Execution implements ExecutionContext {
  readonly eval: EvalContext;
  parameters: readonly Datum[] = [];
  readonly slots: Datum[];
  snapshot!: Snapshot;
  transaction!: Transaction;
  readonly waiter: Waiter;
  memory!: MemoryAccount;
  readonly instrumentation: Instrumentation | undefined;
  modified = 0;
  readonly referential: ReferentialQueue;
  readonly #host: ExecutionHost;

  constructor(
    host: ExecutionHost,
    waiter: Waiter,
    slotCount: number,
    referential: ReferentialQueue,
    instrumentation?: Instrumentation,
  ) {
    this.#host = host;
    this.eval = host.evalContext;
    this.waiter = waiter;
    this.slots = Array.from({ length: slotCount }, () => null);
    this.referential = referential;
    this.instrumentation = instrumentation;
  }

  access(table: TableDescriptor): AccessMethod {
    return this.#host.access(table);
  }

  sliceOver(): boolean {
    return this.#host.sliceOver();
  }
}
