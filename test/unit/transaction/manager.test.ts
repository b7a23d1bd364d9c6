import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeDisk } from '../../../src/storage/node-disk.ts';
import { defaultLogOptions, Log, type LogOptions } from '../../../src/storage/log/log.ts';
import type { ActiveTransaction } from '../../../src/transaction/active-transaction.ts';
import { initialCheckpointState } from '../../../src/transaction/checkpoint-state.ts';
import { TransactionManager } from '../../../src/transaction/manager.ts';
import { Purge } from '../../../src/transaction/purge.ts';
import { RecordKinds } from '../../../src/transaction/record-kinds.ts';
import { recover } from '../../../src/transaction/recovery.ts';
import { LogRetention } from '../../../src/transaction/retention.ts';
import { KeyValueTable } from './key-value-table.ts';

const options: LogOptions = {
  ...defaultLogOptions,
  segmentBytes: 64 * 1024,
  ringBytes: 64 * 1024,
  blockBytesMax: 16 * 1024,
  writerDelayMs: 5,
};
const idle = { wake: (): void => undefined };

let root: string;
let table: KeyValueTable;
let manager: TransactionManager;

async function open(): Promise<void> {
  const kinds = new RecordKinds();
  table = new KeyValueTable();
  table.register(kinds);
  manager = new TransactionManager({ log: Log.open(new NodeDisk(root), options), kinds });
  const start = manager.log.start;
  await recover(manager, start, initialCheckpointState(start));
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'hyrax-transaction-'));
  Log.create(new NodeDisk(root), options);
  await open();
});
afterEach(async () => {
  await manager.log.close();
  rmSync(root, { recursive: true });
});

function set(transaction: ActiveTransaction, key: string, value: string | null): string {
  const snapshot = manager.takeStatementSnapshot(transaction);
  const outcome = table.write(manager, transaction, snapshot, key, value, idle);
  manager.releaseSnapshot(snapshot);
  return outcome;
}

function get(transaction: ActiveTransaction, key: string): string | null {
  const snapshot = manager.takeStatementSnapshot(transaction);
  const value = table.read(manager, snapshot, key);
  manager.releaseSnapshot(snapshot);
  return value;
}

function commit(transaction: ActiveTransaction): Promise<void> {
  return new Promise((resolve) => {
    const waiter = { wake: (): void => (manager.commit(transaction, waiter) === 'done' ? resolve() : undefined) };
    waiter.wake();
  });
}

