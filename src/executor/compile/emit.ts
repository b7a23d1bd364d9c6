/** Expression → generated code: the dispatch, and the kinds that are one line each. */
import { InvariantError, unreachable } from '../../common/assert.ts';
import { RecordValue } from '../../types/datum.ts';
import type { Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import { getType } from '../../types/registry.ts';
import type { EvalContext } from '../../functions/eval-context.ts';
import { mapArray } from '../../algebra/array-values.ts';
import { interpret, typesOf } from '../../algebra/interpret.ts';
import type { Environment } from '../../algebra/interpret.ts';
import { typmodCoercion } from '../../algebra/typmod.ts';
import type {
  ArrayConstructor,
  CoerceArray,
  CoerceTypmod,
  CoerceViaIo,
  Expression,
  FieldSelect,
  NullTest,
  Relabel,
  RowConstructor,
  Subscript,
} from '../../algebra/expression.ts';
import { emitArrayComparison } from './emit-array-comparison.ts';
import { emitCall, emitEquality } from './emit-call.ts';
import { asDatum, fromDatum } from './emit-convert.ts';
import {
  emitBooleanTest,
  emitCase,
  emitCoalesce,
  emitExtreme,
  emitLogical,
  emitNot,
  emitRowComparison,
} from './emit-logic.ts';
import type { Emitter } from './emitter.ts';
import { anyNull, datumValue, rawValue, representationOf } from './value.ts';
import type { Value } from './value.ts';

/** Appends the statements that compute `expression` for row `i` and says where the value is. */
export function emit(emitter: Emitter, expression: Expression): Value {
  const recurse = (part: Expression): Value => emit(emitter, part);
  switch (expression.kind) {
    case 'constant':
      return emitter.constantValue(expression);
    case 'parameter':
    case 'slot':
      return emitter.parameter(expression);
    case 'column':
      return emitter.column(expression);
    case 'case-operand':
      return emitter.caseOperand();
    case 'call':
      return emitCall(emitter, expression, recurse);
    case 'relabel':
      return emitRelabel(emitter, expression, recurse(expression.arg));
    case 'coerce-io':
      return emitCoerceViaIo(emitter, expression, recurse(expression.arg));
    case 'coerce-array':
      return emitCoerceArray(emitter, expression, recurse(expression.arg));
    case 'coerce-typmod':
      return emitCoerceTypmod(emitter, expression, recurse(expression.arg));
    case 'and':
    case 'or':
      return emitLogical(emitter, expression, recurse);
    case 'not':
      return emitNot(emitter, recurse(expression.arg));
    case 'null-test':
      return emitNullTest(emitter, expression, recurse(expression.arg));
    case 'boolean-test':
      return emitBooleanTest(emitter, expression, recurse(expression.arg));
    case 'case':
      return emitCase(emitter, expression, recurse);
    case 'coalesce':
      return emitCoalesce(emitter, expression, recurse);
    case 'greatest':
    case 'least':
      return emitExtreme(emitter, expression, recurse);
    case 'nullif': {
      const [left, right] = [recurse(expression.args[0]), recurse(expression.args[1])];
      const equal = emitEquality(emitter, expression, left, right);
      return datumResult(emitter, left, `${asDatum(emitter, left)}`, `!(${notNull(equal)} && ${equal.text} === 1)`);
    }
    case 'distinct-from':
      return emitDistinct(emitter, expression.negated, expression, recurse);
    case 'array-comparison':
      return emitArrayComparison(emitter, expression, recurse);
    case 'array':
      return emitArray(emitter, expression, expression.elements.map(recurse));
    case 'row':
      return emitRow(emitter, expression, expression.fields.map(recurse));
    case 'row-comparison':
      return emitRowComparison(emitter, expression, recurse);
    case 'field':
      return emitField(emitter, expression, recurse(expression.arg));
    case 'subscript':
      return emitSubscript(emitter, expression, recurse);
    case 'subquery':
    case 'aggregate':
      throw new InvariantError(`a planned expression still contains a ${expression.kind}`);
    default:
      return unreachable(expression, 'expression');
  }
}

function notNull(value: Value): string {
  return value.isNull === 'false' ? 'true' : `!(${value.isNull})`;
}

/** `keep ? datum : NULL`, of the same type as `like`. */
function datumResult(emitter: Emitter, like: Value, datum: string, keep: string): Value {
  return fromDatum(emitter, like.type, emitter.local(`${keep} ? ${datum} : null`));
}

function emitRelabel(emitter: Emitter, expression: Relabel, value: Value): Value {
  const source = getType(expression.arg.type).vectorKind;
  const target = getType(expression.type).vectorKind;
  if (source === target) return { ...value, type: expression.type };
  const number = value.rep === 'datum' ? fromDatum(emitter, expression.arg.type, value.text) : value;
  const sign = target === 'int64' ? '>>> 0' : '| 0';
  const text = emitter.local(`${number.text} ${sign}`);
  if (representationOf(expression.type, emitter.exact) !== 'datum') {
    return rawValue(target, expression.type, text, value.isNull);
  }
  return datumValue(expression.type, emitter.local(`${value.isNull} ? null : ${text}`), value.isNull);
}

function emitCoerceViaIo(emitter: Emitter, expression: CoerceViaIo, value: Value): Value {
  const from = emitter.constant(getType(expression.arg.type));
  const to = emitter.constant(getType(expression.type));
  const text = `${from}.formatText(${asDatum(emitter, value)}, context.io)`;
  return strictDatum(emitter, expression, value, `${to}.parseText(${text}, -1, context.io)`);
}

/** NULL for NULL, else what `compute` says; converted from a Datum. */
function strictDatum(emitter: Emitter, expression: Expression, value: Value, compute: string): Value {
  const result = emitter.local(value.isNull === 'false' ? compute : `${value.isNull} ? null : ${compute}`);
  return fromDatum(emitter, expression.type, result);
}

function emitCoerceTypmod(emitter: Emitter, expression: CoerceTypmod, value: Value): Value {
  const coerce = emitter.constant(typmodCoercion(expression.type, expression.typmod, expression.explicit));
  return strictDatum(emitter, expression, value, `${coerce}(${asDatum(emitter, value)}, context)`);
}

function emitCoerceArray(emitter: Emitter, expression: CoerceArray, value: Value): Value {
  const { element, type } = expression;
  const elementType = getType(type).elementOid;
  const coerce = emitter.constant((array: Datum, context: EvalContext) =>
    mapArray(array, elementType, (item) => interpret(element, elementEnvironment(context), item)),
  );
  return strictDatum(emitter, expression, value, `${coerce}(${asDatum(emitter, value)}, context)`);
}

/** The element expression of coerce-array sees its element only. */
function elementEnvironment(context: EvalContext): Environment {
  const nothing = (): never => {
    throw new InvariantError('an array element coercion refers to a column');
  };
  return { eval: context, column: nothing, slot: nothing, parameter: nothing };
}

function emitNullTest(emitter: Emitter, expression: NullTest, value: Value): Value {
  const { negated, type } = expression;
  if (getType(expression.arg.type).typeType === 'c' || expression.arg.type === typeOid.record) {
    const test = `h.isNullTest(${asDatum(emitter, value)}, ${String(negated)}) ? 1 : 0`;
    return rawValue('bool', type, emitter.local(test), 'false');
  }
  const test = negated ? `(${value.isNull}) ? 0 : 1` : `(${value.isNull}) ? 1 : 0`;
  return rawValue('bool', type, emitter.local(test), 'false');
}

function emitDistinct(
  emitter: Emitter,
  negated: boolean,
  expression: Extract<Expression, { kind: 'distinct-from' }>,
  recurse: (part: Expression) => Value,
): Value {
  const left = recurse(expression.args[0]);
  const right = recurse(expression.args[1]);
  const equal = emitEquality(emitter, expression, left, right);
  const either = anyNull([left, right]);
  const [same, different] = negated ? ['1', '0'] : ['0', '1'];
  const byValue = `${equal.text} === 1 ? ${same} : ${different}`;
  if (either === 'false') return rawValue('bool', expression.type, emitter.local(byValue), 'false');
  const byNull = `(${left.isNull}) === (${right.isNull}) ? ${same} : ${different}`;
  return rawValue('bool', expression.type, emitter.local(`(${either}) ? (${byNull}) : (${byValue})`), 'false');
}

function emitArray(emitter: Emitter, expression: ArrayConstructor, elements: readonly Value[]): Value {
  const list = elements.map((element) => asDatum(emitter, element)).join(', ');
  const build = `h.buildArray([${list}], ${expression.elementType}, ${String(expression.nested)})`;
  return fromDatum(emitter, expression.type, emitter.local(build), 'false');
}

function emitRow(emitter: Emitter, expression: RowConstructor, fields: readonly Value[]): Value {
  const list = fields.map((field) => asDatum(emitter, field)).join(', ');
  const types = emitter.constant(typesOf(expression.fields));
  const record = emitter.constant(RecordValue);
  return datumValue(expression.type, emitter.local(`new ${record}(${expression.type}, ${types}, [${list}])`), 'false');
}

function emitField(emitter: Emitter, expression: FieldSelect, value: Value): Value {
  const datum = emitter.local(`h.field(${asDatum(emitter, value)}, ${expression.index})`);
  return fromDatum(emitter, expression.type, datum);
}

function emitSubscript(emitter: Emitter, expression: Subscript, recurse: (part: Expression) => Value): Value {
  const array = asDatum(emitter, recurse(expression.arg));
  const bounds = (list: readonly (Expression | undefined)[]): string =>
    list.map((bound) => (bound === undefined ? 'undefined' : asDatum(emitter, recurse(bound)))).join(', ');
  const call = `h.subscriptArray(${array}, ${String(expression.slice)}, [${bounds(expression.lower)}], [${bounds(expression.upper)}])`;
  return fromDatum(emitter, expression.type, emitter.local(call));
}
