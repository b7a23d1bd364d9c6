/** Bound queries back to SQL, laid out as pg_get_viewdef does. */
import { unreachable } from '../../common/assert.ts';
import type { Oid } from '../../common/ids.ts';
import { quoteIdentifier } from '../../functions/quoting.ts';
import type { IoContext } from '../../types/type-handler.ts';
import type { ColumnId, Expression, SortKey, Subquery } from '../../algebra/expression.ts';
import type {
  CommonTableId,
  FromItem,
  JoinItem,
  OutputColumn,
  Query,
  RelationId,
  SelectQuery,
  SetOperationQuery,
} from '../../algebra/query.ts';
import type { TableDescriptor } from '../../catalog/descriptors.ts';
import { type ExpressionNames, ExpressionPrinter } from './expression.ts';

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

/** What continues a clause stands this far in from its query. */
const clauseIndent = 8;

/** Prints queries; columns are qualified with their from item always, as in PostgreSQL 15's view definitions. */
export class QueryPrinter {
  readonly #names: QueryNames;
  readonly #columns = new Map<ColumnId, ColumnName>();
  readonly #merged = new Map<ColumnId, Expression>();
  readonly #expressions: ExpressionPrinter;
  readonly #pretty: boolean;
  readonly #width: number;
  /** What from items are called here. */
  readonly #aliases = new Map<RelationId, string>();
  readonly #commonTables = new Map<CommonTableId, string>();
  /** Aliases of this query and those around it. */
  #taken = new Set<string>();
  #namesAreSeen = true;

  /** `pretty`: only the parentheses that are needed. `width`: columns and from items share lines up to it; 0: they do not. */
  constructor(names: QueryNames, pretty: boolean = false, width: number = 0) {
    this.#names = names;
    this.#pretty = pretty;
    this.#width = width;
    const expressionNames: ExpressionNames = {
      io: names.io,
      column: (column) => this.#columnText(column),
      slot: (slot) => `$${slot}`,
      subquery: (node: Subquery) => ` ${this.#inExpression(node.query)}`,
      typeName: (oid) => names.typeName(oid),
    };
    this.#expressions = new ExpressionPrinter(expressionNames, pretty);
  }

  #columnText(column: ColumnId): string {
    const merged = this.#merged.get(column);
    if (merged !== undefined && !this.#columns.has(column)) return this.#expressions.print(merged);
    const found = this.#columns.get(column);
    if (found === undefined) return '?column?';
    const name = quoteIdentifier(found.name);
    return found.item === undefined ? name : `${quoteIdentifier(found.item)}.${name}`;
  }

  /** A whole definition, semicolon included, of a view whose columns have these names. */
  definition(query: Query, names: readonly string[]): string {
    return `${this.print(query, 0, names)};`;
  }

