/**
 * Casts between types by PostgreSQL's rules (manual §10; parse_coerce.c names the steps): which casts exist in which
 * context, what tree does them, the common type of several expressions, and polymorphic signatures.
 */
import type { Oid } from '../common/ids.ts';
import { SqlError } from '../common/sql-error.ts';
import { findType } from '../types/registry.ts';
import { findCast, getFunction } from '../functions/registry.ts';
import { typeOids } from '../functions/type-oids.ts';
import type { Call, Expression } from '../algebra/expression.ts';
import type { AnalyzeContext } from './context.ts';
import { collationOf, constant } from './make.ts';
import { isPolymorphic } from './polymorphic.ts';
import { arrayTypeOf, categoryOf, elementTypeOf, typeText } from './type-name.ts';

export type CoercionContext = 'implicit' | 'assignment' | 'explicit';

type Pathway =
  | { readonly kind: 'none' }
  | { readonly kind: 'relabel' }
  | { readonly kind: 'function'; readonly functionOid: Oid }
  | { readonly kind: 'array' }
  | { readonly kind: 'io' };

const none: Pathway = { kind: 'none' };
const relabel: Pathway = { kind: 'relabel' };
const viaIo: Pathway = { kind: 'io' };

function contextAllows(castContext: 'i' | 'a' | 'e', context: CoercionContext): boolean {
  if (castContext === 'i') return true;
  return castContext === 'a' ? context !== 'implicit' : context === 'explicit';
}

/** How a value of `source` becomes one of `target` in this context. */
export function findPathway(source: Oid, target: Oid, context: CoercionContext): Pathway {
  if (source === target) return relabel;
  const cast = findCast(source, target);
  if (cast !== undefined) {
    if (!contextAllows(cast.context, context)) return none;
    if (cast.method === 'b') return relabel;
    return cast.method === 'i' ? viaIo : { kind: 'function', functionOid: cast.functionOid };
  }
  const sourceElement = elementTypeOf(source);
  const targetElement = elementTypeOf(target);
  if (sourceElement !== 0 && targetElement !== 0 && target !== typeOids.oidvector && target !== typeOids.int2vector) {
    const element = findPathway(sourceElement, targetElement, context);
    if (element.kind === 'relabel') return relabel;
    if (element.kind !== 'none') return { kind: 'array' };
  }
  if (context !== 'implicit' && categoryOf(target) === 'S') return viaIo;
  if (context === 'explicit' && categoryOf(source) === 'S') return viaIo;
  return none;
}

function isComposite(oid: Oid, context: AnalyzeContext): boolean {
  if (oid === typeOids.record) return true;
  return (findType(oid)?.typeType ?? context.catalog.getTypeInfo(oid)?.typeType) === 'c';
}

/** can_coerce_type for one argument. */
export function canCoerce(source: Oid, target: Oid, kind: CoercionContext, context: AnalyzeContext): boolean {
  if (source === target || target === typeOids.any) return true;
  if (isPolymorphic(target)) return true;
  if (source === typeOids.unknown) return true;
  if (findPathway(source, target, kind).kind !== 'none') return true;
  if (isComposite(source, context) && target === typeOids.record) return true;
  return source === typeOids.record && isComposite(target, context);
}

/** The tree that turns `expression` into `target`, ignoring typmods. Throws 42846 or 42804 through `castError`. */
export function coerceType(
  expression: Expression,
  target: Oid,
  kind: CoercionContext,
  context: AnalyzeContext,
  typmod = -1,
): Expression | undefined {
  const source = expression.type;
  if (source === target) return expression;
  if (target === typeOids.any || (isPolymorphic(target) && source !== typeOids.unknown)) return expression;
  if (source === typeOids.unknown) return coerceUnknown(expression, target, kind, context, typmod);
  const form = kind === 'explicit' ? 'explicit-cast' : 'implicit-cast';
  const typed = { type: target, typmod: -1, collation: collationOf(target), position: expression.position };
  const pathway = findPathway(source, target, kind);
  switch (pathway.kind) {
    case 'relabel':
      return { kind: 'relabel', arg: expression, form, ...typed };
    case 'function':
      return castCall(expression, pathway.functionOid, target, kind, typmod, context);
    case 'io':
      return { kind: 'coerce-io', arg: expression, form, ...typed };
    case 'array':
      return coerceArray(expression, target, kind, context);
    case 'none':
      break;
  }
  if (target === typeOids.record && isComposite(source, context)) {
    return { kind: 'relabel', arg: expression, form, ...typed };
  }
  return undefined;
}

