/**
 * The real storage on a disk in memory, for tests of tables: pages, log, transactions and tables put together by StorageEngine,
 * with short ways to make tables, rows and transactions, to crash and to open again.
 */
import { expect } from 'vitest';
import type { Oid, SpaceId } from '../../../src/common/ids.ts';
import type {
  AccessMethod,
  KeyPart,
  KeyRange,
  ModifyOutcome,
  OperationContext,
  RowReference,
  ScanRequest,
  StoredColumn,
  StoredIndex,
  TableScan,
} from '../../../src/tables/access-method.ts';
import type { IndexDefinition } from '../../../src/tables/storage.ts';
import { StorageEngine, type StorageOptions } from '../../../src/tables/store.ts';
import type { LoggedTableStore } from '../../../src/tables/table-store.ts';
import type { ActiveTransaction, BeginOptions, Savepoint } from '../../../src/transaction/active-transaction.ts';
import type { TransactionSnapshot } from '../../../src/transaction/snapshots.ts';
import type { Snapshot, Waiter } from '../../../src/transaction/transaction.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { encodeKeyPart } from '../../../src/types/key-encoding.ts';
import { typeOid } from '../../../src/types/oids.ts';
import { getType } from '../../../src/types/registry.ts';
import { createVector, type Vector } from '../../../src/types/vector.ts';
import { ByteWriter } from '../../../src/common/byte-writer.ts';
import { FaultyDisk, type FaultyDiskOptions } from '../../crash/faulty-disk.ts';

export const testSpace = 5 as SpaceId;
const kibibyte = 1024;

export const testOptions: StorageOptions = {
  poolBytes: 64 * 8 * kibibyte,
  lockDirectory: false,
  log: { segmentBytes: 256 * kibibyte, ringBytes: 512 * kibibyte, blockBytesMax: 64 * kibibyte, writerDelayMs: 5 },
  onFatal: () => undefined,
  now: () => 0,
};

export type Row = readonly Datum[];

/** A row as a scan found it. */
export interface FoundRow {
  readonly values: Datum[];
  readonly reference: RowReference;
}

export function column(type: keyof typeof typeOid, missingValue: Uint8Array | null = null): StoredColumn {
  const { oid, storedBytes } = getType(typeOid[type]);
  return { typeOid: oid, storedBytes, dropped: false, missingValue };
}

export function part(number: number, descending: boolean = false): KeyPart {
  return { column: number, descending, nullsFirst: descending };
}

export function index(indexOid: Oid, columns: readonly number[], unique: boolean = false): IndexDefinition {
  return { indexOid, unique, nullsNotDistinct: false, primary: false, parts: columns.map((each) => part(each)) };
}

/** Vectors that hold the rows. */
export function vectorsOf(columns: readonly StoredColumn[], rows: readonly Row[]): Vector[] {
  return columns.map(({ typeOid: oid }, i) => {
    const handler = getType(oid);
    const vector = createVector(handler.vectorKind, Math.max(rows.length, 1));
    rows.forEach((row, at) => handler.writeDatum(vector, at, row[i] ?? null));
    return vector;
  });
}

export function keyOf(
  columns: readonly StoredColumn[],
  parts: readonly KeyPart[],
  values: readonly Datum[],
): Uint8Array {
  const out = new ByteWriter(64);
  values.forEach((value, i) => {
    const { column: number, descending, nullsFirst } = parts[i] as KeyPart;
    encodeKeyPart(getType((columns[number] as StoredColumn).typeOid), value, descending, nullsFirst, out);
  });
  return out.toBytes();
}

const nobody: Waiter = { wake: () => undefined };

