/**
 * What the kinds of log records mean. The transaction floor knows three of its own; the floors above register theirs with
 * what to do when such a record is replayed, undone or purged, so that recovery and rollback need no import upwards.
 */
import { assert } from '../common/assert.ts';
import type { Xid } from '../common/ids.ts';
import type { LogRecord } from '../storage/log/record.ts';
import type { Transaction } from './transaction.ts';

/** Kinds 16 … 255 are free for the floors above; each keeps its numbers in its own folder. */
export const transactionRecordKind = {
  /** Body: time in µs since 1970, LSN of the transaction's first record. `previous`: its last record before this. */
  commit: 1,
  /** Body: LSN the undo starts from, the transaction's last record before this; everything of it is undone. `previous`: 0. */
  rollback: 2,
  /** Body: LSN the undo starts from. `previous`: where it stops, the last record before the savepoint. (LOG-2) */
  rollbackTo: 3,
} as const;

const firstFreeRecordKind = 16;

/** None of these may yield or wait; a page that is missing is read blockingly; a throw ends the process. (ROW-1) */
export interface RecordHandler {
  /** For messages and log inspection. */
  readonly name: string;
  /** Does again what the record says, on a database as it was just before it. */
  readonly replay: (record: LogRecord) => void;
  /** Puts back what the record changed; its transaction's later records are undone already. Undefined: nothing to undo. */
  readonly undo: ((record: LogRecord, transaction: Transaction) => void) | undefined;
  /** Clears away what only versions older than this record needed; every snapshot sees `record.xid` as finished. May run twice. */
  readonly purge: ((record: LogRecord, horizon: Xid) => void) | undefined;
}

export class RecordKinds {
  readonly #handlers: (RecordHandler | undefined)[] = Array.from({ length: 256 });

  register(kind: number, handler: RecordHandler): void {
    assert(kind >= firstFreeRecordKind && kind <= 255, `LOG-1: record kind ${kind} is free for the floors above`);
    assert(this.#handlers[kind] === undefined, `LOG-1: record kind ${kind} is registered once`);
    this.#handlers[kind] = handler;
  }

  /** The handler of a kind above the transaction floor's own. */
  get(kind: number): RecordHandler {
    const handler = this.#handlers[kind];
    assert(handler !== undefined, `LOG-1: record kind ${kind} is registered`);
    return handler;
  }
}

/** Whether the record is one of the transaction floor's own. */
export function isTransactionRecord(kind: number): boolean {
  return kind < firstFreeRecordKind;
}
