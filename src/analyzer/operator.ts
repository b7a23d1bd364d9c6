/** Operators and the constructs that are spelled with them: IN, BETWEEN, ANY/ALL, IS DISTINCT FROM, NULLIF, row comparison. */
import type { Oid } from '../common/ids.ts';
import { SqlError } from '../common/sql-error.ts';
import { findType } from '../types/registry.ts';
import { getFunction } from '../functions/registry.ts';
import { typeOids } from '../functions/type-oids.ts';
import type { A_Expr, Expr, RowExpr } from '../parser/syntax.ts';
import type { Call, Expression } from '../algebra/expression.ts';
import type { Query } from '../algebra/query.ts';
import type { Analyze } from './call.ts';
import { coerceToCommon, coerceType, selectCommonType, settleUnknown } from './coercion.ts';
import type { AnalyzeContext } from './context.ts';
import type { Environment } from './environment.ts';
import { collationOf, columnReference, not } from './make.ts';
import { commonTypeOf, findOperator } from './overload.ts';
import { resolvePolymorphic } from './polymorphic.ts';
import { arrayTypeOf, elementTypeOf, typeText } from './type-name.ts';

const bool = { type: typeOids.bool, typmod: -1, collation: 0 } as const;

export function analyzeOperator(node: A_Expr, environment: Environment, analyze: Analyze): Expression {
  const { context } = environment;
  const position = context.position(node.location);
  const name = operatorName(node, position);
  const one = (expr: A_Expr['lexpr']): Expression => analyze(expr as Expr, environment);
  switch (node.subkind) {
    case 'AEXPR_OP':
      return analyzePlain(node, name, environment, analyze, position);
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
    case 'AEXPR_SIMILAR':
      return makeOperator(name, one(node.lexpr), one(node.rexpr as Expr), context, position);
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL':
      return arrayComparison(
        name,
        one(node.lexpr),
        one(node.rexpr as Expr),
        node.subkind === 'AEXPR_OP_ALL',
        context,
        position,
      );
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT':
      return distinctFrom(node, environment, analyze, position);
    case 'AEXPR_NULLIF': {
      const call = makeOperator('=', one(node.lexpr), one(node.rexpr as Expr), context, position);
      const [left, right] = call.args as [Expression, Expression];
      requireBoolean(call, 'NULLIF', context);
      const { type, typmod, collation } = left;
      return {
        kind: 'nullif',
        function: call.function,
        operator: call.operator,
        args: [left, right],
        type,
        typmod,
        collation,
        position,
      };
    }
    case 'AEXPR_IN':
      return analyzeIn(node, name, environment, analyze, position);
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM':
      return analyzeBetween(node, environment, analyze, position);
  }
}

function operatorName(node: A_Expr, position: number | undefined): string {
  if (node.name.length > 1 && node.name[0] !== 'pg_catalog') {
    throw new SqlError('42883', `operator does not exist: ${node.name.join('.')}`, { position });
  }
  return node.name.at(-1) ?? '';
}

function analyzePlain(
  node: A_Expr,
  name: string,
  environment: Environment,
  analyze: Analyze,
  position: number | undefined,
): Expression {
  const { context } = environment;
  const { lexpr, rexpr } = node;
  if (lexpr?.kind === 'RowExpr' && rexpr?.kind === 'RowExpr') {
    const fields = (row: RowExpr) => row.args.map((arg) => analyze(arg, environment));
    return compareRows(name, fields(lexpr), fields(rexpr), context, position);
  }
  if (lexpr?.kind === 'RowExpr' && rexpr?.kind === 'SubLink' && rexpr.subLinkType === 'EXPR_SUBLINK') {
    const fields = lexpr.args.map((arg) => analyze(arg, environment));
    return compareWithSubquery(
      name,
      fields,
      environment.subquery(rexpr.subselect, environment.scope, context),
      context,
      position,
    );
  }
  const left = lexpr === undefined ? undefined : analyze(lexpr, environment);
  return makeOperator(name, left, analyze(rexpr as Expr, environment), context, position);
}