/** Lets I/O callbacks and timers run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export class Harness {
  readonly disk: FaultyDisk;
  readonly engine: StorageEngine;
  readonly options: StorageOptions;

  private constructor(disk: FaultyDisk, engine: StorageEngine, options: StorageOptions) {
    this.disk = disk;
    this.engine = engine;
    this.options = options;
  }

  static async open(disk: FaultyDisk, more: Partial<StorageOptions> = {}): Promise<Harness> {
    const options = { ...testOptions, ...more };
    const engine = await StorageEngine.open(disk, options);
    if (engine.isNew) {
      engine.createSpace(testSpace);
      await engine.checkpoint();
    }
    return new Harness(disk, engine, options);
  }

  static create(more: Partial<StorageOptions> = {}, disk: FaultyDiskOptions = {}): Promise<Harness> {
    return Harness.open(new FaultyDisk({ seed: 1, ...disk }), more);
  }

  /** The process dies; what comes back after recovery. */
  async crash(seed: number, diskOptions: FaultyDiskOptions = {}): Promise<Harness> {
    this.disk.crash();
    return Harness.open(this.disk.afterCrash(seed, diskOptions), this.options);
  }

  get store(): LoggedTableStore {
    return this.engine.space(testSpace);
  }

  // ---- transactions

  begin(options: BeginOptions = {}): Session {
    return new Session(this, this.engine.transactions.begin(options));
  }

  /** Runs `work` in a transaction of its own and commits it durably. */
  async run<Result>(work: (session: Session) => Result | Promise<Result>): Promise<Result> {
    const session = this.begin();
    const result = await work(session);
    await session.commit();
    return result;
  }

  async purge(): Promise<void> {
    await turn();
    while (this.engine.purgeSlice(1000) === 'more') await turn();
  }

  /** Purge sees durable records only: makes all durable, then purges. */
  async purgeAll(): Promise<void> {
    await this.engine.checkpoint();
    await this.purge();
  }

  expectSound(...tables: readonly Oid[]): void {
    for (const table of tables) expect(this.store.verifyTable(table)).toEqual([]);
  }

  table(tableOid: Oid): AccessMethod {
    return this.store.open(tableOid);
  }
}

/** One transaction and its statements. */
export class Session {
  readonly harness: Harness;
  readonly transaction: ActiveTransaction;

  constructor(harness: Harness, transaction: ActiveTransaction) {
    this.harness = harness;
    this.transaction = transaction;
  }

  get #manager(): Harness['engine']['transactions'] {
    return this.harness.engine.transactions;
  }

  snapshot(): TransactionSnapshot {
    return this.#manager.takeStatementSnapshot(this.transaction);
  }

  /** A statement: its snapshot is released at the end. */
  statement<Result>(work: (context: OperationContext) => Result, waiter: Waiter = nobody): Result {
    const snapshot = this.snapshot();
    try {
      return work({ transaction: this.transaction, snapshot, waiter });
    } finally {
      this.#manager.releaseSnapshot(snapshot);
    }
  }

  #patiently(step: (waiter: Waiter) => 'done' | 'wait' | 'yield'): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        try {
          const answer = step({ wake: () => setImmediate(go) });
          if (answer === 'done') resolve();
          if (answer === 'yield') setImmediate(go);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      go();
    });
  }

  commit(durably: boolean = true): Promise<void> {
    return this.#patiently((waiter) => this.#manager.commit(this.transaction, waiter, durably));
  }

  rollback(): Promise<void> {
    return this.#patiently((waiter) => this.#manager.rollback(this.transaction, waiter));
  }

  savepoint(): Savepoint {
    return this.#manager.savepoint(this.transaction);
  }

  rollbackTo(savepoint: Savepoint): Promise<void> {
    return this.#patiently((waiter) => this.#manager.rollbackTo(this.transaction, savepoint, waiter));
  }

  // ---- rows

  tryInsert(tableOid: Oid, row: Row, waiter: Waiter = nobody): ModifyOutcome {
    const table = this.harness.table(tableOid);
    const source = { columns: vectorsOf(table.table.columns, [row]) };
    return this.statement((context) => table.insert(source, 0, context), waiter);
  }

  insert(tableOid: Oid, ...rows: readonly Row[]): void {
    const table = this.harness.table(tableOid);
    const source = { columns: vectorsOf(table.table.columns, rows) };
    const { done, outcome } = this.statement((context) => table.insertMany(source, 0, rows.length, context));
    expect(outcome.kind).toBe('done');
    expect(done).toBe(rows.length);
  }

  scan(tableOid: Oid, request: Partial<ScanRequest> = {}, index?: StoredIndex): FoundRow[] {
    return this.statement(({ snapshot }) => scanAll(this.harness.table(tableOid), snapshot, request, index));
  }

  rows(tableOid: Oid): Datum[][] {
    return this.scan(tableOid).map(({ values }) => values);
  }

  tryUpdate(
    tableOid: Oid,
    reference: RowReference,
    row: Row,
    assigned?: Uint8Array,
    waiter: Waiter = nobody,
  ): ModifyOutcome {
    const table = this.harness.table(tableOid);
    const source = { columns: vectorsOf(table.table.columns, [row]) };
    return this.statement((context) => table.update(reference, source, 0, context, assigned), waiter);
  }

  tryDelete(tableOid: Oid, reference: RowReference, waiter: Waiter = nobody): ModifyOutcome {
    return this.statement((context) => this.harness.table(tableOid).delete(reference, context), waiter);
  }

  /** Updates the row whose first column is `first`. */
  update(tableOid: Oid, first: Datum, row: Row): ModifyOutcome {
    return this.tryUpdate(tableOid, this.find(tableOid, first).reference, row);
  }

  delete(tableOid: Oid, first: Datum): ModifyOutcome {
    return this.tryDelete(tableOid, this.find(tableOid, first).reference);
  }

  find(tableOid: Oid, first: Datum): FoundRow {
    const found = this.scan(tableOid).find(({ values }) => values[0] === first);
    if (found === undefined) throw new Error(`no row ${String(first)}`);
    return found;
  }
}