function castCall(
  expression: Expression,
  functionOid: Oid,
  target: Oid,
  kind: CoercionContext,
  typmod: number,
  context: AnalyzeContext,
): Expression {
  const entry = getFunction(functionOid);
  const explicit = kind === 'explicit';
  const form = explicit ? 'explicit-cast' : 'implicit-cast';
  const args: Expression[] = [coerceType(expression, entry.argTypes[0] as Oid, 'implicit', context) ?? expression];
  if (entry.argTypes.length > 1) args.push(constant(typmod, typeOids.int4));
  if (entry.argTypes.length > 2) args.push(constant(explicit, typeOids.bool));
  const call: Call = {
    kind: 'call',
    function: functionOid,
    operator: 0,
    args,
    form,
    returnsSet: false,
    variadicArray: false,
    type: entry.returnType,
    typmod: -1,
    collation: collationOf(entry.returnType),
    position: expression.position,
  };
  if (entry.returnType === target) return call;
  const { typmod: plain, position } = call;
  return { kind: 'relabel', arg: call, form, type: target, typmod: plain, collation: collationOf(target), position };
}

function coerceArray(expression: Expression, target: Oid, kind: CoercionContext, context: AnalyzeContext): Expression {
  const sourceElement = elementTypeOf(expression.type);
  const targetElement = elementTypeOf(target);
  const operand: Expression = {
    kind: 'case-operand',
    type: sourceElement,
    typmod: -1,
    collation: collationOf(sourceElement),
    position: undefined,
  };
  const element = coerceType(operand, targetElement, kind, context) ?? operand;
  return {
    kind: 'coerce-array',
    arg: expression,
    element,
    form: kind === 'explicit' ? 'explicit-cast' : 'implicit-cast',
    type: target,
    typmod: -1,
    collation: collationOf(target),
    position: expression.position,
  };
}

/** Unknown literals take the target's input function; unknown parameters take the type itself. */
function coerceUnknown(
  expression: Expression,
  target: Oid,
  kind: CoercionContext,
  context: AnalyzeContext,
  typmod: number,
): Expression | undefined {
  switch (expression.kind) {
    case 'constant':
      return coerceLiteral(expression.value as string | null, target, typmod, expression.position, context);
    case 'parameter': {
      context.resolveParameter(expression.index, target, undefined);
      return { ...expression, type: target, collation: collationOf(target) };
    }
    default: {
      // An unknown-typed column of a subquery cannot be: analysis resolves those to text.
      const asText: Expression = { ...expression, type: typeOids.text } as Expression;
      return coerceType(asText, target, kind === 'implicit' ? 'assignment' : kind, context, typmod);
    }
  }
}

function coerceLiteral(
  text: string | null,
  target: Oid,
  typmod: number,
  position: number | undefined,
  context: AnalyzeContext,
): Expression | undefined {
  if (target === typeOids.unknown) return constant(text, target, position);
  if (text === null) return constant(null, target, position);
  const handler = findType(target);
  if (handler === undefined || isPolymorphic(target)) return undefined;
  if (handler.typeType === 'p' && target !== typeOids.record && target !== typeOids.cstring) {
    throw new SqlError('0A000', `cannot accept a value of type ${handler.sqlName}`, { position });
  }
  try {
    // Length limits of a literal are applied by the typmod coercion that follows; only interval reads its own here.
    return constant(handler.parseText(text, target === typeOids.interval ? typmod : -1, context.io), target, position);
  } catch (error) {
    if (error instanceof SqlError && error.fields.position === undefined) {
      throw new SqlError(error.sqlState as '22P02', error.message, { ...error.fields, position });
    }
    throw error;
  }
}

/** Adds the length coercion of varchar(n), numeric(p,s), … when the expression does not have that typmod already. */
export function coerceTypmod(expression: Expression, typmod: number, explicit: boolean): Expression {
  if (typmod < 0 || typmod === expression.typmod) return expression;
  return { ...typedLike(expression, typmod), kind: 'coerce-typmod', arg: expression, explicit };
}

function typedLike(expression: Expression, typmod: number) {
  const { type, collation, position } = expression;
  return { type, typmod, collation, position };
}

/** Explicit cast: `x::type`. Throws 42846. */
export function castExpression(
  expression: Expression,
  target: Oid,
  typmod: number,
  context: AnalyzeContext,
  position: number | undefined = expression.position,
): Expression {
  const rowCast = castRow(expression, target, context);
  const result = rowCast ?? coerceType(expression, target, 'explicit', context, typmod);
  if (result === undefined) {
    throw new SqlError(
      '42846',
      `cannot cast type ${typeText(expression.type, context.catalog)} to ${typeText(target, context.catalog)}`,
      { position },
    );
  }
  return coerceTypmod(result, typmod, true);
}

/** ROW(...)::composite, field by field. */
function castRow(expression: Expression, target: Oid, context: AnalyzeContext): Expression | undefined {
  if (expression.kind !== 'row' || expression.type !== typeOids.record) return undefined;
  const info = context.catalog.getTypeInfo(target);
  const relation = info === undefined ? undefined : context.catalog.getRelation(info.relationOid);
  if (relation === undefined) return undefined;
  const columns = relation.columns.filter((column) => !column.dropped);
  if (columns.length !== expression.fields.length) {
    throw new SqlError('42846', `cannot cast type record to ${typeText(target, context.catalog)}`, {
      detail: `Input has too ${expression.fields.length < columns.length ? 'few' : 'many'} columns.`,
      position: expression.position,
    });
  }
  const fields = expression.fields.map((field, i) => {
    const column = columns[i] as (typeof columns)[number];
    return castExpression(field, column.typeOid, column.typmod, context);
  });
  return { ...expression, fields, type: target };
}

