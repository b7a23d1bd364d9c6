import { describe, expect, it } from 'vitest';
import type { SpaceId, TreeId, Xid } from '../../../src/common/ids.ts';
import type { SqlError } from '../../../src/common/sql-error.ts';
import { LockManager } from '../../../src/transaction/lock-manager.ts';
import { lockMode } from '../../../src/transaction/lock-modes.ts';
import type { LockOwner } from '../../../src/transaction/lock-owner.ts';
import type { LockTag } from '../../../src/transaction/object-lock.ts';
import type { RowLockMode, WaitPolicy } from '../../../src/transaction/transaction.ts';

const space = 5 as SpaceId;
const tree = 9 as TreeId;
const idle = { wake: (): void => undefined };
const advisory: LockTag = { kind: 'advisory', space, high: 0, low: 42, part: 1 };

function lockRow(locks: LockManager, owner: LockOwner, key: string, mode: RowLockMode, writer?: LockOwner): string {
  return locks.lockRow(owner, space, tree, Buffer.from(key), mode, 'wait', idle, writer, 'update');
}

function lockTable(locks: LockManager, owner: LockOwner, oid: number, policy: WaitPolicy = 'wait'): string {
  return locks.lockTable(owner, space, oid, lockMode.accessExclusive, policy, idle);
}

describe('LockManager', () => {
  it('reports a deadlock over tables, rows and transactions as PostgreSQL does', () => {
    const locks = new LockManager();
    const [a, b, c] = [101, 102, 103].map((id) => locks.openOwner(id)) as [LockOwner, LockOwner, LockOwner];
    c.xid = 730 as Xid;
    b.xid = 735 as Xid;
    expect(lockTable(locks, a, 16384)).toBe('granted');
    expect(lockRow(locks, b, 'k', 'update')).toBe('granted');
    expect(lockRow(locks, a, 'k', 'share')).toBe('wait');
    expect(locks.waitForTransaction(b, c, idle)).toBe('wait');
    let error: SqlError | undefined;
    try {
      lockTable(locks, c, 16384);
    } catch (caught) {
      error = caught as SqlError;
    }
    expect(error).toMatchObject({ sqlState: '40P01', message: 'deadlock detected' });
    expect(error?.fields.detail).toBe(
      'Process 103 waits for AccessExclusiveLock on relation 16384 of database 5; blocked by process 101.\n' +
        'Process 101 waits for ShareLock on transaction 735; blocked by process 102.\n' +
        'Process 102 waits for ShareLock on transaction 730; blocked by process 103.',
    );
    locks.releaseTransaction(c);
    expect([b.wait, a.wait === undefined]).toEqual([undefined, false]);
  });

  it('queues on a row that a writer holds by having changed it', () => {
    const locks = new LockManager();
    const [writer, first, second] = [1, 2, 3].map((id) => locks.openOwner(id)) as [LockOwner, LockOwner, LockOwner];
    expect(locks.rowLockCount).toBe(0);
    expect(lockRow(locks, first, 'k', 'update', writer)).toBe('wait');
    expect(lockRow(locks, second, 'k', 'update', writer)).toBe('wait');
    locks.releaseTransaction(writer);
    expect([first.wait === undefined, second.wait === undefined]).toEqual([true, false]);
    expect(lockRow(locks, first, 'k', 'update')).toBe('granted');
    locks.releaseTransaction(first);
    expect(lockRow(locks, second, 'k', 'update')).toBe('granted');
    locks.releaseTransaction(second);
    expect(locks.hasNoRowLocks).toBe(true);
  });

  it('wakes who waits for a row when the writer goes back to a savepoint', () => {
    const locks = new LockManager();
    const writer = locks.openOwner(1);
    const other = locks.openOwner(2);
    const mark = locks.mark(writer);
    expect(lockRow(locks, other, 'k', 'update', writer)).toBe('wait');
    locks.releaseTo(writer, mark);
    expect(lockRow(locks, other, 'k', 'update')).toBe('granted');
  });

  it('counts session advisory locks and keeps them beyond the transaction', () => {
    const locks = new LockManager();
    const a = locks.openOwner(1);
    const b = locks.openOwner(2);
    const lock = (owner: LockOwner, scope: 'session' | 'transaction', policy: WaitPolicy = 'wait'): string =>
      locks.lockObject(owner, advisory, lockMode.exclusive, scope, policy, idle);
    expect([lock(a, 'session'), lock(a, 'session'), lock(a, 'transaction')]).toEqual(['granted', 'granted', 'granted']);
    expect(lock(b, 'session', 'nowait')).toBe('locked');
    expect(lock(b, 'session')).toBe('wait');
    locks.releaseTransaction(a);
    expect(locks.unlockObject(a, advisory, lockMode.exclusive)).toBe(true);
    expect(b.wait).toBeDefined();
    expect(locks.unlockObject(a, advisory, lockMode.exclusive)).toBe(true);
    expect(locks.unlockObject(a, advisory, lockMode.exclusive)).toBe(false);
    // Granted in the queue and then asked for: one lock, not two.
    expect(lock(b, 'session')).toBe('granted');
    expect(locks.unlockObject(b, advisory, lockMode.exclusive)).toBe(true);
    expect(locks.unlockObject(b, advisory, lockMode.exclusive)).toBe(false);
  });

  it('gives back a session lock that was granted to somebody who went away', () => {
    const locks = new LockManager();
    const a = locks.openOwner(1);
    const b = locks.openOwner(2);
    locks.lockObject(a, advisory, lockMode.exclusive, 'session', 'wait', idle);
    expect(locks.lockObject(b, advisory, lockMode.exclusive, 'session', 'wait', idle)).toBe('wait');
    locks.unlockAllOfSession(a);
    locks.cancelWait(b);
    expect(locks.list()).toEqual([]);
  });

  it('lets a holder strengthen its lock before those who wait for it, and a reader behind a waiting writer wait', () => {
    const locks = new LockManager();
    const [a, b, c] = [1, 2, 3].map((id) => locks.openOwner(id)) as [LockOwner, LockOwner, LockOwner];
    const ask = (owner: LockOwner, mode: 1 | 3 | 8): string => locks.lockTable(owner, space, 7, mode, 'wait', idle);
    expect(ask(a, lockMode.accessShare)).toBe('granted');
    expect(ask(b, lockMode.accessExclusive)).toBe('wait');
    expect(ask(c, lockMode.accessShare)).toBe('wait');
    expect(ask(a, lockMode.rowExclusive)).toBe('granted');
    locks.releaseTransaction(a);
    expect([b.wait === undefined, c.wait === undefined]).toEqual([true, false]);
  });

  it('holds a hundred thousand rows, and says 53200 at its limit', () => {
    const locks = new LockManager({ rowLocksMax: 1 << 17 });
    const owner = locks.openOwner(1);
    for (let i = 0; i < 100_000; i++) lockRow(locks, owner, `row ${i}`, 'key share');
    expect(locks.rowLockCount).toBe(100_000);
    const other = locks.openOwner(2);
    for (let i = 0; i < 100_000; i += 997) {
      expect(
        locks.lockRow(other, space, tree, Buffer.from(`row ${i}`), 'update', 'skip', idle, undefined, 'update'),
      ).toBe('locked');
    }
    const tooMany = (): void => {
      for (let i = 0; i < 100_000; i++) lockRow(locks, other, `other ${i}`, 'key share');
    };
    expect(tooMany).toThrow('out of shared memory');
    locks.releaseTransaction(owner);
    locks.releaseTransaction(other);
    expect(locks.rowLockCount).toBe(0);
  });
});
