/**
 * The smallest table there can be, for tests of the transaction floor: a sorted map from short texts to texts, in memory, whose
 * rows carry xid and LSN like real ones, logged with before-images through registered record kinds. Its `image` is what a
 * checkpoint would keep of it.
 */
import type { Lsn, SpaceId, TreeId, Xid } from '../../../src/common/ids.ts';
import { LogRecord, recordBytes } from '../../../src/storage/log/record.ts';
import type { ActiveTransaction } from '../../../src/transaction/active-transaction.ts';
import type { TransactionManager } from '../../../src/transaction/manager.ts';
import type { RecordKinds } from '../../../src/transaction/record-kinds.ts';
import type { Snapshot, Waiter } from '../../../src/transaction/transaction.ts';
import { isVisible } from '../../../src/transaction/visibility.ts';

export interface Row {
  readonly xid: Xid;
  readonly lsn: Lsn;
  /** null: delete-marked. */
  readonly value: string | null;
}

interface Change {
  readonly key: string;
  readonly before: Row | null;
  readonly after: string | null;
}

const changeKind = 200;
const space = 1 as SpaceId;
const tree = 1 as TreeId;

export class KeyValueTable {
  rows = new Map<string, Row>();
  readonly #record = new LogRecord();
  undone = 0;

  register(kinds: RecordKinds): void {
    kinds.register(changeKind, {
      name: 'test change',
      replay: (record) => this.#apply(decode(record), record.xid, record.lsn),
      undo: (record) => this.#undo(decode(record), record),
      purge: (record, horizon) => this.#purge(decode(record), horizon),
    });
  }

  /** Sets or, with null, deletes. 'stale': the newest version is not visible to the snapshot. */
  write(
    manager: TransactionManager,
    transaction: ActiveTransaction,
    snapshot: Snapshot,
    key: string,
    value: string | null,
    waiter: Waiter,
  ): 'done' | 'wait' | 'stale' {
    const row = this.rows.get(key) ?? null;
    const writer = row === null ? undefined : manager.findWriter(row.xid, transaction);
    const { locks } = manager;
    const admitted = locks.admitWriter(
      transaction.owner,
      space,
      tree,
      Buffer.from(key),
      'update',
      'wait',
      waiter,
      writer,
      'update',
    );
    if (admitted !== 'granted') return 'wait';
    if (row !== null && row.xid !== transaction.xid && !isVisible(row.xid, row.lsn, snapshot)) return 'stale';
    const body = Buffer.from(JSON.stringify({ key, before: row, after: value } satisfies Change));
    if (!manager.log.reserve(recordBytes(body.length), waiter)) return 'wait';
    const lsn = manager.append(transaction, changeKind, body);
    this.rows.set(key, { xid: transaction.xid, lsn, value });
    return 'done';
  }

  lock(
    manager: TransactionManager,
    transaction: ActiveTransaction,
    key: string,
    mode: 'share' | 'update',
    waiter: Waiter,
  ): 'granted' | 'wait' | 'locked' {
    const row = this.rows.get(key);
    const writer = row === undefined ? undefined : manager.findWriter(row.xid, transaction);
    return manager.locks.lockRow(
      transaction.owner,
      space,
      tree,
      Buffer.from(key),
      mode,
      'wait',
      waiter,
      writer,
      'update',
    );
  }

  /** What the snapshot sees at `key`. */
  read(manager: TransactionManager, snapshot: Snapshot, key: string): string | null {
    let row = this.rows.get(key) ?? null;
    while (row !== null && !isVisible(row.xid, row.lsn, snapshot)) {
      manager.log.read(row.lsn, this.#record);
      row = decode(this.#record).before;
    }
    return row === null ? null : row.value;
  }

  image(): Map<string, Row> {
    return new Map(this.rows);
  }

  #apply(change: Change, xid: Xid, lsn: Lsn): void {
    const before = this.rows.get(change.key) ?? null;
    // Purge is not logged: a delete mark may be there in only one of the two lives. Nothing else may differ.
    const live = (row: Row | null): Row | null => (row?.value === null ? null : row);
    if (JSON.stringify(live(before)) !== JSON.stringify(live(change.before))) {
      throw new Error(`replay of ${change.key} meets another row than its record`);
    }
    this.rows.set(change.key, { xid, lsn, value: change.after });
  }

  #undo(change: Change, record: LogRecord): void {
    const row = this.rows.get(change.key);
    if (row === undefined || row.xid !== record.xid || row.lsn !== record.lsn)
      throw new Error(`undo of ${change.key} meets another row`);
    if (change.before === null) this.rows.delete(change.key);
    else this.rows.set(change.key, change.before);
    this.undone++;
  }

  /** Whoever wrote the record, what counts is the row that stands there now: a rollback may have put a delete mark back. */
  #purge(change: Change, horizon: Xid): void {
    const row = this.rows.get(change.key);
    if (row !== undefined && row.value === null && row.xid < horizon) this.rows.delete(change.key);
  }
}

function decode(record: LogRecord): Change {
  const body = Buffer.from(record.bytes.buffer, record.bytes.byteOffset + record.start, record.end - record.start);
  return JSON.parse(body.toString()) as Change;
}
