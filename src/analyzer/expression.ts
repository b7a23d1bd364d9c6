/** Expressions: syntax tree to typed tree, one case per kind of node (parse_expr.c is PostgreSQL's counterpart). */
import { SqlError, notSupported } from '../common/sql-error.ts';
import { canonicalInt64, type Datum } from '../types/datum.ts';
import { findType } from '../types/registry.ts';
import { findFunctions } from '../functions/registry.ts';
import { typeOids } from '../functions/type-oids.ts';
import type {
  A_ArrayExpr,
  A_Const,
  A_Indirection,
  CaseExpr,
  ColumnRef,
  Expr,
  ParamRef,
  RowExpr,
  SQLValueFunction,
  TypeCast,
} from '../parser/syntax.ts';
import type { Expression, Parameter } from '../algebra/expression.ts';
import {
  arrayTypeFor,
  castExpression,
  coerceToBoolean,
  coerceToCommon,
  coerceToSpecific,
  coerceType,
  coerceTypmod,
  selectCommonType,
  selectCommonTypmod,
  settleUnknown,
} from './coercion.ts';
import { analyzeFunctionCall } from './call.ts';
import { analyzeColumn } from './column.ts';
import type { Environment } from './environment.ts';
import { selectNamedField } from './field.ts';
import { constant, functionCall, not } from './make.ts';
import { analyzeOperator, makeOperator } from './operator.ts';
import { analyzeSublink } from './sublink.ts';
import { elementTypeOf, resolveTypeName, typeText } from './type-name.ts';

/** Analyses one expression in place; unknown literals stay unknown (settleUnknown makes them text). */
export function analyzeExpression(node: Expr, environment: Environment): Expression {
  const { context } = environment;
  switch (node.kind) {
    case 'A_Const':
      return analyzeConstant(node, environment);
    case 'ColumnRef':
      return analyzeColumn(node as ColumnRef, environment);
    case 'ParamRef':
      return analyzeParameter(node, environment);
    case 'A_Expr':
      return analyzeOperator(node, environment, analyzeExpression);
    case 'BoolExpr': {
      const construct = node.boolop === 'NOT_EXPR' ? 'NOT' : node.boolop === 'AND_EXPR' ? 'AND' : 'OR';
      const args = node.args.map((arg) => coerceToBoolean(analyzeExpression(arg, environment), construct, context));
      if (node.boolop === 'NOT_EXPR') return not(args[0] as Expression);
      const kind = node.boolop === 'AND_EXPR' ? 'and' : 'or';
      return { kind, args, type: typeOids.bool, typmod: -1, collation: 0, position: context.position(node.location) };
    }
    case 'TypeCast':
      return analyzeCast(node, environment);
    case 'CollateClause':
      return analyzeCollate(node, environment);
    case 'FuncCall':
      return analyzeFunctionCall(node, environment, analyzeExpression);
    case 'NamedArgExpr':
      throw new SqlError('42601', 'named arguments are only allowed in function calls');
    case 'A_Indirection':
      return analyzeIndirection(node, environment);
    case 'A_ArrayExpr':
      return analyzeArray(node, environment, 0);
    case 'RowExpr':
      return analyzeRow(node, environment);
    case 'SubLink':
      return analyzeSublink(node, environment, analyzeExpression);
    case 'CaseExpr':
      return analyzeCase(node, environment);
    case 'CoalesceExpr': {
      const args = commonArguments(node.args, 'COALESCE', environment);
      return { kind: 'coalesce', args, ...typedAs(args, context.position(node.location)) };
    }
    case 'MinMaxExpr': {
      const kind = node.op === 'IS_GREATEST' ? 'greatest' : 'least';
      const args = commonArguments(node.args, node.op === 'IS_GREATEST' ? 'GREATEST' : 'LEAST', environment);
      const type = (args[0] as Expression).type;
      if (findType(type)?.compare === undefined) {
        throw new SqlError(
          '42883',
          `could not identify a comparison function for type ${typeText(type, context.catalog)}`,
        );
      }
      return { kind, args, ...typedAs(args, context.position(node.location)) };
    }
    case 'NullTest': {
      const arg = analyzeExpression(node.arg, environment);
      const negated = node.nulltesttype === 'IS_NOT_NULL';
      const position = context.position(node.location);
      return { kind: 'null-test', arg, negated, type: typeOids.bool, typmod: -1, collation: 0, position };
    }
    case 'BooleanTest': {
      const negated = node.booltesttype.startsWith('IS_NOT_');
      const test = node.booltesttype.replace('IS_NOT_', '').replace('IS_', '').toLowerCase() as
        | 'true'
        | 'false'
        | 'unknown';
      const construct = `IS ${negated ? 'NOT ' : ''}${test.toUpperCase()}`;
      const arg = coerceToBoolean(analyzeExpression(node.arg, environment), construct, context);
      const position = context.position(node.location);
      return { kind: 'boolean-test', arg, test, negated, type: typeOids.bool, typmod: -1, collation: 0, position };
    }
    case 'SQLValueFunction':
      return analyzeValueFunction(node, environment);
    case 'GroupingFunc':
      throw notSupported('GROUPING', context.position(node.location));
    case 'SetToDefault':
      throw new SqlError('42601', 'DEFAULT is not allowed in this context', {
        position: context.position(node.location),
      });
    case 'CurrentOfExpr':
      throw notSupported('WHERE CURRENT OF');
    case 'MultiAssignRef':
      throw notSupported('multiple-column assignment here');
    case 'OtherNode':
      throw notSupported(node.nodeKind, context.position(node.location));
  }
}

