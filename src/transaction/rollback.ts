/**
 * Undoing a stretch of a transaction's chain, a few records at a time. What was rolled back to a savepoint before is skipped:
 * the record of that rollback stands in the chain with a `previous` in front of the undone stretch (LOG-2).
 *
 *   r1 ◀─ r2 ◀─ r3 ◀─ r4        ROLLBACK TO a savepoint behind r2:
 *         ▲
 *         └───────────── to     its record; r4 and r3 are undone, and a later rollback goes from `to` straight to r2
 */
import { assert } from '../common/assert.ts';
import type { Lsn } from '../common/ids.ts';
import { noLsn } from '../common/ids.ts';
import type { Log } from '../storage/log/log.ts';
import { LogRecord } from '../storage/log/record.ts';
import type { ActiveTransaction } from './active-transaction.ts';
import { isTransactionRecord, type RecordKinds } from './record-kinds.ts';

export class Rollback {
  readonly #log: Log;
  readonly #kinds: RecordKinds;
  readonly #record = new LogRecord();

  constructor(log: Log, kinds: RecordKinds) {
    this.#log = log;
    this.#kinds = kinds;
  }

  /** Undoes at most `recordsMax` records, from `transaction.undoCursor` down to `undoUntil`; true once nothing is left. */
  undoSome(transaction: ActiveTransaction, recordsMax: number): boolean {
    for (let i = 0; i < recordsMax && transaction.undoCursor !== noLsn; i++) this.#undoOne(transaction);
    return transaction.undoCursor === noLsn;
  }

  #undoOne(transaction: ActiveTransaction): void {
    const record = this.#record;
    this.#log.read(transaction.undoCursor, record);
    assert(record.xid === transaction.xid, 'LOG-2: a chain holds the records of one transaction');
    const { previous } = record;
    if (!isTransactionRecord(record.kind)) this.#kinds.get(record.kind).undo?.(record, transaction);
    transaction.undoCursor = nextToUndo(previous, transaction.undoUntil);
  }
}

/** Where an undo that runs from `from` down to, but not including, `until` starts or goes on; noLsn if it is over. */
export function nextToUndo(from: Lsn, until: Lsn): Lsn {
  assert(from >= until, 'LOG-2: a chain meets the savepoint it is undone to');
  return from === until ? noLsn : from;
}
