/** Bound queries back to SQL, laid out as pg_get_viewdef does. */
import { unreachable } from '../../common/assert.ts';
import type { Oid } from '../../common/ids.ts';
import { quoteIdentifier } from '../../functions/quoting.ts';
import type { IoContext } from '../../types/type-handler.ts';
import type { ColumnId, Expression, Subquery } from '../../algebra/expression.ts';
import type { FromItem, JoinItem, OutputColumn, Query, SelectQuery } from '../../algebra/query.ts';
import type { TableDescriptor } from '../../catalog/descriptors.ts';
import { ExpressionPrinter } from './expression.ts';

export interface QueryNames {
  readonly io: IoContext;
  /** A table as it must be written to be found. */
  tableName(table: TableDescriptor): string;
  typeName(oid: Oid): string | undefined;
  /** A view that the query reads, with its alias if it has another name. */
  viewName(view: Oid, alias: string): string;
}

interface ColumnName {
  /** Alias of the from item; undefined for a merged column. */
  readonly item: string | undefined;
  readonly name: string;
}

/** Prints `query` with the given indentation; column names are qualified when more than one from item is in sight. */
export class QueryPrinter {
  readonly #names: QueryNames;
  readonly #columns = new Map<ColumnId, ColumnName>();
  readonly #merged = new Map<ColumnId, Expression>();
  readonly #expressions: ExpressionPrinter;
  /** Whether names need their table: more than one item anywhere, as PostgreSQL decides it. */
  #qualify: boolean;

