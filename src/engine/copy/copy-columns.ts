/** Which relation and columns a COPY is about. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { ColumnDescriptor, TableDescriptor } from '../../catalog/descriptors.ts';
import type { CopyStmt } from '../../parser/utility-syntax.ts';
import type { Session } from '../session.ts';

export function copiedRelation(session: Session, statement: CopyStmt): TableDescriptor {
  const { relation } = statement;
  const { schemaname, relname } = relation as NonNullable<typeof relation>;
  const table = session.catalog.findRelation(schemaname, relname);
  if (table?.kind === 'i') throw new SqlError(sqlState.wrongObjectType, `"${relname}" is an index`);
  if (table?.kind === 'c') throw new SqlError(sqlState.wrongObjectType, `"${relname}" is a composite type`);
  if (table !== undefined) return table;
  const written = schemaname === undefined ? relname : `${schemaname}.${relname}`;
  throw new SqlError(sqlState.undefinedTable, `relation "${written}" does not exist`);
}

const kinds: Readonly<Record<string, string>> = { v: 'view', S: 'sequence', m: 'materialized view' };

/** Why the relation cannot be copied; undefined: it can. */
export function relationRefusal(table: TableDescriptor, isFrom: boolean): SqlError | undefined {
  if (table.kind === 'r') return undefined;
  const kind = kinds[table.kind] ?? 'non-table relation';
  const message = `cannot copy ${isFrom ? 'to' : 'from'} ${kind} "${table.name}"`;
  return new SqlError(sqlState.wrongObjectType, message, { hint: hintFor(table, isFrom) });
}

function hintFor(table: TableDescriptor, isFrom: boolean): string | undefined {
  if (table.kind === 'v' && isFrom) return 'To enable copying to a view, provide an INSTEAD OF INSERT trigger.';
  return isFrom || (table.kind !== 'v' && table.kind !== 'm') ? undefined : 'Try the COPY (SELECT ...) TO variant.';
}

/** Named columns in their order, or all but dropped and generated ones. */
export function copiedColumns(table: TableDescriptor, statement: CopyStmt): readonly ColumnDescriptor[] {
  const live = table.columns.filter((column) => !column.dropped);
  if (statement.attlist.length === 0) return live.filter((column) => column.generated === '');
  const chosen: ColumnDescriptor[] = [];
  for (const name of statement.attlist) {
    const column = live.find((candidate) => candidate.name === name);
    if (column === undefined) throw unknownColumn(name, table);
    if (column.generated !== '') {
      throw new SqlError(sqlState.invalidColumnReference, `column "${name}" is a generated column`, {
        detail: 'Generated columns cannot be used in COPY.',
      });
    }
    if (chosen.includes(column)) {
      throw new SqlError(sqlState.duplicateColumn, `column "${name}" specified more than once`);
    }
    chosen.push(column);
  }
  return chosen;
}

function unknownColumn(name: string, table: TableDescriptor | undefined): SqlError {
  const owner = table === undefined ? '' : ` of relation "${table.name}"`;
  return new SqlError(sqlState.undefinedColumn, `column "${name}"${owner} does not exist`);
}

/** Columns of FORCE_… options must be among those copied. `table`: undefined for a query. */
export function checkForcedColumns(
  names: readonly string[] | '*',
  option: string,
  columns: readonly { readonly name: string }[],
  table: TableDescriptor | undefined,
): void {
  if (names === '*') return;
  for (const name of names) {
    if (columns.some((column) => column.name === name)) continue;
    const exists = table?.columns.some((column) => !column.dropped && column.name === name) ?? false;
    if (!exists) throw unknownColumn(name, table);
    throw new SqlError(sqlState.invalidColumnReference, `${option} column "${name}" not referenced by COPY`);
  }
}