/** Analyses and coerces to boolean, as WHERE and ON want it. */
export function analyzeCondition(node: Expr, environment: Environment, construct: string): Expression {
  return coerceToBoolean(analyzeExpression(node, environment), construct, environment.context);
}

function typedAs(args: readonly Expression[], position: number | undefined) {
  const first = args[0] as Expression;
  return {
    type: first.type,
    typmod: selectCommonTypmod(args, first.type),
    collation: first.collation,
    position,
  };
}

function commonArguments(nodes: readonly Expr[], construct: string, environment: Environment): Expression[] {
  const args = nodes.map((arg) => analyzeExpression(arg, environment));
  const type = selectCommonType(args, construct, environment.context);
  return args.map((arg) => coerceToCommon(arg, type, construct, environment.context));
}

/** Integers are int4, int8 or numeric by their size; strings and NULL are of type unknown until something wants them. */
function analyzeConstant(node: A_Const, { context }: Environment): Expression {
  const position = context.position(node.location);
  const value = node.val;
  switch (value.kind) {
    case 'Integer':
      return constant(value.ival, typeOids.int4, position);
    case 'Float':
      return numberConstant(value.fval, position, context.io);
    case 'Boolean':
      return constant(value.boolval, typeOids.bool, position);
    case 'String':
      return constant(value.sval, typeOids.unknown, position);
    case 'Null':
      return constant(null, typeOids.unknown, position);
    case 'BitString':
      throw notSupported('type bit', position);
  }
}

const int4Min = -(2n ** 31n);
const int4Max = 2n ** 31n - 1n;
const int8Min = -(2n ** 63n);
const int8Max = 2n ** 63n - 1n;

function numberConstant(text: string, position: number | undefined, io: Environment['context']['io']): Expression {
  if (/^-?\d+$/.test(text) && text.length <= 20) {
    const value = BigInt(text);
    // A sign may bring a number back into range.
    if (value >= int4Min && value <= int4Max) return constant(Number(value), typeOids.int4, position);
    if (value >= int8Min && value <= int8Max) return constant(canonicalInt64(value), typeOids.int8, position);
  }
  const numeric = findType(typeOids.numeric);
  return constant(numeric?.parseText(text, -1, io) as Datum, typeOids.numeric, position);
}

function analyzeParameter(node: ParamRef, { context }: Environment): Expression {
  const index = node.number - 1;
  const known = context.parameterType(index, node.location);
  const type = known === 0 ? typeOids.unknown : known;
  const collation = findType(type)?.collation ?? 0;
  const parameter: Parameter = {
    kind: 'parameter',
    index,
    type,
    typmod: -1,
    collation,
    position: context.position(node.location),
  };
  if (type === typeOids.unknown) context.noteUntyped(parameter);
  return parameter;
}

function analyzeCast(node: TypeCast, environment: Environment): Expression {
  const { context } = environment;
  const target = resolveTypeName(node.typeName, context);
  const position = context.position(node.location >= 0 ? node.location : node.typeName.location);
  const elementType = elementTypeOf(target.oid);
  const arg =
    node.arg.kind === 'A_ArrayExpr' && elementType !== 0
      ? analyzeArray(node.arg, environment, elementType, target.oid)
      : analyzeExpression(node.arg, environment);
  return castExpression(arg, target.oid, target.typmod, context, position);
}