  constructor(names: QueryNames) {
    this.#names = names;
    this.#qualify = false;
    this.#expressions = new ExpressionPrinter({
      io: names.io,
      column: (column) => this.#columnText(column),
      slot: (slot) => `$${slot}`,
      subquery: (node: Subquery) => this.print(node.query, 10).trimStart(),
      typeName: (oid) => names.typeName(oid),
    });
  }

  #columnText(column: ColumnId): string {
    const merged = this.#merged.get(column);
    if (merged !== undefined && !this.#columns.has(column)) return this.#expressions.print(merged);
    const found = this.#columns.get(column);
    if (found === undefined) return '?column?';
    const name = quoteIdentifier(found.name);
    return found.item === undefined || !this.#qualify ? name : `${quoteIdentifier(found.item)}.${name}`;
  }

  /** A whole view definition, semicolon included. */
  definition(query: Query): string {
    return `${this.print(query, 0)};`;
  }

  print(query: Query, indent: number): string {
    const pad = ' '.repeat(indent);
    const head = this.#with(query, indent);
    switch (query.kind) {
      case 'select':
        return head + this.#select(query, pad);
      case 'values':
        return `${head}${pad} VALUES ${query.rows.map((row) => `(${row.map((e) => this.#expressions.print(e)).join(',')})`).join(', ')}${this.#tail(query, pad)}`;
      case 'set-operation': {
        const words = `${query.operation.toUpperCase()}${query.all ? ' ALL' : ''}`;
        const left = this.print(query.left, indent);
        query.output.forEach((column, i) =>
          this.#columns.set(column.id, { item: undefined, name: query.left.output[i]?.name ?? column.name }),
        );
        return `${head}${left}\n${pad}${words}\n${this.print(query.right, indent)}${this.#tail(query, pad)}`;
      }
      default:
        return unreachable(query, 'query');
    }
  }

  #with(query: Query, indent: number): string {
    if (query.with.length === 0) return '';
    const recursive = query.with.some((table) => table.recursive) ? 'RECURSIVE ' : '';
    const tables = query.with.map((table) => {
      const columns = table.columns.map((column) => quoteIdentifier(column.name)).join(', ');
      const plain = table.columns.every((column, i) => column.name === table.query.output[i]?.name);
      const pad = ' '.repeat(indent + 9);
      return `${quoteIdentifier(table.name)}${plain ? '' : `(${columns})`} AS (\n${this.print(table.query, indent + 9)}\n${pad})`;
    });
    return `${' '.repeat(indent)} WITH ${recursive}${tables.join(', ')}\n`;
  }

  #select(query: SelectQuery, pad: string): string {
    const outer = this.#qualify;
    this.#qualify = outer || countItems(query.from) > 1 || hasSubquery(query);
    for (const item of query.from) this.#register(item);
    const targets = query.targets.map(({ column, expression }) => {
      const text = this.#expressions.print(expression);
      const plain = expression.kind === 'column' && this.#columns.get(expression.column)?.name === column.name;
      return plain ? text : `${text} AS ${quoteIdentifier(column.name)}`;
    });
    const distinct = query.distinct
      ? 'DISTINCT '
      : query.distinctOn === undefined
        ? ''
        : `DISTINCT ON (${query.distinctOn.map((e) => this.#expressions.print(e)).join(', ')}) `;
    let text = `${pad} SELECT ${distinct}${targets.join(`,\n${pad}    `)}`;
    if (query.from.length > 0)
      text += `\n${pad}   FROM ${query.from.map((item) => this.#fromItem(item, pad)).join(`,\n${pad}    `)}`;
    if (query.where !== undefined) text += `\n${pad}  WHERE ${this.#expressions.print(query.where)}`;
    if (query.groupBy.length > 0)
      text += `\n${pad}  GROUP BY ${query.groupBy.map((e) => this.#expressions.print(e)).join(', ')}`;
    if (query.having !== undefined) text += `\n${pad} HAVING ${this.#expressions.print(query.having)}`;
    text += this.#tail(query, pad);
    this.#qualify = outer;
    return text;
  }

  #tail(query: Query, pad: string): string {
    let text = '';
    if (query.orderBy.length > 0) {
      const keys = query.orderBy.map((key) => this.#expressions.sortKey(key));
      text += `\n${pad}  ORDER BY ${keys.join(', ')}`;
    }
    if (query.offset !== undefined) text += `\n${pad} OFFSET ${this.#expressions.print(query.offset)}`;
    if (query.limit !== undefined) {
      const count = this.#expressions.print(query.limit);
      text += query.withTies ? `\n${pad}  FETCH FIRST ${count} ROWS WITH TIES` : `\n${pad} LIMIT ${count}`;
    }
    return text;
  }

  #register(item: FromItem): void {
    if (item.kind === 'join') {
      this.#register(item.left);
      this.#register(item.right);
      for (const { column, expression } of item.merged) {
        this.#columns.set(column.id, { item: undefined, name: column.name });
        this.#merged.set(column.id, expression);
      }
      return;
    }
    for (const column of item.columns) this.#columns.set(column.id, { item: item.alias, name: column.name });
  }

  #fromItem(item: FromItem, pad: string): string {
    switch (item.kind) {
      case 'table': {
        const name = this.#names.tableName(item.table);
        return item.alias === item.table.name ? name : `${name} ${quoteIdentifier(item.alias)}`;
      }
      case 'common-table':
        return quoteIdentifier(item.alias);
      case 'subquery': {
        // A view inside a view is written by its name again.
        if (item.viewOid !== 0) return this.#names.viewName(item.viewOid, item.alias);
        const lateral = item.lateral ? 'LATERAL ' : '';
        return `${lateral}( ${this.print(item.query, pad.length + 10).trimStart()}) ${quoteIdentifier(item.alias)}${this.#renames(item.columns, item.query.output)}`;
      }
      case 'function': {
        const calls = item.calls.map(({ call }) => this.#expressions.print(call));
        const text = calls.length === 1 ? (calls[0] as string) : `ROWS FROM(${calls.join(', ')})`;
        const names = item.columns.map((column) => quoteIdentifier(column.name)).join(', ');
        return `${text}${item.ordinality ? ' WITH ORDINALITY' : ''} ${quoteIdentifier(item.alias)}(${names})`;
      }
      case 'join':
        return this.#join(item, pad);
      default:
        return unreachable(item, 'from item');
    }
  }

  #renames(columns: readonly OutputColumn[], output: readonly OutputColumn[]): string {
    if (columns.every((column, i) => column.name === output[i]?.name)) return '';
    return `(${columns.map((column) => quoteIdentifier(column.name)).join(', ')})`;
  }

  #join(item: JoinItem, pad: string): string {
    const words = { inner: 'JOIN', left: 'LEFT JOIN', right: 'RIGHT JOIN', full: 'FULL JOIN' }[item.join];
    const left = this.#fromItem(item.left, pad);
    const right = item.right.kind === 'join' ? `(${this.#fromItem(item.right, pad)})` : this.#fromItem(item.right, pad);
    const line = `\n${pad}     `;
    if (item.using.length > 0)
      return `${left}${line}${words} ${right} USING (${item.using.map(quoteIdentifier).join(', ')})`;
    if (item.on === undefined) return `${left}${line}CROSS JOIN ${right}`;
    const on = this.#expressions.print(item.on);
    return `${left}${line}${words} ${right} ON ${on.startsWith('(') ? on : `(${on})`}`;
  }
}

function countItems(from: readonly FromItem[]): number {
  return from.reduce((count, item) => count + (item.kind === 'join' ? countItems([item.left, item.right]) : 1), 0);
}

/** With a subquery in sight every name is qualified. */
function hasSubquery(query: SelectQuery): boolean {
  const seen = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return false;
    if (Array.isArray(value)) return value.some(seen);
    const fields = value as Readonly<Record<string, unknown>>;
    if (fields['kind'] === 'subquery' && 'form' in fields) return true;
    return 'storage' in fields ? false : Object.values(fields).some(seen);
  };
  return [query.where, query.having, ...query.targets, ...query.groupBy].some(seen);
}