/** The call an operator stands for, operands coerced. */
export function makeOperator(
  name: string,
  left: Expression | undefined,
  right: Expression,
  context: AnalyzeContext,
  position: number | undefined,
): Call {
  const match = findOperator(name, left?.type ?? 0, right.type, context, position);
  const operands = left === undefined ? [right] : [left, right];
  return operatorFrom(match, operands, context, position);
}

function operatorFrom(
  match: ReturnType<typeof findOperator>,
  operands: readonly Expression[],
  context: AnalyzeContext,
  position: number | undefined,
): Call {
  const { entry } = match;
  const actual = operands.map((operand, i) => {
    // An unknown literal beside a known operand is taken to be of its type when the declared type is polymorphic.
    const other = operands[1 - i];
    return operand.type === typeOids.unknown && other !== undefined && operands.length === 2
      ? other.type
      : operand.type;
  });
  const { argTypes, resultType } = resolvePolymorphic(match.argTypes, entry.result, actual, commonTypeOf(context));
  const args = operands.map((operand, i) => coerceType(operand, argTypes[i] as Oid, 'implicit', context) ?? operand);
  return {
    kind: 'call',
    function: entry.functionOid,
    operator: entry.oid,
    args,
    form: 'call',
    returnsSet: getFunction(entry.functionOid).implementation.kind === 'set',
    variadicArray: false,
    type: resultType,
    typmod: -1,
    collation: collationOf(resultType),
    position,
  };
}

function requireBoolean(call: Call, construct: string, context: AnalyzeContext): void {
  if (call.type !== typeOids.bool) {
    throw new SqlError('42804', `${construct} requires = operator to yield boolean`, { position: call.position });
  }
  void context;
}

/** left op ANY|ALL (array). */
export function arrayComparison(
  name: string,
  left: Expression,
  right: Expression,
  all: boolean,
  context: AnalyzeContext,
  position: number | undefined,
): Expression {
  const rightElement = right.type === typeOids.unknown ? typeOids.unknown : elementTypeOf(right.type);
  if (rightElement === 0) {
    throw new SqlError('42809', 'op ANY/ALL (array) requires array on right side', { position });
  }
  const match = findOperator(name, left.type, rightElement, context, position);
  if (match.entry.result !== typeOids.bool) {
    throw new SqlError('42809', 'op ANY/ALL (array) requires operator to yield boolean', { position });
  }
  const actual = [left.type, rightElement === typeOids.unknown ? left.type : rightElement];
  const { argTypes } = resolvePolymorphic(match.argTypes, match.entry.result, actual, commonTypeOf(context));
  const arrayType = arrayTypeOf(argTypes[1] as Oid);
  const coercedLeft = coerceType(left, argTypes[0] as Oid, 'implicit', context);
  const coercedRight = coerceType(right, arrayType, 'implicit', context);
  if (arrayType === 0 || coercedLeft === undefined || coercedRight === undefined) {
    throw new SqlError(
      '42704',
      `could not find array type for data type ${typeText(argTypes[1] as Oid, context.catalog)}`,
      { position },
    );
  }
  const { functionOid, oid } = match.entry;
  return {
    kind: 'array-comparison',
    function: functionOid,
    operator: oid,
    left: coercedLeft,
    right: coercedRight,
    all,
    ...bool,
    position,
  };
}

