/** WITH and WITH RECURSIVE: each query analysed once, in order, and put into scope by name. */
import { SqlError, notSupported } from '../common/sql-error.ts';
import type { CommonTable, OutputColumn, Query } from '../algebra/query.ts';
import type { CommonTableExpr, SelectStmt, Statement, WithClause } from '../parser/syntax.ts';
import type { AnalyzeContext } from './context.ts';
import { renamed } from './relation.ts';
import type { Scope } from './scope.ts';
import { typeText } from './type-name.ts';

type AnalyzeQuery = (statement: Statement, parent: Scope | undefined, context: AnalyzeContext) => Query;

const materialized = {
  CTEMaterializeDefault: 'default',
  CTEMaterializeAlways: 'always',
  CTEMaterializeNever: 'never',
} as const;

export function analyzeWith(
  clause: WithClause,
  scope: Scope,
  context: AnalyzeContext,
  analyze: AnalyzeQuery,
): CommonTable[] {
  const tables: CommonTable[] = [];
  for (const node of clause.ctes) {
    const position = context.position(node.location);
    if (tables.some((table) => table.name === node.ctename)) {
      throw new SqlError('42712', `WITH query name "${node.ctename}" specified more than once`, { position });
    }
    if (node.search_clause !== undefined || node.cycle_clause !== undefined) {
      throw notSupported('SEARCH and CYCLE in WITH RECURSIVE', position);
    }
    if (node.ctequery.kind !== 'SelectStmt') throw notSupported('a data-modifying statement in WITH', position);
    const table =
      clause.recursive && refersTo(node.ctequery, node.ctename)
        ? recursiveTable(node, node.ctequery, scope, context, analyze)
        : plainTable(node, scope, context, analyze);
    tables.push(table);
    scope.commonTables.set(node.ctename, { table });
  }
  return tables;
}

function plainTable(node: CommonTableExpr, scope: Scope, context: AnalyzeContext, analyze: AnalyzeQuery): CommonTable {
  const query = analyze(node.ctequery, scope, context);
  return {
    id: context.newCommonTableId(),
    name: node.ctename,
    columns: aliased(node, query.output, context),
    materialized: materialized[node.ctematerialized],
    recursive: false,
    query,
  };
}

function aliased(node: CommonTableExpr, output: readonly OutputColumn[], context: AnalyzeContext): OutputColumn[] {
  const alias = { kind: 'Alias', aliasname: node.ctename, colnames: node.aliascolnames } as const;
  const names = renamed(
    output.map((column) => column.name),
    alias,
    node.ctename,
  );
  return output.map((column, i) => ({ ...column, id: context.newColumnId(), name: names[i] as string }));
}

/** `start UNION [ALL] step`: the start gives the columns, under which the step then sees the table itself. */
function recursiveTable(
  node: CommonTableExpr,
  statement: SelectStmt,
  scope: Scope,
  context: AnalyzeContext,
  analyze: AnalyzeQuery,
): CommonTable {
  const position = context.position(node.location);
  const { larg, rarg } = statement;
  if (statement.op !== 'SETOP_UNION' || larg === undefined || rarg === undefined) {
    throw new SqlError(
      '42P19',
      `recursive query "${node.ctename}" does not have the form non-recursive-term UNION [ALL] recursive-term`,
      { position },
    );
  }
  if (refersTo(larg, node.ctename)) {
    throw new SqlError(
      '42P19',
      `recursive reference to query "${node.ctename}" must not appear within its non-recursive term`,
      { position },
    );
  }
  if (statement.sortClause.length > 0) throw new SqlError('0A000', 'ORDER BY in a recursive query is not implemented');
  if (statement.limitCount !== undefined) throw new SqlError('0A000', 'LIMIT in a recursive query is not implemented');
  if (statement.limitOffset !== undefined)
    throw new SqlError('0A000', 'OFFSET in a recursive query is not implemented');
  const start = analyze(larg, scope, context);
  const id = context.newCommonTableId();
  const columns = aliased(node, start.output, context);
  scope.commonTables.set(node.ctename, { table: { id, name: node.ctename, columns } });
  const step = analyze(rarg, scope, context);
  checkSameTypes(node.ctename, start.output, step.output, context);
  const query: Query = {
    kind: 'set-operation',
    operation: 'union',
    all: statement.all,
    with: [],
    left: start,
    right: step,
    output: start.output.map((column) => ({ ...column, id: context.newColumnId() })),
    orderBy: [],
    limit: undefined,
    offset: undefined,
    withTies: false,
  };
  return { id, name: node.ctename, columns, materialized: 'always', recursive: true, query };
}

function checkSameTypes(
  name: string,
  start: readonly OutputColumn[],
  step: readonly OutputColumn[],
  context: AnalyzeContext,
): void {
  if (start.length !== step.length) {
    throw new SqlError('42601', 'each UNION query must have the same number of columns');
  }
  for (const [i, column] of start.entries()) {
    const other = step[i] as OutputColumn;
    if (other.type === column.type) continue;
    throw new SqlError(
      '42804',
      `recursive query "${name}" column ${i + 1} has type ${typeText(column.type, context.catalog)} in non-recursive term but type ${typeText(other.type, context.catalog)} overall`,
      { hint: 'Cast the output of the non-recursive term to the correct type.' },
    );
  }
}

/** Whether the raw tree mentions an unqualified table of that name. */
function refersTo(node: unknown, name: string): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some((item) => refersTo(item, name));
  const fields = node as Readonly<Record<string, unknown>>;
  if (fields['kind'] === 'RangeVar') return fields['relname'] === name && fields['schemaname'] === undefined;
  return Object.values(fields).some((field) => refersTo(field, name));
}