const knownCollations = new Map<string, number>([
  ['default', 100],
  ['C', 950],
  ['POSIX', 951],
  ['ucs_basic', 12582],
  ['C.UTF-8', 12583],
  ['C.utf8', 12583],
]);

function analyzeCollate(node: Extract<Expr, { kind: 'CollateClause' }>, environment: Environment): Expression {
  const { context } = environment;
  const position = context.position(node.location);
  const name = node.collname.at(-1) ?? '';
  const collation = knownCollations.get(name);
  if (collation === undefined) {
    throw new SqlError('42704', `collation "${name}" for encoding "UTF8" does not exist`, { position });
  }
  const arg = settleUnknown(analyzeExpression(node.arg as Expr, environment), context);
  if (arg.collation === 0) {
    throw new SqlError('42804', `collations are not supported by type ${typeText(arg.type, context.catalog)}`, {
      position,
    });
  }
  return { ...arg, collation };
}

/** ARRAY[…]; with a known element type (from a cast around it) the elements are cast to it. */
function analyzeArray(node: A_ArrayExpr, environment: Environment, elementType: number, arrayType = 0): Expression {
  const { context } = environment;
  const position = context.position(node.location);
  const elements = node.elements.map((element) =>
    element.kind === 'A_ArrayExpr'
      ? analyzeArray(element, environment, elementType, arrayType)
      : analyzeExpression(element, environment),
  );
  if (elements.length === 0 && elementType === 0) {
    throw new SqlError('42P18', 'cannot determine type of empty array', {
      hint: 'Explicitly cast to the desired type, for example ARRAY[]::integer[].',
      position,
    });
  }
  const nested = elements.length > 0 && elements.every((element) => elementTypeOf(element.type) !== 0);
  let common = elementType === 0 ? selectCommonType(elements, 'ARRAY', context) : nested ? arrayType : elementType;
  const coerced = elements.map((element) =>
    elementType === 0
      ? coerceToCommon(element, common, 'ARRAY', context)
      : castExpression(element, common, -1, context),
  );
  if (nested) common = elementTypeOf(common);
  const type = arrayTypeFor(common, position, context);
  const collation = findType(common)?.collation ?? 0;
  return { kind: 'array', elementType: common, elements: coerced, nested, type, typmod: -1, collation, position };
}

function analyzeRow(node: RowExpr, environment: Environment): Expression {
  const position = environment.context.position(node.location);
  const fields = node.args.map((arg) => settleUnknown(analyzeExpression(arg, environment), environment.context));
  return { kind: 'row', fields, type: typeOids.record, typmod: -1, collation: 0, position };
}

function analyzeCase(node: CaseExpr, environment: Environment): Expression {
  const { context } = environment;
  const position = context.position(node.location);
  const operand = node.arg === undefined ? undefined : settleUnknown(analyzeExpression(node.arg, environment), context);
  const placeholder: Expression | undefined =
    operand === undefined
      ? undefined
      : {
          kind: 'case-operand',
          type: operand.type,
          typmod: operand.typmod,
          collation: operand.collation,
          position: operand.position,
        };
  const whens = node.args.map((branch) => {
    const when = analyzeExpression(branch.expr, environment);
    if (placeholder === undefined) return coerceToBoolean(when, 'CASE/WHEN', context);
    return makeOperator('=', placeholder, when, context, context.position(branch.location));
  });
  const otherwise =
    node.defresult === undefined ? constant(null, typeOids.unknown) : analyzeExpression(node.defresult, environment);
  const results = node.args.map((branch) => analyzeExpression(branch.result, environment));
  const type = selectCommonType([otherwise, ...results], 'CASE', context);
  const coerced = results.map((result) => coerceToCommon(result, type, 'CASE/WHEN', context));
  const finalElse = coerceToCommon(otherwise, type, 'CASE/ELSE', context);
  return {
    kind: 'case',
    operand,
    branches: whens.map((when, i) => ({ when, then: coerced[i] as Expression })),
    otherwise: finalElse,
    type,
    typmod: selectCommonTypmod([finalElse, ...coerced], type),
    collation: findType(type)?.collation ?? 0,
    position,
  };
}