/** Assignment to a column. Throws 42804 `column "c" is of type integer but expression is of type text`. */
export function coerceForColumn(
  expression: Expression,
  column: { readonly name: string; readonly typeOid: Oid; readonly typmod: number },
  context: AnalyzeContext,
): Expression {
  const result = coerceType(expression, column.typeOid, 'assignment', context, column.typmod);
  if (result === undefined) {
    throw new SqlError(
      '42804',
      `column "${column.name}" is of type ${typeText(column.typeOid, context.catalog)} but expression is of type ${typeText(expression.type, context.catalog)}`,
      { hint: 'You will need to rewrite or cast the expression.', position: expression.position },
    );
  }
  return coerceTypmod(result, column.typmod, false);
}

/** Implicit coercion where one type is required (LIMIT bigint …). Throws 42804 `argument of X must be type Y, not type Z`. */
export function coerceToSpecific(
  expression: Expression,
  target: Oid,
  construct: string,
  context: AnalyzeContext,
): Expression {
  const result = coerceType(expression, target, 'assignment', context);
  if (result === undefined) {
    throw new SqlError(
      '42804',
      `argument of ${construct} must be type ${typeText(target, context.catalog)}, not type ${typeText(expression.type, context.catalog)}`,
      { position: expression.position },
    );
  }
  if (result.kind === 'call' && result.returnsSet) {
    throw new SqlError('42804', `argument of ${construct} must not return a set`, { position: expression.position });
  }
  return result;
}

export function coerceToBoolean(expression: Expression, construct: string, context: AnalyzeContext): Expression {
  return expression.type === typeOids.bool
    ? expression
    : coerceToSpecific(expression, typeOids.bool, construct, context);
}

/** Unknown literals that reach an output column become text. */
export function settleUnknown(expression: Expression, context: AnalyzeContext): Expression {
  if (expression.type !== typeOids.unknown) return expression;
  return coerceType(expression, typeOids.text, 'implicit', context) ?? expression;
}

/**
 * select_common_type (manual §10.5): the type UNION, CASE, VALUES, ARRAY and friends agree on. Throws 42804
 * `CASE types integer and text cannot be matched`.
 */
export function selectCommonType(expressions: readonly Expression[], construct: string, context: AnalyzeContext): Oid {
  const first = expressions[0] as Expression;
  let chosen = first.type;
  if (chosen !== typeOids.unknown && expressions.every((expression) => expression.type === chosen)) return chosen;
  let chosenExpression = first;
  for (const expression of expressions.slice(1)) {
    const type = expression.type;
    if (type === typeOids.unknown || type === chosen) continue;
    if (chosen === typeOids.unknown) {
      chosen = type;
      chosenExpression = expression;
    } else if (categoryOf(type) !== categoryOf(chosen)) {
      throw new SqlError(
        '42804',
        `${construct} types ${typeText(chosen, context.catalog)} and ${typeText(type, context.catalog)} cannot be matched`,
        { position: expression.position ?? chosenExpression.position },
      );
    } else if (
      findType(chosen)?.preferred !== true &&
      canCoerce(chosen, type, 'implicit', context) &&
      !canCoerce(type, chosen, 'implicit', context)
    ) {
      chosen = type;
      chosenExpression = expression;
    }
  }
  return chosen === typeOids.unknown ? typeOids.text : chosen;
}

/** coerce_to_common_type. Throws 42846. */
export function coerceToCommon(
  expression: Expression,
  target: Oid,
  construct: string,
  context: AnalyzeContext,
): Expression {
  const result = coerceType(expression, target, 'implicit', context);
  if (result === undefined) {
    throw new SqlError(
      '42846',
      `${construct} could not convert type ${typeText(expression.type, context.catalog)} to ${typeText(target, context.catalog)}`,
      { position: expression.position },
    );
  }
  return result;
}

/** Common typmod of several expressions of one type, -1 if they differ. */
export function selectCommonTypmod(expressions: readonly Expression[], type: Oid): number {
  const typmod = expressions[0]?.typmod ?? -1;
  return expressions.every((expression) => expression.type === type && expression.typmod === typmod) ? typmod : -1;
}

/** Array type for elements of a common type; throws 42704 when there is none. */
export function arrayTypeFor(element: Oid, position: number | undefined, context: AnalyzeContext): Oid {
  const oid = arrayTypeOf(element);
  if (oid === 0) {
    throw new SqlError('42704', `could not find array type for data type ${typeText(element, context.catalog)}`, {
      position,
    });
  }
  return oid;
}
