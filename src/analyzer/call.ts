/** Function calls: plain, set-returning and aggregate; also f(x) written where a cast is meant (int4('1')). */
import type { Oid } from '../common/ids.ts';
import { SqlError, notSupported } from '../common/sql-error.ts';
import { findType } from '../types/registry.ts';
import { findFunctions, getFunction } from '../functions/registry.ts';
import type { FunctionEntry } from '../functions/function.ts';
import { typeOids } from '../functions/type-oids.ts';
import type { Expr, FuncCall, SortBy } from '../parser/syntax.ts';
import type { Aggregate, Call, Expression, SortKey } from '../algebra/expression.ts';
import { aggregateRefusal, setRefusal } from './clause.ts';
import { arrayTypeFor, castExpression, coerceToBoolean, coerceType, findPathway, settleUnknown } from './coercion.ts';
import { collationOf, constant } from './make.ts';
import { commonTypeOf, findExactFunction, findFunction, undefinedFunction, type FunctionMatch } from './overload.ts';
import { resolvePolymorphic } from './polymorphic.ts';
import { inClause, type Environment } from './environment.ts';
import { findNamedType, typeText } from './type-name.ts';

export type Analyze = (node: Expr, environment: Environment) => Expression;

export function analyzeFunctionCall(node: FuncCall, environment: Environment, analyze: Analyze): Expression {
  const { context } = environment;
  const position = context.position(node.location);
  const name = node.funcname.at(-1) ?? '';
  const schema = node.funcname.length > 1 ? node.funcname.at(-2) : undefined;
  if (node.over !== undefined) throw notSupported('window functions (OVER)', position);
  const inner = isAggregateName(name) ? inClause(environment, 'aggregate argument') : environment;
  const given = nameArguments(name, node, inner, analyze);
  const types = given.map((arg) => arg.type);
  const known = schema === undefined || schema === 'pg_catalog';
  const exact = known ? findExactFunction(name, types, node.func_variadic) : undefined;
  const cast = known && exact === undefined ? functionalCast(name, given, node, context, position) : undefined;
  if (cast !== undefined) return cast;
  const match = exact ?? (known ? findFunction(name, types, node.func_variadic, context, position) : undefined);
  if (match === undefined) throw undefinedFunction(node.funcname.join('.'), types, context, position);
  const implementation = match.entry.implementation.kind;
  if (implementation === 'window') {
    throw new SqlError('42P20', `window function ${name} requires an OVER clause`, { position });
  }
  if (implementation === 'aggregate') return makeAggregate(node, match, given, environment, analyze, position);
  refuseAggregateSyntax(node, name, position);
  const call = makeCall(match, given, node.func_variadic, environment, position);
  if (call.returnsSet) {
    const refusal = setRefusal(environment.clause);
    if (refusal !== undefined) {
      const movable = environment.clause === 'aggregate argument';
      const hint = movable
        ? 'You might be able to move the set-returning function into a LATERAL FROM item.'
        : undefined;
      throw new SqlError('0A000', refusal, { position, hint });
    }
  }
  return node.funcformat === 'COERCE_SQL_SYNTAX' ? { ...call, keyword: keywordOf(name, call.args) } : call;
}

/** What SQL has syntax of its own for, to be printed that way. */
function keywordOf(name: string, args: readonly Expression[]): string | undefined {
  switch (name) {
    case 'btrim':
      return 'TRIM BOTH';
    case 'ltrim':
      return 'TRIM LEADING';
    case 'rtrim':
      return 'TRIM TRAILING';
    case 'substring':
      // By pattern it is printed as a function.
      return args[1]?.type === typeOids.int4 ? 'SUBSTRING' : undefined;
    case 'overlay':
    case 'position':
      return name.toUpperCase();
    default:
      return undefined;
  }
}

function isAggregateName(name: string): boolean {
  return findFunctions(name).some((entry) => entry.implementation.kind === 'aggregate');
}

/** Arguments in declared order; `name => value` ones are put into their places, gaps take the defaults. */
function nameArguments(name: string, node: FuncCall, environment: Environment, analyze: Analyze): Expression[] {
  const plain: Expression[] = [];
  const named = new Map<string, Expression>();
  for (const arg of node.args) {
    if (arg.kind === 'NamedArgExpr') named.set(arg.name, analyze(arg.arg, environment));
    else if (named.size > 0) throw new SqlError('42601', 'positional argument cannot follow named argument');
    else plain.push(analyze(arg, environment));
  }
  if (named.size === 0) return plain;
  const entry = findFunctions(name).find((candidate) => takesNames(candidate, plain.length, named));
  if (entry === undefined) {
    throw undefinedFunction(
      name,
      [...plain, ...named.values()].map((arg) => arg.type),
      environment.context,
      environment.context.position(node.location),
    );
  }
  const firstDefault = entry.argTypes.length - (entry.defaults?.length ?? 0);
  return entry.argTypes.map((type, i) => {
    const given = plain[i] ?? named.get(entry.argNames?.[i] ?? '');
    return given ?? constant(entry.defaults?.[i - firstDefault] ?? null, type);
  });
}