/** Subscripts and field selections after an expression. */
function analyzeIndirection(node: A_Indirection, environment: Environment): Expression {
  let result = analyzeExpression(node.arg, environment);
  let steps = node.indirection;
  while (steps.length > 0) {
    const step = steps[0] as (typeof steps)[number];
    if (typeof step === 'string') {
      result = selectNamedField(result, step, environment.context);
      steps = steps.slice(1);
      continue;
    }
    if (step.kind === 'A_Star') throw notSupported('row expansion via "*" here');
    let n = 0;
    while (n < steps.length && typeof steps[n] === 'object' && (steps[n] as { kind: string }).kind === 'A_Indices') n++;
    result = analyzeSubscripts(result, steps.slice(0, n) as Extract<typeof step, { kind: 'A_Indices' }>[], environment);
    steps = steps.slice(n);
  }
  return result;
}

function analyzeSubscripts(
  arg: Expression,
  steps: readonly { is_slice: boolean; lidx: Expr | undefined; uidx: Expr | undefined }[],
  environment: Environment,
): Expression {
  const { context } = environment;
  const element = elementTypeOf(arg.type);
  if (element === 0) {
    throw new SqlError(
      '42804',
      `cannot subscript type ${typeText(arg.type, context.catalog)} because it does not support subscripting`,
      { position: arg.position },
    );
  }
  const slice = steps.some((step) => step.is_slice);
  const index = (node: Expr | undefined): Expression | undefined => {
    if (node === undefined) return undefined;
    const value = analyzeExpression(node, environment);
    const coerced = coerceType(value, typeOids.int4, 'assignment', context);
    if (coerced === undefined)
      throw new SqlError('42804', 'array subscript must have type integer', { position: value.position });
    return coerced;
  };
  const one = (): Expression => constant(1, typeOids.int4);
  const lower = steps.map((step) => (step.is_slice ? index(step.lidx) : slice ? one() : undefined));
  const upper = steps.map((step) => index(step.uidx));
  const type = slice ? arg.type : element;
  return {
    kind: 'subscript',
    arg,
    slice,
    lower,
    upper,
    type,
    typmod: arg.typmod,
    collation: findType(type)?.collation ?? 0,
    position: arg.position,
  };
}

/** CURRENT_DATE and its kin, by the functions and casts that compute them. */
function analyzeValueFunction(node: SQLValueFunction, environment: Environment): Expression {
  const { context } = environment;
  const position = context.position(node.location);
  const call = (name: string): Expression => {
    const entry = findFunctions(name).find((candidate) => candidate.argTypes.length === 0);
    if (entry === undefined) throw notSupported(name, position);
    return functionCall(entry.oid, [], 'call', undefined, position);
  };
  const keyword = node.op.replace(/^SVFOP_/, '').replace(/_N$/, '');
  const now = (type: number): Expression => {
    const cast = castExpression(call('now'), type, -1, context, position);
    return coerceTypmod(cast.kind === 'call' ? { ...cast, keyword } : cast, node.typmod, true);
  };
  switch (node.op) {
    case 'SVFOP_CURRENT_DATE':
      return now(typeOids.date);
    case 'SVFOP_CURRENT_TIME':
    case 'SVFOP_CURRENT_TIME_N':
      return now(typeOids.timetz);
    case 'SVFOP_CURRENT_TIMESTAMP':
    case 'SVFOP_CURRENT_TIMESTAMP_N':
      return now(typeOids.timestamptz);
    case 'SVFOP_LOCALTIME':
    case 'SVFOP_LOCALTIME_N':
      return now(typeOids.time);
    case 'SVFOP_LOCALTIMESTAMP':
    case 'SVFOP_LOCALTIMESTAMP_N':
      return now(typeOids.timestamp);
    case 'SVFOP_CURRENT_ROLE':
    case 'SVFOP_CURRENT_USER':
    case 'SVFOP_USER':
      return call('current_user');
    case 'SVFOP_SESSION_USER':
      return call('session_user');
    case 'SVFOP_CURRENT_CATALOG':
      return call('current_database');
    case 'SVFOP_CURRENT_SCHEMA':
      return call('current_schema');
  }
}

/** LIMIT and OFFSET: bigint, without columns of the query. */
export function analyzeRowCount(node: Expr, environment: Environment, construct: 'LIMIT' | 'OFFSET'): Expression {
  return coerceToSpecific(analyzeExpression(node, environment), typeOids.int8, construct, environment.context);
}
