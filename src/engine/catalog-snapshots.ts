/** Snapshots of the present for reading catalog rows: each stays in use until the next is asked for, or until `release`. */
import type { ActiveTransaction } from '../transaction/active-transaction.ts';
import type { TransactionManager } from '../transaction/manager.ts';
import type { TransactionSnapshot } from '../transaction/snapshots.ts';

export class CatalogSnapshots {
  readonly #manager: TransactionManager;
  readonly #transaction: ActiveTransaction;
  #current: TransactionSnapshot | undefined = undefined;

  constructor(manager: TransactionManager, transaction: ActiveTransaction) {
    this.#manager = manager;
    this.#transaction = transaction;
  }

  take(): TransactionSnapshot {
    this.release();
    return (this.#current = this.#manager.takeLatestSnapshot(this.#transaction));
  }

  release(): void {
    if (this.#current !== undefined) this.#manager.releaseSnapshot(this.#current);
    this.#current = undefined;
  }
}