/** IN over a list: = ANY of an array for two or more constants-like members, plain comparisons for the rest. */
function analyzeIn(
  node: A_Expr,
  name: string,
  environment: Environment,
  analyze: Analyze,
  position: number | undefined,
): Expression {
  const { context } = environment;
  const items = node.rexpr?.kind === 'List' ? node.rexpr.items : [];
  const negated = name === '<>';
  const leftNode = node.lexpr as Expr;
  const compareOne = (item: Expr): Expression => {
    if (leftNode.kind === 'RowExpr' && item.kind === 'RowExpr') {
      const fields = (row: RowExpr) => row.args.map((arg) => analyze(arg, environment));
      return compareRows(name, fields(leftNode), fields(item), context, position);
    }
    return makeOperator(name, analyze(leftNode, environment), analyze(item, environment), context, position);
  };
  const analyzed = leftNode.kind === 'RowExpr' ? [] : items.map((item) => analyze(item, environment));
  const simple = analyzed.filter((expression) => !containsColumn(expression));
  const parts: Expression[] = [];
  let rest: readonly Expr[] = items;
  if (simple.length > 1) {
    const left = analyze(leftNode, environment);
    const common = commonTypeOf(context)(
      [left, ...simple].map((e) => e.type).filter((type) => type !== typeOids.unknown),
    );
    const elementType =
      common ??
      (simple.every((e) => e.type === typeOids.unknown) && left.type === typeOids.unknown ? typeOids.text : undefined);
    if (elementType !== undefined && arrayTypeOf(elementType) !== 0) {
      const elements = simple.map((e) => coerceToCommon(e, elementType, 'IN', context));
      const array: Expression = {
        kind: 'array',
        elementType,
        elements,
        nested: false,
        type: arrayTypeOf(elementType),
        typmod: -1,
        collation: collationOf(elementType),
        position: undefined,
      };
      parts.push(arrayComparison(name, left, array, negated, context, position));
      rest = items.filter((_, i) => containsColumn(analyzed[i] as Expression));
    }
  }
  parts.push(...rest.map(compareOne));
  if (parts.length === 1) return parts[0] as Expression;
  return { kind: negated ? 'and' : 'or', args: parts, ...bool, position };
}

function containsColumn(expression: Expression): boolean {
  switch (expression.kind) {
    case 'constant':
    case 'parameter':
      return false;
    case 'call':
      return expression.args.some(containsColumn);
    case 'relabel':
    case 'coerce-io':
    case 'coerce-typmod':
      return containsColumn(expression.arg);
    default:
      return true;
  }
}

function analyzeBetween(
  node: A_Expr,
  environment: Environment,
  analyze: Analyze,
  position: number | undefined,
): Expression {
  const { context } = environment;
  const bounds = node.rexpr?.kind === 'List' ? node.rexpr.items : [];
  const [low, high] = bounds as [Expr, Expr];
  const compare = (operator: string, bound: Expr): Expression =>
    makeOperator(operator, analyze(node.lexpr as Expr, environment), analyze(bound, environment), context, position);
  const all = (kind: 'and' | 'or', ...args: Expression[]): Expression => ({ kind, args, ...bool, position });
  switch (node.subkind) {
    case 'AEXPR_BETWEEN':
      return all('and', compare('>=', low), compare('<=', high));
    case 'AEXPR_NOT_BETWEEN':
      return all('or', compare('<', low), compare('>', high));
    case 'AEXPR_BETWEEN_SYM':
      return all(
        'or',
        all('and', compare('>=', low), compare('<=', high)),
        all('and', compare('>=', high), compare('<=', low)),
      );
    default:
      return all(
        'and',
        all('or', compare('<', low), compare('>', high)),
        all('or', compare('<', high), compare('>', low)),
      );
  }
}

function distinctFrom(
  node: A_Expr,
  environment: Environment,
  analyze: Analyze,
  position: number | undefined,
): Expression {
  const { context } = environment;
  const negated = node.subkind === 'AEXPR_NOT_DISTINCT';
  const left = node.lexpr as Expr;
  const right = node.rexpr as Expr;
  if (left.kind === 'RowExpr' && right.kind === 'RowExpr') {
    checkRowLengths(left.args.length, right.args.length, position);
    const parts = left.args.map((arg, i) =>
      makeDistinct(analyze(arg, environment), analyze(right.args[i] as Expr, environment), false, context, position),
    );
    const any: Expression =
      parts.length === 1 ? (parts[0] as Expression) : { kind: 'or', args: parts, ...bool, position };
    return negated ? not(any) : any;
  }
  const isNull = (expr: Expr) => expr.kind === 'A_Const' && expr.val.kind === 'Null';
  if (isNull(right) || isNull(left)) {
    const arg = analyze(isNull(right) ? left : right, environment);
    return { kind: 'null-test', arg, negated: !negated, ...bool, position };
  }
  return makeDistinct(analyze(left, environment), analyze(right, environment), negated, context, position);
}

