/**
 * Clearing away what no snapshot can need any more: delete-marked rows and index entries, replaced overflow values. The log
 * itself is the work list (IDX-3): purge goes through it behind everybody, and each record tells the code of its kind what may
 * have become garbage. A record waits until its xid is below every snapshot's xmin.
 *
 * The position is kept in checkpoints as the start of a block; what was purged since is purged again after a crash, which
 * handlers take as a no-op.
 */
import type { LogCursor } from '../storage/log/cursor.ts';
import { LogRecord } from '../storage/log/record.ts';
import type { TransactionManager } from './manager.ts';
import { isTransactionRecord } from './record-kinds.ts';

export class Purge {
  readonly #manager: TransactionManager;
  readonly #record = new LogRecord();
  #cursor: LogCursor | undefined = undefined;
  /** The record stands there, but some snapshot is not done with it. */
  #pending = false;

  constructor(manager: TransactionManager) {
    this.#manager = manager;
  }

  /** Looks at most at `recordsMax` records; false when nothing more can be purged now. */
  step(recordsMax: number): boolean {
    const manager = this.#manager;
    const { horizon, kinds } = manager;
    const record = this.#record;
    const cursor = (this.#cursor ??= manager.log.cursor(manager.purgePosition));
    for (let i = 0; i < recordsMax; i++) {
      if (!this.#pending && !cursor.next(record)) {
        manager.purgePosition = cursor.end;
        return false;
      }
      manager.purgePosition = cursor.blockStart;
      this.#pending = record.xid >= horizon;
      if (this.#pending) return false;
      if (!isTransactionRecord(record.kind)) kinds.get(record.kind).purge?.(record, horizon);
    }
    return true;
  }
}