function takesNames(entry: FunctionEntry, plainCount: number, named: ReadonlyMap<string, Expression>): boolean {
  const names = entry.argNames;
  if (names === undefined) return false;
  const firstDefault = entry.argTypes.length - (entry.defaults?.length ?? 0);
  const known = [...named.keys()].every((name) => names.indexOf(name) >= plainCount);
  return known && names.every((name, i) => i < plainCount || named.has(name) || i >= firstDefault);
}

/** `typename(x)` as a cast, where no function takes just that type (func_get_detail tries this before inexact matches). */
function functionalCast(
  name: string,
  args: readonly Expression[],
  node: FuncCall,
  context: Environment['context'],
  position: number | undefined,
): Expression | undefined {
  if (args.length !== 1 || node.agg_star || node.agg_distinct) return undefined;
  const target = findNamedType(undefined, name, context.catalog);
  if (target === undefined) return undefined;
  const [arg] = args as [Expression];
  const pathway = findPathway(arg.type, target, 'explicit').kind;
  const legal = arg.type === typeOids.unknown || pathway === 'relabel' || pathway === 'io';
  return legal ? castExpression(arg, target, -1, context, position) : undefined;
}

function refuseAggregateSyntax(node: FuncCall, name: string, position: number | undefined): void {
  const fail = (text: string) => new SqlError('42809', text, { position });
  if (node.agg_star) throw fail(`${name}(*) specified, but ${name} is not an aggregate function`);
  if (node.agg_distinct) throw fail(`DISTINCT specified, but ${name} is not an aggregate function`);
  if (node.agg_within_group) throw fail(`WITHIN GROUP specified, but ${name} is not an aggregate function`);
  if (node.agg_order.length > 0) throw fail(`ORDER BY specified, but ${name} is not an aggregate function`);
  if (node.agg_filter !== undefined) throw fail(`FILTER specified, but ${name} is not an aggregate function`);
}

/** Arguments coerced to the resolved signature, VARIADIC ones gathered, and the actual result type. */
export function coerceArguments(
  match: FunctionMatch,
  given: readonly Expression[],
  environment: Environment,
): { readonly args: readonly Expression[]; readonly resultType: Oid } {
  const { context } = environment;
  const { entry } = match;
  const defaults = entry.defaults?.slice(entry.defaults.length - match.defaultsUsed) ?? [];
  const firstDefault = given.length;
  const all = [...given, ...defaults.map((value, i) => constant(value, entry.argTypes[firstDefault + i] as Oid))];
  const declared = [...match.argTypes, ...entry.argTypes.slice(firstDefault, firstDefault + defaults.length)];
  const actual = all.map((arg) => arg.type);
  const { argTypes, resultType } = resolvePolymorphic(declared, entry.returnType, actual, commonTypeOf(context));
  const args = all.map((arg, i) => {
    const target = argTypes[i] as Oid;
    const coerced = coerceType(arg, target, 'implicit', context);
    if (coerced === undefined) throw undefinedFunction(entry.name, actual, context, arg.position);
    return coerced;
  });
  if (match.variadicCount === 0 || entry.variadic === typeOids.any) return { args, resultType };
  const fixed = args.length - match.variadicCount;
  const elements = args.slice(fixed);
  const elementType = (elements[0] as Expression).type;
  const type = arrayTypeFor(elementType, undefined, context);
  const gathered: Expression = {
    kind: 'array',
    elementType,
    elements,
    nested: false,
    type,
    typmod: -1,
    collation: collationOf(elementType),
    position: undefined,
  };
  return { args: [...args.slice(0, fixed), gathered], resultType };
}

function makeCall(
  match: FunctionMatch,
  given: readonly Expression[],
  variadicArray: boolean,
  environment: Environment,
  position: number | undefined,
): Call {
  const { args, resultType } = coerceArguments(match, given, environment);
  return {
    kind: 'call',
    function: match.entry.oid,
    operator: 0,
    args,
    form: 'call',
    returnsSet: match.entry.implementation.kind === 'set',
    variadicArray,
    type: resultType,
    typmod: -1,
    collation: collationOf(resultType),
    position,
  };
}

