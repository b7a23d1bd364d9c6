/**
 * Nanoseconds per row operation on the assembled storage, everything in memory, no SQL: a pgbench_accounts-like table clustered by
 * an int4 key (aid, bid, abalance, filler char(84)), and one with a secondary index and numeric and nullable columns.
 *
 *     bin/with-node bench/micro/tables.ts [rows]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByteWriter } from '../../src/common/byte-writer.ts';
import type { Lsn, SpaceId } from '../../src/common/ids.ts';
import { NodeDisk } from '../../src/storage/node-disk.ts';
import type { ModifyOutcome, OperationContext, StoredColumn } from '../../src/tables/access-method.ts';
import type { TableDefinition } from '../../src/tables/storage.ts';
import { StorageEngine } from '../../src/tables/store.ts';
import type { ActiveTransaction } from '../../src/transaction/active-transaction.ts';
import { encodeKeyPart } from '../../src/types/key-encoding.ts';
import { typeOid } from '../../src/types/oids.ts';
import { getType } from '../../src/types/registry.ts';
import { createVector, type Vector } from '../../src/types/vector.ts';

const rows = Number(process.argv[2] ?? 500_000);
const space = 5 as SpaceId;
const mebibyte = 1024 * 1024;
const batchRows = 1024;
const directory = mkdtempSync(join(tmpdir(), 'hyrax-tables-'));
const engine = await StorageEngine.open(new NodeDisk(directory), {
  poolBytes: 1024 * mebibyte,
  log: { ringBytes: 64 * mebibyte },
  onFatal: (error) => {
    throw error;
  },
});
const store = engine.createSpace(space);
const { transactions } = engine;

function column(oid: number): StoredColumn {
  return { typeOid: oid, storedBytes: getType(oid).storedBytes, dropped: false, missingValue: null };
}

const byFirst = [{ column: 0, descending: false, nullsFirst: false }];
const accounts: TableDefinition = {
  tableOid: 1000,
  columns: [column(typeOid.int4), column(typeOid.int4), column(typeOid.int4), column(typeOid.text)],
  clusterKey: byFirst,
  clusterIndexOid: 1001,
  indexes: [],
};
const orders: TableDefinition = {
  tableOid: 2000,
  columns: [
    column(typeOid.int8),
    column(typeOid.text),
    column(typeOid.numeric),
    column(typeOid.int4),
    column(typeOid.int4),
  ],
  clusterKey: undefined,
  clusterIndexOid: 0,
  indexes: [
    {
      indexOid: 2001,
      unique: false,
      nullsNotDistinct: false,
      primary: false,
      parts: [{ column: 3, descending: false, nullsFirst: false }],
    },
  ],
};

/** Visits 0 … count - 1 in a scattered order. */
function scatter(i: number, count: number): number {
  return (i * 7_368_787) % count;
}

async function inTransaction(work: (transaction: ActiveTransaction) => Promise<void> | void): Promise<void> {
  const transaction = transactions.begin();
  await work(transaction);
  await new Promise<void>((resolve) => {
    if (transactions.commit(transaction, { wake: resolve }) === 'done') resolve();
  });
}

/** Calls `step` until it has done everything; when it must wait for the log, waits. The time of waiting does not count. */
async function measure(
  name: string,
  count: number,
  step: (at: number, context: OperationContext) => boolean,
): Promise<void> {
  await inTransaction(async (transaction) => {
    let nanoseconds = 0n;
    for (let at = 0; at < count;) {
      let wake: () => void = () => undefined;
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const snapshot = transactions.takeStatementSnapshot(transaction);
      const context = { transaction, snapshot, waiter: { wake } };
      const start = process.hrtime.bigint();
      let waits = false;
      while (at < count && !waits) {
        if (step(at, context)) at++;
        else waits = true;
      }
      nanoseconds += process.hrtime.bigint() - start;
      transactions.releaseSnapshot(snapshot);
      if (waits) await woken;
    }
    report(name, Number(nanoseconds) / count);
  });
}

function report(name: string, nanoseconds: number): void {
  console.log(`${name.padEnd(56)} ${nanoseconds.toFixed(1).padStart(9)} ns`);
}

function isDone(outcome: ModifyOutcome): boolean {
  if (outcome.kind !== 'done' && outcome.kind !== 'wait') throw new Error(outcome.kind);
  return outcome.kind === 'done';
}

