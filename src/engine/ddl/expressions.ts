/** Expressions in definitions (DEFAULT, CHECK, GENERATED): analysed, checked and made storable. */
import { SqlError } from '../../common/sql-error.ts';
import type { Oid } from '../../common/ids.ts';
import type { ColumnId, Expression } from '../../algebra/expression.ts';
import type { OutputColumn } from '../../algebra/query.ts';
import { serializeExpression } from '../../algebra/serialize.ts';
import { volatilityOf } from '../../algebra/volatility.ts';
import { columnsUsed, some, visit } from '../../algebra/walk.ts';
import type { Clause } from '../../analyzer/clause.ts';
import { coerceToBoolean, coerceType, coerceTypmod } from '../../analyzer/coercion.ts';
import { AnalyzeContext } from '../../analyzer/context.ts';
import { inClause } from '../../analyzer/environment.ts';
import { analyzeExpression } from '../../analyzer/expression.ts';
import { Scope, scopeColumn } from '../../analyzer/scope.ts';
import { newEnvironment } from '../../analyzer/select.ts';
import { typeText } from '../../analyzer/type-name.ts';
import type { Expr } from '../../parser/syntax.ts';
import { typeOids } from '../../functions/type-oids.ts';
import type { CommandContext } from './context.ts';

/** What expressions know of a column of the table being defined. */
export interface NamedColumn {
  readonly number: number;
  readonly name: string;
  readonly typeOid: Oid;
  readonly typmod: number;
  readonly collation: Oid;
}

/** An expression as the catalog keeps it, with what it depends on. */
export interface StoredExpression {
  readonly text: string;
  readonly expression: Expression;
  readonly columns: readonly number[];
  /** Sequences and tables named by regclass constants. */
  readonly relations: readonly Oid[];
}

function analyzeOver(
  node: Expr,
  columns: readonly NamedColumn[],
  tableName: string,
  clause: Clause,
  context: CommandContext,
): { readonly expression: Expression; readonly analysis: AnalyzeContext } {
  const analysis = new AnalyzeContext(context.analyzeOptions());
  const scope = new Scope(undefined);
  const outputs = columns.map((column): OutputColumn => ({
    // Stored expressions name columns by attnum.
    id: column.number as ColumnId,
    name: column.name,
    type: column.typeOid,
    typmod: column.typmod,
    collation: column.collation,
    tableOid: 0,
    columnNumber: column.number,
  }));
  if (columns.length > 0) {
    scope.items = [
      {
        name: tableName,
        tableName,
        schema: undefined,
        relation: undefined,
        columns: outputs.map(scopeColumn),
        rowType: 0,
        tableOid: 0,
        scalarRow: false,
        columnsVisible: true,
        nameVisible: true,
      },
    ];
  }
  const expression = analyzeExpression(node, inClause(newEnvironment(analysis, scope), clause));
  return { expression, analysis };
}

function stored(expression: Expression): StoredExpression {
  const relations: Oid[] = [];
  visit(expression, (node) => {
    if (node.kind === 'constant' && node.type === typeOids.regclass && typeof node.value === 'number') {
      relations.push(node.value);
    }
  });
  return {
    text: serializeExpression(expression),
    expression,
    columns: [...columnsUsed(expression)].sort((a, b) => a - b),
    relations,
  };
}

/** DEFAULT: no columns, no subqueries, coerced to the column. */
export function defaultExpression(node: Expr, column: NamedColumn, context: CommandContext): StoredExpression {
  refuseColumns(node, context);
  const { expression, analysis } = analyzeOver(node, [], '', 'default', context);
  return stored(coerceDefault(expression, column, analysis, 'default expression'));
}

/** A default made by the system, such as nextval of a serial column's sequence. */
export function ownDefault(expression: Expression, column: NamedColumn, context: CommandContext): StoredExpression {
  return stored(coerceDefault(expression, column, new AnalyzeContext(context.analyzeOptions()), 'default expression'));
}

function refuseColumns(node: Expr, context: CommandContext): void {
  const mentions = (value: unknown): { location: number } | undefined => {
    if (typeof value !== 'object' || value === null) return undefined;
    const fields = value as Readonly<Record<string, unknown>>;
    if (fields['kind'] === 'ColumnRef') return fields as { location: number } & typeof fields;
    if (fields['kind'] === 'SubLink') return undefined;
    for (const field of Object.values(fields)) {
      const found = mentions(field);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const found = mentions(node);
  if (found === undefined) return;
  const position = new AnalyzeContext(context.analyzeOptions()).position(found.location);
  throw new SqlError('0A000', 'cannot use column reference in DEFAULT expression', { position });
}

function coerceDefault(
  expression: Expression,
  column: NamedColumn,
  analysis: AnalyzeContext,
  what: string,
): Expression {
  const coerced = coerceType(expression, column.typeOid, 'assignment', analysis, column.typmod);
  if (coerced === undefined) {
    const { catalog } = analysis;
    throw new SqlError(
      '42804',
      `column "${column.name}" is of type ${typeText(column.typeOid, catalog)} but ${what} is of type ${typeText(expression.type, catalog)}`,
      { hint: 'You will need to rewrite or cast the expression.', position: expression.position },
    );
  }
  return coerceTypmod(coerced, column.typmod, false);
}

/** CHECK: a boolean over the table's columns. */
export function checkExpression(
  node: Expr,
  columns: readonly NamedColumn[],
  tableName: string,
  context: CommandContext,
): StoredExpression {
  const { expression, analysis } = analyzeOver(node, columns, tableName, 'check', context);
  return stored(coerceToBoolean(expression, 'CHECK', analysis));
}

/** GENERATED ALWAYS AS (…) STORED: immutable, over the other columns. */
export function generatedExpression(
  node: Expr,
  column: NamedColumn,
  columns: readonly NamedColumn[],
  tableName: string,
  generated: ReadonlySet<number>,
  context: CommandContext,
): StoredExpression {
  const { expression, analysis } = analyzeOver(node, columns, tableName, 'generated', context);
  const coerced = coerceDefault(expression, column, analysis, 'generation expression');
  if (some(coerced, (part) => part.kind === 'column' && generated.has(part.column as number))) {
    const used = columns.find((candidate) => generated.has(candidate.number));
    throw new SqlError(
      '42P17',
      `cannot use generated column "${used?.name ?? column.name}" in column generation expression`,
      {
        detail: 'A generated column cannot reference another generated column.',
      },
    );
  }
  if (volatilityOf(coerced) !== 'i') throw new SqlError('42P17', 'generation expression is not immutable');
  return stored(coerced);
}

/** The value a new column has in the rows there are: its default, unless that differs from row to row. */
export function isSameForAllRows(expression: Expression): boolean {
  return volatilityOf(expression) !== 'v';
}