  /** Nobody sees the names of its columns: those that nobody gave are left out. */
  #inExpression(query: Query): string {
    const outer = this.#namesAreSeen;
    this.#namesAreSeen = false;
    const text = this.#nested(query);
    this.#namesAreSeen = outer;
    return text;
  }

  /** A query inside the one being printed, without the space it begins with. */
  #nested(query: Query): string {
    return this.print(query, this.#expressions.indent).trimStart();
  }

  /** `names`: of the result, where its columns have other names here. */
  print(query: Query, indent: number, names?: readonly string[]): string {
    const pad = ' '.repeat(indent);
    switch (query.kind) {
      case 'select':
        return this.#select(query, pad, names);
      case 'values':
        return `${this.#with(query, indent)}${pad} VALUES ${query.rows.map((row) => `(${row.map((e) => this.#expressions.print(e)).join(',')})`).join(', ')}${this.#tail(query, pad)}`;
      case 'set-operation':
        return this.#setOperation(query, indent, names);
      default:
        return unreachable(query, 'query');
    }
  }

  /** A chain of the same operation needs no parentheses on its left. */
  #setOperation(query: SetOperationQuery, indent: number, names: readonly string[] | undefined): string {
    const pad = ' '.repeat(indent);
    const head = this.#with(query, indent);
    const words = `${query.operation.toUpperCase()}${query.all ? ' ALL' : ''}`;
    const { left, right } = query;
    const isChain = left.kind === 'set-operation' && left.operation === query.operation && left.all === query.all;
    const inner = (side: Query) => `(\n${this.print(side, indent + clauseIndent, names)}\n${pad})`;
    const leaf = (side: Query) => {
      const text = this.print(side, indent, names);
      return isPlain(side) ? text : `${pad}(${text.slice(indent)})`;
    };
    const first = isBare(left) && !isChain ? `${pad}${inner(left)} ` : `${leaf(left)}\n${pad}`;
    const second = isBare(right) ? ` ${inner(right)}` : `\n${leaf(right)}`;
    return `${head}${first}${words}${second}${this.#tail(query, pad)}`;
  }

  #with(query: Query, indent: number): string {
    if (query.with.length === 0) return '';
    for (const table of query.with) this.#commonTables.set(table.id, table.name);
    const recursive = query.with.some((table) => table.recursive) ? 'RECURSIVE ' : '';
    const tables = query.with.map((table) => {
      const columns = table.columns.map((column) => quoteIdentifier(column.name)).join(', ');
      const plain = table.columns.every((column, i) => column.name === table.query.output[i]?.name);
      const pad = ' '.repeat(indent + clauseIndent);
      return `${quoteIdentifier(table.name)}${plain ? '' : `(${columns})`} AS (\n${this.print(table.query, indent + clauseIndent)}\n${pad})`;
    });
    return `${' '.repeat(indent)} WITH ${recursive}${tables.join(', ')}\n`;
  }

  #select(query: SelectQuery, pad: string, names: readonly string[] | undefined): string {
    const outer = this.#expressions.indent;
    this.#expressions.indent = pad.length + clauseIndent;
    const taken = [...this.#taken];
    for (const item of query.from) this.#register(item);
    const head = this.#with(query, pad.length);
    const targets = query.targets.map(({ column, expression }, i) => {
      const text = this.#expressions.print(expression);
      const name = names?.[i] ?? column.name;
      const plain =
        expression.kind === 'column'
          ? this.#columns.get(expression.column)?.name === name
          : name === '?column?' && !this.#namesAreSeen;
      return plain ? text : `${text} AS ${quoteIdentifier(name)}`;
    });
    const distinct = query.distinct
      ? 'DISTINCT '
      : query.distinctOn === undefined
        ? ''
        : `DISTINCT ON (${query.distinctOn.map((e) => this.#expressions.groupKey(e)).join(', ')}) `;
    let text = head + this.#fill(`${pad} SELECT ${distinct}`, targets, `\n${pad}    `);
    if (query.from.length > 0) {
      const items = query.from.map((item) => this.#fromItem(item, pad));
      text += `\n${this.#fill(`${pad}   FROM `, items, `\n${pad}    `)}`;
    }
    if (query.where !== undefined) text += `\n${pad}  WHERE ${this.#expressions.print(query.where)}`;
    if (query.groupBy.length > 0)
      text += `\n${pad}  GROUP BY ${query.groupBy.map((e) => this.#expressions.groupKey(e)).join(', ')}`;
    if (query.having !== undefined) text += `\n${pad} HAVING ${this.#expressions.print(query.having)}`;
    text += this.#tail(query, pad);
    this.#expressions.indent = outer;
    this.#taken = new Set(taken);
    return text;
  }

  #tail(query: Query, pad: string): string {
    let text = '';
    if (query.orderBy.length > 0) {
      const keys = query.orderBy.map((key) => this.#orderKey(key, query));
      text += `\n${pad}  ORDER BY ${keys.join(', ')}`;
    }
    if (query.offset !== undefined) text += `\n${pad} OFFSET ${this.#expressions.print(query.offset)}`;
    if (query.limit !== undefined) {
      const count = this.#expressions.print(query.limit);
      text += query.withTies ? `\n${pad}  FETCH FIRST ${count} ROWS WITH TIES` : `\n${pad} LIMIT ${count}`;
    }
    return text;
  }

  /** The result of UNION and its like is sorted by position. */
  #orderKey(key: SortKey, query: Query): string {
    const { expression } = key;
    const position =
      query.kind === 'set-operation' && expression.kind === 'column'
        ? query.output.findIndex((column) => column.id === expression.column)
        : -1;
    return position < 0 ? this.#expressions.sortKey(key) : this.#expressions.sortKey(key, String(position + 1));
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
    const alias = this.#freeAlias(item.alias);
    this.#aliases.set(item.relation, alias);
    for (const column of item.columns) this.#columns.set(column.id, { item: alias, name: column.name });
  }

  /** Not that of a from item of a query around this one, which would be hidden. */
  #freeAlias(wanted: string): string {
    let alias = wanted;
    for (let i = 1; this.#taken.has(alias); i++) alias = `${wanted}_${i}`;
    this.#taken.add(alias);
    return alias;
  }

  #fromItem(item: FromItem, pad: string): string {
    if (item.kind === 'join') return this.#join(item, pad);
    const alias = this.#aliases.get(item.relation) ?? item.alias;
    switch (item.kind) {
      case 'table': {
        const name = this.#names.tableName(item.table);
        return alias === item.table.name ? name : `${name} ${quoteIdentifier(alias)}`;
      }
      case 'common-table': {
        const name = this.#commonTables.get(item.commonTable) ?? item.alias;
        return alias === name ? quoteIdentifier(name) : `${quoteIdentifier(name)} ${quoteIdentifier(alias)}`;
      }
      case 'subquery': {
        // A view inside a view is written by its name again.
        if (item.viewOid !== 0) return this.#names.viewName(item.viewOid, alias);
        const lateral = item.lateral ? 'LATERAL ' : '';
        return `${lateral}( ${this.#nested(item.query)}) ${quoteIdentifier(alias)}${this.#renames(item.columns, item.query.output)}`;
      }
      case 'function': {
        const calls = item.calls.map(({ call }) => this.#expressions.print(call));
        const text = calls.length === 1 ? (calls[0] as string) : `ROWS FROM(${calls.join(', ')})`;
        const names = item.columns.map((column) => quoteIdentifier(column.name)).join(', ');
        return `${text}${item.ordinality ? ' WITH ORDINALITY' : ''} ${quoteIdentifier(alias)}(${names})`;
      }
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
    const plainRight = this.#fromItem(item.right, pad);
    const right = this.#pretty && item.right.kind === 'join' ? `(${plainRight})` : plainRight;
    const text = `${left}\n${pad}     ${item.on === undefined && item.join === 'inner' ? 'CROSS JOIN' : words} ${right}${this.#condition(item)}`;
    return this.#pretty ? text : `(${text})`;
  }

  #condition(item: JoinItem): string {
    if (item.using.length > 0) return ` USING (${item.using.map(quoteIdentifier).join(', ')})`;
    if (item.on === undefined) return item.join === 'inner' ? '' : ' ON TRUE';
    const on = this.#expressions.print(item.on);
    return this.#pretty ? ` ON ${on}` : ` ON (${on})`;
  }

  /** A list after `head`, on new lines where the width is used up; what begins with a line break brings its own. */
  #fill(head: string, parts: readonly string[], line: string): string {
    let text = head;
    let severalLines = false;
    for (const [i, part] of parts.entries()) {
      if (i > 0) text += ', ';
      if (part.startsWith('\n')) text = text.trimEnd();
      else if (i > 0 && (severalLines || text.length - text.lastIndexOf('\n') + part.length > this.#width))
        text = text.trimEnd() + line;
      text += part;
      severalLines = part.trimStart().includes('\n');
    }
    return text;
  }
}

/** Nothing but itself: no WITH, ORDER BY, LIMIT. */
function isPlain(query: Query): boolean {
  return (
    query.with.length === 0 && query.orderBy.length === 0 && query.limit === undefined && query.offset === undefined
  );
}

/** A set operation that is an operand, not a query in parentheses with a tail of its own. */
function isBare(query: Query): boolean {
  return query.kind === 'set-operation' && isPlain(query);
}
