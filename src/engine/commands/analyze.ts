/** ANALYZE: samples a table and writes what it finds into pg_statistic and pg_class. */
import type { ColumnDescriptor, TableDescriptor } from '../../catalog/descriptors.ts';
import { SqlError, sqlState } from '../../common/sql-error.ts';
import { deleteRow, insertRow, readRows, readStoredRows, updateRow } from '../../catalog/catalog-rows.ts';
import { statisticsRow, type StatisticsOperators } from '../../catalog/statistics-rows.ts';
import { firstUserOid } from '../../catalog/system-tables.ts';
import { findOperators } from '../../functions/registry.ts';
import { lockMode } from '../../transaction/lock-modes.ts';
import { typeHandler } from '../prepared-statement.ts';
import type { Session } from '../session.ts';
import { computeStatistics } from '../statistics/column-statistics.ts';
import { sampleRows } from '../statistics/row-sample.ts';

export interface AnalyzeTarget {
  readonly table: TableDescriptor;
  /** Empty: all. */
  readonly columns: readonly string[];
}

/** Rows sampled per unit of default_statistics_target, as in PostgreSQL. */
const rowsPerTarget = 300;

export async function analyzeTables(
  session: Session,
  targets: readonly AnalyzeTarget[],
  named: boolean,
): Promise<void> {
  const all = named ? targets : allTables(session);
  for (const target of all) {
    if (target.table.kind === 'r') await analyzeTable(session, target);
    else
      session.notice({
        severity: 'WARNING',
        sqlState: '01000',
        message: `skipping "${target.table.name}" --- cannot analyze non-tables or special system tables`,
      });
  }
}

function allTables(session: Session): AnalyzeTarget[] {
  return readRows(session.catalogCache, 'pg_class')
    .filter((row) => row['relkind'] === 'r' && (row['oid'] as number) >= firstUserOid)
    .map((row) => session.catalog.getRelation(row['oid'] as number))
    .filter((table) => table !== undefined)
    .map((table) => ({ table, columns: [] }));
}

async function analyzeTable(session: Session, { table, columns: names }: AnalyzeTarget): Promise<void> {
  await session.lockTableWhenFree(table.oid, lockMode.shareUpdateExclusive);
  const columns = chosenColumns(table, names);
  const target = session.settings.number('default_statistics_target');
  const access = session.access(table);
  const snapshot = session.manager.takeLatestSnapshot(session.block.current);
  try {
    const size = rowsPerTarget * target;
    const sample = await sampleRows(columns, access, snapshot, size, () => session.yieldNow());
    for (const [i, column] of columns.entries()) {
      const values = sample.rows.map((row) => row.values[i] ?? null);
      await storeStatistics(session, table, column, values, sample.rowCount, target);
      await session.yieldNow();
    }
    await storeSize(session, table, sample.rowCount, access.estimatePages());
  } finally {
    session.releaseSnapshot(snapshot);
  }
  session.instance.autoAnalyze.analyzed(session.database.oid, table.oid);
  session.catalogChanged();
}

function chosenColumns(table: TableDescriptor, names: readonly string[]): readonly ColumnDescriptor[] {
  const live = table.columns.filter((column) => !column.dropped);
  if (names.length === 0) return live;
  return names.map((name) => {
    const column = live.find((candidate) => candidate.name === name);
    if (column !== undefined) return column;
    throw new SqlError(sqlState.undefinedColumn, `column "${name}" of relation "${table.name}" does not exist`);
  });
}

async function storeStatistics(
  session: Session,
  table: TableDescriptor,
  column: ColumnDescriptor,
  values: Parameters<typeof computeStatistics>[1],
  rowCount: number,
  target: number,
): Promise<void> {
  const writing = session.catalogWriting;
  const key = [table.oid, column.number];
  for (const row of readStoredRows(writing, 'pg_statistic', 'pg_statistic_relid_att_inh_index', key)) {
    await deleteRow(writing, 'pg_statistic', row);
  }
  if (rowCount === 0) return;
  const handler = typeHandler(column.typeOid);
  const statistics = computeStatistics(handler, values, rowCount, target);
  const operators = operatorsOf(column.typeOid);
  await insertRow(
    writing,
    'pg_statistic',
    statisticsRow(table.oid, column.number, column.typeOid, column.collation, statistics, operators),
  );
}

function operatorsOf(type: number): StatisticsOperators {
  const find = (name: string): number =>
    findOperators(name).find((operator) => operator.left === type && operator.right === type)?.oid ?? 0;
  return { equal: find('='), less: find('<') };
}

async function storeSize(session: Session, table: TableDescriptor, rows: number, pages: number): Promise<void> {
  const writing = session.catalogWriting;
  for (const oid of [table.oid, ...table.indexes.map((index) => index.oid)]) {
    const [row] = readStoredRows(writing, 'pg_class', 'pg_class_oid_index', [oid]);
    if (row === undefined) continue;
    const changes = { reltuples: rows, relpages: oid === table.oid ? pages : Math.max(1, Math.ceil(pages / 3)) };
    await updateRow(writing, 'pg_class', row, changes);
  }
}