function makeDistinct(
  left: Expression,
  right: Expression,
  negated: boolean,
  context: AnalyzeContext,
  position: number | undefined,
): Expression {
  const call = makeOperator('=', left, right, context, position);
  requireBoolean(call, 'IS DISTINCT FROM', context);
  const args = call.args as readonly [Expression, Expression];
  return { kind: 'distinct-from', function: call.function, operator: call.operator, args, negated, ...bool, position };
}

function checkRowLengths(left: number, right: number, position: number | undefined): void {
  if (left !== right) throw new SqlError('42601', 'unequal number of entries in row expressions', { position });
  if (left === 0) throw new SqlError('0A000', 'cannot compare rows of zero length', { position });
}

/** (a, b) op (c, d): equality is pairwise, order is lexicographic. */
export function compareRows(
  name: string,
  left: readonly Expression[],
  right: readonly Expression[],
  context: AnalyzeContext,
  position: number | undefined,
): Expression {
  checkRowLengths(left.length, right.length, position);
  const pairs = left.map((field, i) => makeOperator(name, field, right[i] as Expression, context, position));
  for (const pair of pairs) {
    if (pair.type !== typeOids.bool) {
      throw new SqlError(
        '42804',
        `row comparison operator must yield type boolean, not type ${typeText(pair.type, context.catalog)}`,
        { position },
      );
    }
  }
  if (pairs.length === 1) return pairs[0] as Expression;
  if (name === '=') return { kind: 'and', args: pairs, ...bool, position };
  if (name === '<>') return { kind: 'or', args: pairs, ...bool, position };
  if (name !== '<' && name !== '<=' && name !== '>' && name !== '>=') {
    throw new SqlError('0A000', `could not determine interpretation of row comparison operator ${name}`, {
      hint: 'Row comparison operators must be associated with btree operator families.',
      position,
    });
  }
  return {
    kind: 'row-comparison',
    comparison: name,
    left: pairs.map((pair) => pair.args[0] as Expression),
    right: pairs.map((pair) => pair.args[1] as Expression),
    functions: pairs.map((pair) => pair.function),
    operators: pairs.map((pair) => pair.operator),
    ...bool,
    position,
  };
}

/** The common type of two columns to be matched by USING, and the equality between them. */
export function equalityBetween(left: Expression, right: Expression, context: AnalyzeContext): Expression {
  const call = makeOperator('=', left, right, context, undefined);
  if (call.type !== typeOids.bool) throw new SqlError('42804', 'JOIN/USING requires = operator to yield boolean');
  return call;
}

/** (a, b) op (SELECT x, y …): one comparison per row of the subquery, which may have only one. */
function compareWithSubquery(
  name: string,
  left: readonly Expression[],
  query: Query,
  context: AnalyzeContext,
  position: number | undefined,
): Expression {
  if (left.length < query.output.length) throw new SqlError('42601', 'subquery has too many columns', { position });
  if (left.length > query.output.length) throw new SqlError('42601', 'subquery has too few columns', { position });
  const right = query.output.map((column) => columnReference(column));
  const expression = compareRows(name, left, right, context, position);
  const column = context.newColumn('comparison', typeOids.bool, -1, 0);
  const compared: Query = {
    kind: 'select',
    with: [],
    output: [column],
    from: [
      {
        kind: 'subquery',
        relation: context.newRelationId(),
        alias: 'row',
        query,
        columns: query.output,
        lateral: false,
        viewOid: 0,
      },
    ],
    where: undefined,
    groupBy: [],
    grouped: false,
    having: undefined,
    targets: [{ column, expression }],
    distinct: false,
    distinctOn: undefined,
    orderBy: [],
    limit: undefined,
    offset: undefined,
    withTies: false,
    locking: [],
  };
  return { kind: 'subquery', form: 'scalar', query: compared, test: undefined, ...bool, position };
}

/** Coerces several expressions to what UNION, USING or VALUES make of them. */
export function unify(expressions: readonly Expression[], construct: string, context: AnalyzeContext): Expression[] {
  const type = selectCommonType(expressions, construct, context);
  return expressions.map((expression) => settleUnknown(coerceToCommon(expression, type, construct, context), context));
}

/** Whether a type has an equality to group or hash by. */
export function hasEquality(type: Oid): boolean {
  const handler = findType(type);
  return handler === undefined || handler.compare !== undefined;
}
