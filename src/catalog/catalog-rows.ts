/**
 * Rows of system tables as objects by column name: what catalog code reads and writes. Not for hot paths: the cache above
 * keeps descriptors.
 */
import { InvariantError } from '../common/assert.ts';
import type { Lsn } from '../common/ids.ts';
import { SqlError } from '../common/sql-error.ts';
import type {
  AccessMethod,
  ModifyOutcome,
  OperationContext,
  RowReference,
  TableScan,
} from '../tables/access-method.ts';
import type { Snapshot, Transaction, Waiter } from '../transaction/transaction.ts';
import { ByteWriter } from '../common/byte-writer.ts';
import type { Datum } from '../types/datum.ts';
import { encodeKeyPart, prefixEnd } from '../types/key-encoding.ts';
import { batchRowsMax, createVector, resetVector, type Vector } from '../types/vector.ts';
import { getSystemTable, type SystemIndex, type SystemTable } from './system-tables.ts';

export type CatalogRow = Readonly<Record<string, Datum>>;

/** A row with where it is, to change it. */
export interface StoredRow {
  readonly values: CatalogRow;
  readonly reference: RowReference;
}

/** What reading needs of the transaction at hand. */
export interface CatalogReading {
  open(table: SystemTable): AccessMethod;
  /** The present state, with the transaction's own changes. Valid until the next call. */
  snapshot(): Snapshot;
}

export interface CatalogWriting extends CatalogReading {
  readonly transaction: Transaction;
  /** Calls `attempt` until it no longer answers 'wait', yielding meanwhile. */
  whenReady(attempt: (waiter: Waiter) => ModifyOutcome): Promise<ModifyOutcome>;
}

/** All rows, or those whose leading index columns equal `key`. */
export function readRows(
  reading: CatalogReading,
  tableName: string,
  indexName?: string,
  key: readonly Datum[] = [],
): CatalogRow[] {
  return readStoredRows(reading, tableName, indexName, key).map((row) => row.values);
}

export function readStoredRows(
  reading: CatalogReading,
  tableName: string,
  indexName?: string,
  key: readonly Datum[] = [],
): StoredRow[] {
  const table = getSystemTable(tableName);
  const scan = beginScan(reading, table, indexName, key);
  const rows: StoredRow[] = [];
  try {
    for (let step = scan.next(batchRowsMax); step !== 'end'; step = scan.next(batchRowsMax)) {
      if (step === 'rows') for (let i = 0; i < scan.rowCount; i++) rows.push(rowAt(table, scan.vectors, i));
    }
  } finally {
    scan.close();
  }
  return rows;
}

function beginScan(
  reading: CatalogReading,
  table: SystemTable,
  indexName: string | undefined,
  key: readonly Datum[],
): TableScan {
  const access = reading.open(table);
  const columns = table.columns.map((column) => column.number - 1);
  const request = { columns, withRowReference: true, descending: false, ranges: undefined };
  if (indexName === undefined) return access.beginScan(request, reading.snapshot());
  const index = table.indexes.find((candidate) => candidate.name === indexName);
  if (index === undefined) throw new InvariantError(`no index ${indexName} on ${table.name}`);
  const ranged = { ...request, ranges: [prefixRange(table, index, key)] };
  if (index.primary) return access.beginScan(ranged, reading.snapshot());
  const stored = access.table.indexes.find((candidate) => candidate.indexOid === index.oid);
  if (stored === undefined) throw new InvariantError(`index ${indexName} is not stored`);
  return access.beginIndexScan(stored, ranged, reading.snapshot());
}

function prefixRange(table: SystemTable, index: SystemIndex, key: readonly Datum[]) {
  const out = new ByteWriter(128);
  for (const [i, value] of key.entries()) {
    const column = table.columns[(index.columns[i] as number) - 1];
    if (column === undefined) throw new InvariantError(`key of ${index.name} is too long`);
    encodeKeyPart(column.type, value, false, false, out);
  }
  const low = out.toBytes();
  return { low, high: prefixEnd(low) };
}

function rowAt(table: SystemTable, vectors: readonly Vector[], row: number): StoredRow {
  const values: Record<string, Datum> = {};
  for (const [i, column] of table.columns.entries())
    values[column.name] = column.type.readDatum(vectors[i] as Vector, row);
  const keys = vectors[table.columns.length];
  const lsns = vectors[table.columns.length + 1];
  if (keys?.kind !== 'bytes' || lsns?.kind !== 'int64')
    throw new InvariantError('a scan with row references ends with them');
  const start = keys.offsets[row] as number;
  const key = Buffer.from(keys.data.subarray(start, start + (keys.lengths[row] as number)));
  return { values, reference: { key, lsn: lsns.values[row] as Lsn } };
}

/** Vectors of a table's columns, for up to `capacity` rows. */
export function rowVectors(table: SystemTable, capacity: number): Vector[] {
  return table.columns.map((column) => createVector(column.type.vectorKind, capacity));
}

/** Puts rows into vectors; columns left out are NULL, which NOT NULL ones may not be. */
export function fillVectors(table: SystemTable, vectors: readonly Vector[], rows: readonly CatalogRow[]): void {
  vectors.forEach(resetVector);
  for (const [r, row] of rows.entries()) {
    for (const [i, column] of table.columns.entries()) {
      const value = row[column.name] ?? null;
      if (value === null && column.notNull) throw new InvariantError(`${table.name}.${column.name} may not be NULL`);
      column.type.writeDatum(vectors[i] as Vector, r, value);
    }
  }
}

export async function insertRow(writing: CatalogWriting, tableName: string, row: CatalogRow): Promise<void> {
  const table = getSystemTable(tableName);
  const vectors = rowVectors(table, 1);
  fillVectors(table, vectors, [row]);
  const access = writing.open(table);
  expectDone(
    await writing.whenReady((waiter) => access.insert({ columns: vectors }, 0, operation(writing, waiter))),
    table,
  );
}

export async function insertRows(
  writing: CatalogWriting,
  tableName: string,
  rows: readonly CatalogRow[],
): Promise<void> {
  for (const row of rows) await insertRow(writing, tableName, row);
}

/** Changes some columns of a row. */
export async function updateRow(
  writing: CatalogWriting,
  tableName: string,
  row: StoredRow,
  changes: CatalogRow,
): Promise<void> {
  const table = getSystemTable(tableName);
  const vectors = rowVectors(table, 1);
  fillVectors(table, vectors, [{ ...row.values, ...changes }]);
  const access = writing.open(table);
  expectDone(
    await writing.whenReady((waiter) =>
      access.update(row.reference, { columns: vectors }, 0, operation(writing, waiter)),
    ),
    table,
  );
}

export async function deleteRow(writing: CatalogWriting, tableName: string, row: StoredRow): Promise<void> {
  const table = getSystemTable(tableName);
  const access = writing.open(table);
  expectDone(await writing.whenReady((waiter) => access.delete(row.reference, operation(writing, waiter))), table);
}

function operation(writing: CatalogWriting, waiter: Waiter): OperationContext {
  return { transaction: writing.transaction, snapshot: writing.snapshot(), waiter };
}

function expectDone(outcome: ModifyOutcome, table: SystemTable): void {
  switch (outcome.kind) {
    case 'done':
      return;
    case 'unique': {
      const index = table.indexes.find((candidate) => candidate.oid === outcome.indexOid);
      throw new SqlError('23505', `duplicate key value violates unique constraint "${index?.name ?? table.name}"`, {
        schema: 'pg_catalog',
        table: table.name,
        constraint: index?.name,
      });
    }
    default:
      throw new SqlError('XX000', 'tuple concurrently updated');
  }
}