/** Everything a scan gives, values in the order of the columns asked for (all if none are named). */
export function scanAll(
  table: AccessMethod,
  snapshot: Snapshot,
  request: Partial<ScanRequest> = {},
  index?: StoredIndex,
  rowsMax: number = 1024,
): FoundRow[] {
  const columns =
    request.columns ?? table.table.columns.map((_, i) => i).filter((i) => !table.table.columns[i]?.dropped);
  const full: ScanRequest = { withRowReference: true, descending: false, ranges: undefined, ...request, columns };
  const scan = index === undefined ? table.beginScan(full, snapshot) : table.beginIndexScan(index, full, snapshot);
  try {
    return drain(table, scan, full, rowsMax);
  } finally {
    scan.close();
  }
}

function drain(table: AccessMethod, scan: TableScan, request: ScanRequest, rowsMax: number): FoundRow[] {
  const found: FoundRow[] = [];
  for (let step = scan.next(rowsMax); step !== 'end'; step = scan.next(rowsMax)) {
    if (step === 'yield') continue;
    expect(scan.rowCount).toBeGreaterThan(0);
    expect(scan.rowCount).toBeLessThanOrEqual(rowsMax);
    for (let row = 0; row < scan.rowCount; row++) found.push(readRow(table, scan.vectors, request, row));
  }
  return found;
}

function readRow(table: AccessMethod, vectors: readonly Vector[], request: ScanRequest, row: number): FoundRow {
  const values = request.columns.map((number, i) => {
    const handler = getType((table.table.columns[number] as StoredColumn).typeOid);
    return handler.readDatum(vectors[i] as Vector, row);
  });
  if (!request.withRowReference)
    return { values, reference: { key: new Uint8Array(0), lsn: 0 as RowReference['lsn'] } };
  const keys = vectors[request.columns.length];
  const lsns = vectors[request.columns.length + 1];
  if (keys?.kind !== 'bytes' || lsns?.kind !== 'int64') throw new Error('row references come last');
  const start = keys.offsets[row] as number;
  const key = keys.data.slice(start, start + (keys.lengths[row] as number));
  return { values, reference: { key, lsn: lsns.values[row] as RowReference['lsn'] } };
}

export function range(low: Uint8Array | undefined, high: Uint8Array | undefined): KeyRange {
  return { low, high };
}
