/**
 * Clearing away what no snapshot can need any more: delete-marked rows and index entries, replaced overflow values. The log
 * itself is the work list (IDX-3): purge goes through it behind everybody, and each record tells the code of its kind what may
 * have become garbage. A record waits until its xid is below every snapshot's xmin.
 *
 * The position is kept in checkpoints as the start of a block; what was purged since is purged again after a crash, which
 * handlers take as a no-op.
 */
import type { LogCursor } from '../storage/log/reader.ts';
import { LogRecord } from '../storage/log/record.ts';
import type { TransactionManager } from './manager.ts';
import { isTransactionRecord } from './record-kinds.ts';

const checkClockEvery = 16;

export class Purge {
  readonly #manager: TransactionManager;
  readonly #record = new LogRecord();
  #cursor: LogCursor | undefined = undefined;
  /** The record stands there, but some snapshot is not done with it. */
  #pending = false;

  constructor(manager: TransactionManager) {
    this.#manager = manager;
  }

  /** Purges for about `sliceMs`; false when nothing more can be purged now. */
  step(sliceMs: number): boolean {
    const manager = this.#manager;
    const { horizon, kinds } = manager;
    const cursor = (this.#cursor ??= manager.log.cursor(manager.purgePosition));
    const deadline = performance.now() + sliceMs;
    for (let steps = 1; this.#pending || cursor.next(this.#record); steps++) {
      manager.purgePosition = cursor.blockStart;
      this.#pending = this.#record.xid >= horizon;
      if (this.#pending) return false;
      const { kind } = this.#record;
      if (!isTransactionRecord(kind)) kinds.get(kind).purge?.(this.#record, horizon);
      if (steps % checkClockEvery === 0 && performance.now() >= deadline) return true;
    }
    manager.purgePosition = cursor.end;
    return false;
  }
}