const filler = Buffer.alloc(84, ' ');

function vectorsFor(definition: TableDefinition, capacity: number): Vector[] {
  return definition.columns.map(({ typeOid: oid }) => createVector(getType(oid).vectorKind, capacity));
}

function fillAccounts(vectors: Vector[], first: number, order: (i: number) => number): void {
  const [aid, bid, balance, text] = vectors;
  if (aid?.kind !== 'int32' || bid?.kind !== 'int32' || balance?.kind !== 'int32' || text?.kind !== 'bytes') return;
  for (let i = 0; i < batchRows; i++) {
    aid.values[i] = order(first + i);
    bid.values[i] = (first + i) % 10;
    balance.values[i] = 0;
    text.lengths[i] = filler.length;
  }
  text.data = filler;
}

const accountVectors = vectorsFor(accounts, batchRows);
const keyWriter = new ByteWriter(16);

function accountKey(id: number): Uint8Array {
  keyWriter.reset();
  encodeKeyPart(getType(typeOid.int4), id, false, false, keyWriter);
  return keyWriter.bytes.subarray(0, keyWriter.length);
}

async function insertAccounts(name: string, order: (i: number) => number): Promise<void> {
  await inTransaction((transaction) => store.createTable(accounts, transaction).then(() => undefined));
  const table = store.open(1000);
  const source = { columns: accountVectors };
  await measure(name, rows, (at, context) => {
    if (at % batchRows === 0) fillAccounts(accountVectors, at, order);
    return isDone(table.insert(source, at % batchRows, context));
  });
}

async function dropAccounts(): Promise<void> {
  await inTransaction((transaction) => store.dropTable(1000, transaction));
  await purge('purge the dropped table, per row');
}

async function purge(name: string): Promise<void> {
  await engine.checkpoint();
  const start = process.hrtime.bigint();
  while (engine.purgeSlice(20) === 'more');
  report(name, Number(process.hrtime.bigint() - start) / rows);
}

