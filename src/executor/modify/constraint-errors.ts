/** The errors of rows that break a constraint, in PostgreSQL's words and with its fields. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { ColumnDescriptor, IndexDescriptor, TableDescriptor } from '../../catalog/descriptors.ts';
import type { Datum } from '../../types/datum.ts';
import type { IoContext } from '../../types/type-handler.ts';
import { getType } from '../../types/registry.ts';

/** Bytes of a value shown in "Failing row contains". */
const shownBytesMax = 64;

/** A row in attnum order, dropped columns included. */
export type RowValues = readonly Datum[];

function formatValue(column: ColumnDescriptor, value: Datum, io: IoContext): string {
  return value === null ? 'null' : getType(column.typeOid).formatText(value, io);
}

/** Cuts to 64 bytes without splitting a character. */
function shorten(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= shownBytesMax) return text;
  let end = shownBytesMax;
  while (((bytes[end] as number) & 0xc0) === 0x80) end--;
  return `${bytes.utf8Slice(0, end)}...`;
}

function failingRow(table: TableDescriptor, row: RowValues, io: IoContext): string {
  const live = table.columns.filter((column) => !column.dropped);
  const shown = live.map((column) => shorten(formatValue(column, row[column.number - 1] ?? null, io)));
  return `Failing row contains (${shown.join(', ')}).`;
}

export function notNullViolation(
  table: TableDescriptor,
  column: ColumnDescriptor,
  row: RowValues,
  io: IoContext,
): SqlError {
  return new SqlError(
    sqlState.notNullViolation,
    `null value in column "${column.name}" of relation "${table.name}" violates not-null constraint`,
    { detail: failingRow(table, row, io), schema: table.schema, table: table.name, column: column.name },
  );
}

export function checkViolation(table: TableDescriptor, constraint: string, row: RowValues, io: IoContext): SqlError {
  return new SqlError(
    sqlState.checkViolation,
    `new row for relation "${table.name}" violates check constraint "${constraint}"`,
    { detail: failingRow(table, row, io), schema: table.schema, table: table.name, constraint },
  );
}

export function uniqueViolation(
  table: TableDescriptor,
  index: IndexDescriptor,
  row: RowValues,
  io: IoContext,
): SqlError {
  const columns = index.columns.map((number) => table.columns[number - 1] as ColumnDescriptor);
  const names = columns.map((column) => column.name).join(', ');
  const values = columns.map((column) => formatValue(column, row[column.number - 1] ?? null, io)).join(', ');
  return new SqlError(sqlState.uniqueViolation, `duplicate key value violates unique constraint "${index.name}"`, {
    detail: `Key (${names})=(${values}) already exists.`,
    schema: table.schema,
    table: table.name,
    constraint: index.name,
  });
}

export function concurrentUpdate(): SqlError {
  return new SqlError(sqlState.serializationFailure, 'could not serialize access due to concurrent update');
}

export function concurrentDelete(): SqlError {
  return new SqlError(sqlState.serializationFailure, 'could not serialize access due to concurrent delete');
}
