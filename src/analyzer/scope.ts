/**
 * Names in scope: the from items of a query, chained to the enclosing queries' for correlation, and the WITH queries.
 * A name resolves to an expression: a column reference, or the merged column of a USING join.
 */
import type { Oid } from '../common/ids.ts';
import { SqlError } from '../common/sql-error.ts';
import type { Expression } from '../algebra/expression.ts';
import type { CommonTable, OutputColumn, RelationId } from '../algebra/query.ts';
import { typeOids } from '../functions/type-oids.ts';
import { columnReference, constant } from './make.ts';

export interface ScopeColumn {
  readonly name: string;
  readonly expression: Expression;
  readonly column: OutputColumn;
}

/** One from item as names see it. */
export interface ScopeItem {
  /** undefined for an unaliased join: reachable only through unqualified names. */
  readonly name: string | undefined;
  /** Name of the table under an alias, for hints. */
  readonly tableName: string | undefined;
  readonly schema: string | undefined;
  readonly relation: RelationId | undefined;
  readonly columns: readonly ScopeColumn[];
  /** Row type of a table, for whole-row references; 0: anonymous record. */
  readonly rowType: Oid;
  readonly tableOid: Oid;
  /** A function item of one column whose alias also names the column: its whole row is that column. */
  readonly scalarRow: boolean;
  /** Unqualified names find its columns. */
  readonly columnsVisible: boolean;
  /** Qualified names find it. */
  readonly nameVisible: boolean;
}

/** What lets a name in an ON clause or LATERAL see only part of the from items. */
export class Scope {
  readonly parent: Scope | undefined;
  items: ScopeItem[] = [];
  readonly commonTables = new Map<string, CommonTableEntry>();
  /** Nesting for aggregates: columns found here belong to the query at this depth. */
  readonly depth: number;

  constructor(parent: Scope | undefined) {
    this.parent = parent;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
  }

  findCommonTable(name: string): CommonTableEntry | undefined {
    return this.commonTables.get(name) ?? this.parent?.findCommonTable(name);
  }
}

export interface CommonTableEntry {
  readonly table: Pick<CommonTable, 'id' | 'name' | 'columns'>;
}

export interface FoundColumn {
  readonly expression: Expression;
  /** 0: this query's own; 1: the enclosing one's … */
  readonly levelsUp: number;
}

/** The items that a new set of names may not clash with. Throws 42712. */
export function checkAliasUnique(items: readonly ScopeItem[], added: readonly ScopeItem[], position?: number): void {
  for (const item of added) {
    if (item.name === undefined || !item.nameVisible) continue;
    const clash = items.some(
      (other) =>
        other !== item &&
        other.nameVisible &&
        other.name === item.name &&
        // The same table name from two schemas may stand side by side when neither is an alias.
        (other.schema === undefined || item.schema === undefined || other.schema === item.schema),
    );
    if (clash) throw new SqlError('42712', `table name "${item.name}" specified more than once`, { position });
  }
}

/** Resolves an unqualified column name, inner scopes first. Throws 42702 when ambiguous; undefined when absent. */
export function findColumn(
  scope: Scope | undefined,
  name: string,
  position: number | undefined,
): FoundColumn | undefined {
  for (let level = 0, at = scope; at !== undefined; at = at.parent, level++) {
    let found: ScopeColumn | undefined;
    for (const item of at.items) {
      if (!item.columnsVisible) continue;
      for (const column of item.columns) {
        if (column.name !== name) continue;
        if (found !== undefined) {
          throw new SqlError('42702', `column reference "${name}" is ambiguous`, { position });
        }
        found = column;
      }
    }
    if (found !== undefined) return { expression: { ...found.expression, position } as Expression, levelsUp: level };
  }
  return undefined;
}

export interface FoundItem {
  readonly item: ScopeItem;
  readonly levelsUp: number;
}

/** Resolves a table alias (or table name). Throws 42P09 when ambiguous. */
export function findItem(
  scope: Scope | undefined,
  schema: string | undefined,
  name: string,
  position: number | undefined,
): FoundItem | undefined {
  for (let level = 0, at = scope; at !== undefined; at = at.parent, level++) {
    const matches = at.items.filter(
      (item) => item.nameVisible && item.name === name && (schema === undefined || item.schema === schema),
    );
    if (matches.length > 1) throw new SqlError('42P09', `table reference "${name}" is ambiguous`, { position });
    if (matches.length === 1) return { item: matches[0] as ScopeItem, levelsUp: level };
  }
  return undefined;
}

/** A column of one item; system column tableoid included. Throws 42702 when the item has two of that name. */
export function columnOfItem(item: ScopeItem, name: string, position: number | undefined): Expression | undefined {
  const matches = item.columns.filter((column) => column.name === name);
  if (matches.length > 1) throw new SqlError('42702', `column reference "${name}" is ambiguous`, { position });
  if (matches.length === 1) return { ...(matches[0] as ScopeColumn).expression, position } as Expression;
  if (name === 'tableoid' && item.tableOid !== 0) return constant(item.tableOid, typeOids.oid, position);
  return undefined;
}

/** `t` or `t.*` as one value. */
export function wholeRow(item: ScopeItem, position: number | undefined): Expression {
  if (item.scalarRow) return { ...(item.columns[0] as ScopeColumn).expression, position } as Expression;
  return {
    kind: 'row',
    fields: item.columns.map((column) => column.expression),
    type: item.rowType === 0 ? typeOids.record : item.rowType,
    typmod: -1,
    collation: 0,
    position,
  };
}

export function scopeColumn(column: OutputColumn): ScopeColumn {
  return { name: column.name, expression: columnReference(column), column };
}