console.log(`${rows} rows`);
await insertAccounts('insert, scattered keys', (i) => scatter(i, rows));
await dropAccounts();
await inTransaction((transaction) => store.createTable(accounts, transaction).then(() => undefined));
{
  const table = store.open(1000);
  const source = { columns: accountVectors };
  let filled = -1;
  let inserted = 0;
  await measure('insertMany of 1,024 ascending keys, per row', rows - (rows % batchRows), (at, context) => {
    if (at < inserted) return true;
    const batch = Math.floor(at / batchRows);
    if (filled !== batch) fillAccounts(accountVectors, batch * batchRows, (i) => i);
    filled = batch;
    const { done, outcome } = table.insertMany(source, at % batchRows, batchRows, context);
    inserted += done;
    return isDone(outcome) || done > 0;
  });
}
{
  const table = store.open(1000);
  const present = Math.floor(rows / batchRows) * batchRows;
  const one = vectorsFor(accounts, 1);
  const columns = [0, 2];
  await measure('fetch two columns by key', rows, (at, { snapshot }) => {
    if (!table.fetch(accountKey(scatter(at, present)), columns, one, 0, snapshot)) throw new Error('missing');
    return true;
  });
  for (const [name, numbers] of [
    ['scan of 4 columns', [0, 1, 2, 3]],
    ['scan of 2 columns', [0, 2]],
  ] as const) {
    let best = Infinity;
    for (let round = 0; round < 10; round++) {
      const transaction = transactions.begin();
      const snapshot = transactions.takeStatementSnapshot(transaction);
      const start = process.hrtime.bigint();
      const scan = table.beginScan(
        { columns: numbers, withRowReference: false, descending: false, ranges: undefined },
        snapshot,
      );
      let seen = 0;
      for (let step = scan.next(1024); step !== 'end'; step = scan.next(1024)) seen += scan.rowCount;
      scan.close();
      best = Math.min(best, Number(process.hrtime.bigint() - start) / seen);
      transactions.releaseSnapshot(snapshot);
      transactions.commit(transaction, { wake: () => undefined });
    }
    report(`${name}, per row, best of 10`, best);
  }
  const lsns = new Float64Array(present);
  {
    const transaction = transactions.begin();
    const snapshot = transactions.takeStatementSnapshot(transaction);
    const scan = table.beginScan(
      { columns: [0], withRowReference: true, descending: false, ranges: undefined },
      snapshot,
    );
    for (let step = scan.next(1024); step !== 'end'; step = scan.next(1024)) {
      const [ids, , versions] = scan.vectors;
      if (ids?.kind !== 'int32' || versions?.kind !== 'int64') throw new Error('kinds');
      for (let i = 0; i < scan.rowCount; i++) lsns[ids.values[i] as number] = versions.values[i] as number;
    }
    scan.close();
    transactions.releaseSnapshot(snapshot);
    transactions.commit(transaction, { wake: () => undefined });
  }
  const assigned = new Uint8Array([0, 0, 1, 0]);
  const balance = one[2];
  await measure('update one column of a known version', present, (at, context) => {
    const id = scatter(at, present);
    if (balance?.kind === 'int32') balance.values[0] = at;
    const outcome = table.update({ key: accountKey(id), lsn: lsns[id] as Lsn }, { columns: one }, 0, context, assigned);
    if (outcome.kind === 'done') lsns[id] = outcome.lsn;
    return isDone(outcome);
  });
  await purge('purge of updates, per row');
  await measure('delete', present, (at, context) => {
    const id = scatter(at, present);
    return isDone(table.delete({ key: accountKey(id), lsn: lsns[id] as Lsn }, context));
  });
  await purge('purge of deletes, per row');
}
{
  await inTransaction((transaction) => store.createTable(orders, transaction).then(() => undefined));
  const table = store.open(2000);
  const vectors = vectorsFor(orders, batchRows);
  const [id, name, amount, customer, nullable] = vectors;
  await measure('insert with one index', rows, (at, context) => {
    const row = at % batchRows;
    if (id?.kind !== 'int64' || name?.kind !== 'bytes' || amount?.kind !== 'numeric') throw new Error('kinds');
    if (customer?.kind !== 'int32' || nullable?.kind !== 'int32') throw new Error('kinds');
    id.values[row] = at;
    name.data = filler;
    name.lengths[row] = 10;
    amount.scale = 2;
    amount.values[row] = at * 7;
    customer.values[row] = scatter(at, rows);
    nullable.nulls ??= new Uint8Array(batchRows);
    nullable.nulls[row] = at % 3 === 0 ? 1 : 0;
    return isDone(table.insert({ columns: vectors }, row, context));
  });
  const [index] = table.table.indexes;
  if (index === undefined) throw new Error('index');
  const scans = [
    ['scan of int8, text, numeric and a nullable int4, per row', undefined, [0, 1, 2, 4]],
    ['index scan with row look-up, per row', index, [0, 1]],
    ['index-only scan, per row', index, [3]],
  ] as const;
  for (const [title, by, columns] of scans) {
    let best = Infinity;
    for (let round = 0; round < 5; round++) {
      const transaction = transactions.begin();
      const snapshot = transactions.takeStatementSnapshot(transaction);
      const start = process.hrtime.bigint();
      const request = { columns, withRowReference: false, descending: false, ranges: undefined };
      const scan = by === undefined ? table.beginScan(request, snapshot) : table.beginIndexScan(by, request, snapshot);
      let seen = 0;
      for (let step = scan.next(1024); step !== 'end'; step = scan.next(1024)) seen += scan.rowCount;
      scan.close();
      best = Math.min(best, Number(process.hrtime.bigint() - start) / seen);
      transactions.releaseSnapshot(snapshot);
      transactions.commit(transaction, { wake: () => undefined });
    }
    report(`${title}, best of 5`, best);
  }
  const builder = transactions.begin();
  const definition = { ...index, indexOid: 2002, parts: [{ column: 0, descending: false, nullsFirst: false }] };
  const start = process.hrtime.bigint();
  let longest = 0;
  const build = await store.createIndex(2000, definition, builder);
  for (;;) {
    const before = performance.now();
    const step = build.step({ wake: () => undefined });
    longest = Math.max(longest, performance.now() - before);
    if (step.kind === 'done') break;
  }
  report('index build, per row', Number(process.hrtime.bigint() - start) / rows);
  console.log(`  longest step ${longest.toFixed(1)} ms`);
  await new Promise<void>((resolve) => {
    if (transactions.commit(builder, { wake: resolve }) === 'done') resolve();
  });
}
await engine.close();
rmSync(directory, { recursive: true });
