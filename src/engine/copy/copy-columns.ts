/** Which relation and columns a COPY is about. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { ColumnDescriptor, TableDescriptor } from '../../catalog/descriptors.ts';
import type { CopyStmt } from '../../parser/utility-syntax.ts';
import type { Session } from '../session.ts';

export function copiedTable(session: Session, statement: CopyStmt): TableDescriptor {
  const { relation } = statement;
  const { schemaname, relname } = relation as NonNullable<typeof relation>;
  const table = session.catalog.findRelation(schemaname, relname);
  if (table === undefined) {
    const written = schemaname === undefined ? relname : `${schemaname}.${relname}`;
    throw new SqlError(sqlState.undefinedTable, `relation "${written}" does not exist`);
  }
  if (table.kind === 'r') return table;
  throw new SqlError(sqlState.wrongObjectType, refusal(table, statement.is_from), {
    hint: table.kind === 'v' && !statement.is_from ? 'Try the COPY (SELECT ...) TO variant.' : undefined,
  });
}

const kinds: Readonly<Record<string, string>> = { v: 'view', S: 'sequence', m: 'materialized view' };

function refusal(table: TableDescriptor, isFrom: boolean): string {
  const kind = kinds[table.kind] ?? 'non-table relation';
  return isFrom ? `cannot copy to ${kind} "${table.name}"` : `cannot copy from ${kind} "${table.name}"`;
}

/** Named columns in their order, or all but dropped and generated ones. */
export function copiedColumns(table: TableDescriptor, statement: CopyStmt): readonly ColumnDescriptor[] {
  const live = table.columns.filter((column) => !column.dropped);
  if (statement.attlist.length === 0) return live.filter((column) => column.generated === '');
  const chosen: ColumnDescriptor[] = [];
  for (const name of statement.attlist) {
    const column = live.find((candidate) => candidate.name === name);
    if (column === undefined) {
      throw new SqlError(sqlState.undefinedColumn, `column "${name}" of relation "${table.name}" does not exist`);
    }
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

/** Columns of FORCE_… options must be among those copied. */
export function checkForcedColumns(
  names: readonly string[],
  option: string,
  columns: readonly { readonly name: string }[],
): void {
  for (const name of names) {
    if (columns.some((column) => column.name === name)) continue;
    throw new SqlError(sqlState.invalidColumnReference, `${option} column "${name}" not referenced by COPY`);
  }
}