describe('TransactionManager', () => {
  it('shows a commit to others only once it is durable', async () => {
    const a = manager.begin();
    set(a, 'k', 'new');
    const b = manager.begin();
    expect([get(a, 'k'), get(b, 'k')]).toEqual(['new', null]);
    expect(manager.commit(a, idle)).toBe('wait');
    expect(get(b, 'k')).toBe(null);
    await commit(a);
    expect(get(b, 'k')).toBe('new');
  });

  it('keeps committed work and undoes the rest after a crash', async () => {
    const a = manager.begin();
    set(a, 'k', '1');
    await commit(a);
    const b = manager.begin();
    set(b, 'k', '2');
    set(b, 'l', '2');
    const c = manager.begin();
    set(c, 'm', '3');
    await commit(c);
    await manager.log.close();
    await open();
    const d = manager.begin();
    expect(['k', 'l', 'm'].map((key) => get(d, key))).toEqual(['1', null, '3']);
    expect(manager.unfinished().length).toBe(0);
  });

  it('rolls back to a savepoint, and the whole skips what is undone already', () => {
    const a = manager.begin();
    set(a, 'k', '1');
    const savepoint = manager.savepoint(a);
    set(a, 'k', '2');
    set(a, 'l', '2');
    expect(manager.rollbackTo(a, savepoint, idle)).toBe('done');
    expect([get(a, 'k'), get(a, 'l')]).toEqual(['1', null]);
    set(a, 'k', '3');
    expect(manager.rollback(a, idle)).toBe('done');
    expect(table.rows.size).toBe(0);
    expect(table.undone).toBe(4);
  });

  it('lets others at a row again once its writer has gone back to before it', () => {
    const [a, b] = [manager.begin(), manager.begin()];
    const savepoint = manager.savepoint(a);
    set(a, 'k', '1');
    expect(set(b, 'k', '2')).toBe('wait');
    expect(manager.rollbackTo(a, savepoint, idle)).toBe('done');
    expect(b.owner.wait).toBeUndefined();
    expect(set(b, 'k', '2')).toBe('done');
    expect([get(a, 'k'), get(b, 'k')]).toEqual([null, '2']);
    manager.rollback(a, idle);
    manager.rollback(b, idle);
    expect(table.rows.size).toBe(0);
  });

  it('gives a REPEATABLE READ transaction one view, and each statement its own changes up to its start', async () => {
    const setup = manager.begin();
    set(setup, 'k', 'old');
    await commit(setup);
    const reader = manager.begin({ isolation: 'repeatable read' });
    expect(get(reader, 'k')).toBe('old');
    const writer = manager.begin();
    set(writer, 'k', 'new');
    await commit(writer);
    expect(get(reader, 'k')).toBe('old');
    const statement = manager.takeStatementSnapshot(reader);
    set(reader, 'l', 'mine');
    expect(table.read(manager, statement, 'l')).toBe(null);
    expect(get(reader, 'l')).toBe('mine');
    manager.releaseSnapshot(statement);
    const latest = manager.takeLatestSnapshot(reader);
    expect(table.read(manager, latest, 'k')).toBe('new');
    manager.releaseSnapshot(latest);
    expect(set(reader, 'k', 'lost update')).toBe('stale');
    manager.rollback(reader, idle);
    expect(manager.snapshots.inUseCount).toBe(0);
  });

  it('undoes in slices, and a commit that nobody asks about again is published all the same', async () => {
    const a = manager.begin();
    for (let i = 0; i < 200; i++) set(a, `k${i}`, 'x');
    let slices = 1;
    while (manager.rollback(a, idle) === 'yield') slices++;
    expect({ slices, rows: table.rows.size }).toEqual({ slices: 4, rows: 0 });
    const b = manager.begin();
    set(b, 'k', '1');
    expect(manager.commit(b, idle)).toBe('wait');
    const published = new Promise((resolve) => manager.onPublish((_, committed) => resolve(committed)));
    expect(await published).toBe(true);
    expect(b.state).toBe('finished');
  });

  it('keeps the log that somebody still needs, and knows who', async () => {
    const start = manager.log.start;
    const retention = new LogRetention(manager, start, initialCheckpointState(start));
    const reader = manager.begin({ isolation: 'repeatable read' });
    const blocker = manager.begin();
    set(blocker, 'k', 'x');
    const snapshot = manager.takeStatementSnapshot(reader);
    await commit(blocker);
    const filler = manager.begin();
    for (let i = 0; i < 300; i++) {
      while (set(filler, `k${i % 5}`, 'y'.repeat(400)) === 'wait')
        await new Promise((resolve) => setImmediate(resolve));
    }
    await commit(filler);
    const purge = new Purge(manager);
    while (purge.step(100));
    const checkpoint = manager.beginCheckpoint();
    retention.checkpointDone(checkpoint.lsn, checkpoint.state);
    expect(retention.keepFrom).toBeLessThanOrEqual(blocker.firstLsn);
    expect(retention.findCulprit(50_000)).toBe(reader);
    expect(table.read(manager, snapshot, 'k0')).toBe(null);
    manager.releaseSnapshot(snapshot);
    manager.rollback(reader, idle);
    expect(retention.findCulprit(50_000)).toBeUndefined();
    while (purge.step(100));
    const hold = retention.hold(blocker.firstLsn);
    const next = manager.beginCheckpoint();
    retention.checkpointDone(next.lsn, next.state);
    expect(manager.log.start).toBeLessThanOrEqual(blocker.firstLsn);
    hold.release();
    retention.checkpointDone(next.lsn, next.state);
    expect(manager.log.start).toBeGreaterThan(blocker.firstLsn);
  });
});
