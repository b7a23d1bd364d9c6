import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeDisk } from '../../../src/storage/node-disk.ts';
import { defaultLogOptions, Log, type LogOptions } from '../../../src/storage/log/log.ts';
import type { ActiveTransaction } from '../../../src/transaction/active-transaction.ts';
import { initialCheckpointState } from '../../../src/transaction/checkpoint-state.ts';
import { TransactionManager } from '../../../src/transaction/manager.ts';
import { RecordKinds } from '../../../src/transaction/record-kinds.ts';
import { recover } from '../../../src/transaction/recovery.ts';
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
});