function makeAggregate(
  node: FuncCall,
  match: FunctionMatch,
  given: readonly Expression[],
  environment: Environment,
  analyze: Analyze,
  position: number | undefined,
): Expression {
  const { entry } = match;
  const { context } = environment;
  checkAggregatePlace(environment, position);
  if (given.length === 0 && !node.agg_star && !node.agg_within_group) {
    throw new SqlError('42809', `${entry.name}(*) must be used to call a parameterless aggregate function`, {
      position,
    });
  }
  if (entry.implementation.kind === 'aggregate' && entry.implementation.aggregateKind !== 'n') {
    throw notSupported(`ordered-set aggregate ${entry.name}`, position);
  }
  if (node.agg_within_group) {
    throw new SqlError('42809', `${entry.name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP`, {
      position,
    });
  }
  const { args, resultType } = coerceArguments(match, given, environment);
  const inner = inClause(environment, 'aggregate argument');
  const orderBy = node.agg_order.map((item) => aggregateSortKey(item, inner, analyze));
  if (node.agg_distinct) checkDistinctArguments(args, orderBy, environment, position);
  const filter =
    node.agg_filter === undefined
      ? undefined
      : coerceToBoolean(analyze(node.agg_filter, inClause(environment, 'filter')), 'FILTER', context);
  const aggregate: Aggregate = {
    kind: 'aggregate',
    function: entry.oid,
    args,
    directArgs: [],
    distinct: node.agg_distinct,
    orderBy,
    filter,
    type: resultType,
    typmod: -1,
    collation: collationOf(resultType),
    position,
  };
  environment.aggregates.push(aggregate);
  return aggregate;
}

function checkAggregatePlace(environment: Environment, position: number | undefined): void {
  const refusal = aggregateRefusal(environment.clause);
  if (refusal !== undefined) throw new SqlError('42803', refusal, { position });
}

function checkDistinctArguments(
  args: readonly Expression[],
  orderBy: readonly SortKey[],
  { context }: Environment,
  position: number | undefined,
): void {
  for (const arg of args) {
    if (findType(arg.type)?.compare === undefined) {
      throw new SqlError(
        '42883',
        `could not identify an equality operator for type ${typeText(arg.type, context.catalog)}`,
        {
          position: arg.position,
        },
      );
    }
  }
  const isArgument = (key: SortKey) => args.some((arg) => arg === key.expression || sameColumn(arg, key.expression));
  if (!orderBy.every(isArgument)) {
    throw new SqlError('42P10', 'in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list', {
      position,
    });
  }
}

function sameColumn(a: Expression, b: Expression): boolean {
  return a.kind === 'column' && b.kind === 'column' && a.column === b.column;
}

function aggregateSortKey(item: SortBy, environment: Environment, analyze: Analyze): SortKey {
  const expression = settleUnknown(analyze(item.node, environment), environment.context);
  return sortKey(item, expression, environment);
}

/** ASC / DESC / USING and NULLS FIRST / LAST applied to an analysed expression. Throws 42883 for types without order. */
export function sortKey(item: SortBy, expression: Expression, { context }: Environment): SortKey {
  if (findType(expression.type)?.compare === undefined && findType(expression.type) !== undefined) {
    throw new SqlError(
      '42883',
      `could not identify an ordering operator for type ${typeText(expression.type, context.catalog)}`,
      {
        hint: 'Use an explicit ordering operator or modify the query.',
        position: expression.position,
      },
    );
  }
  const using = item.useOp.at(-1);
  if (item.sortby_dir === 'SORTBY_USING' && using !== '<' && using !== '>') {
    throw new SqlError('42809', `operator ${using ?? ''} is not a valid ordering operator`, {
      hint: 'Ordering operators must be "<" or ">" members of btree operator families.',
      position: context.position(item.location),
    });
  }
  const descending = item.sortby_dir === 'SORTBY_DESC' || (item.sortby_dir === 'SORTBY_USING' && using === '>');
  const nullsFirst =
    item.sortby_nulls === 'SORTBY_NULLS_DEFAULT' ? descending : item.sortby_nulls === 'SORTBY_NULLS_FIRST';
  return { expression, descending, nullsFirst };
}

/** The strictness-relevant facts of a call's function, for later floors' convenience. */
export function entryOf(call: Call): FunctionEntry {
  return getFunction(call.function);
}
