/**
 * Evaluates an expression for one row, Datum by Datum: three-valued logic, lazy AND / OR / CASE / COALESCE, strict calls.
 * The planner folds constants with it, the executor evaluates limits and index bounds with it and runs expressions that
 * are not worth compiling, and tests hold the compiler to it. Written for clarity; compile.ts is for speed.
 */
import { InvariantError, unreachable } from '../common/assert.ts';
import type { Oid } from '../common/ids.ts';
import { RecordValue } from '../types/datum.ts';
import type { Datum } from '../types/datum.ts';
import { typeOid } from '../types/oids.ts';
import { getType } from '../types/registry.ts';
import type { EvalContext } from '../functions/eval-context.ts';
import type { CallTypes, Kernel } from '../functions/function.ts';
import { getFunction } from '../functions/registry.ts';
import { buildArray, compareWithArray, mapArray, subscriptArray } from './array-values.ts';
import { compareRows } from './row-values.ts';
import { typmodCoercion } from './typmod.ts';
import type {
  ArrayComparison,
  Call,
  Case,
  CoerceViaIo,
  ColumnId,
  DistinctFrom,
  Expression,
  Logical,
  MinMax,
  NullIf,
  SlotId,
  Subscript,
} from './expression.ts';

/** Where the leaves of an expression get their values. */
export interface Environment {
  readonly eval: EvalContext;
  column(id: ColumnId): Datum;
  slot(id: SlotId): Datum;
  /** From 0. */
  parameter(index: number): Datum;
}

/** `caseOperand` is the value of the innermost CASE operand or array element. */
export function interpret(expression: Expression, environment: Environment, caseOperand: Datum = null): Datum {
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'parameter':
      return environment.parameter(expression.index);
    case 'column':
      return environment.column(expression.column);
    case 'slot':
      return environment.slot(expression.slot);
    case 'case-operand':
      return caseOperand;
    case 'call':
      return interpretCall(expression, environment, caseOperand);
    case 'relabel':
      return relabel(interpret(expression.arg, environment, caseOperand), expression.arg.type, expression.type);
    case 'coerce-io':
      return coerceViaIo(expression, interpret(expression.arg, environment, caseOperand), environment.eval);
    case 'coerce-array': {
      const array = interpret(expression.arg, environment, caseOperand);
      const elementType = getType(expression.type).elementOid;
      return mapArray(array, elementType, (element) => interpret(expression.element, environment, element));
    }
    case 'coerce-typmod': {
      const value = interpret(expression.arg, environment, caseOperand);
      if (value === null) return null;
      return typmodCoercion(expression.type, expression.typmod, expression.explicit)(value, environment.eval);
    }
    case 'and':
    case 'or':
      return interpretLogical(expression, environment, caseOperand);
    case 'not': {
      const value = interpret(expression.arg, environment, caseOperand);
      return value === null ? null : value !== true;
    }
    case 'null-test':
      return isNullTest(interpret(expression.arg, environment, caseOperand), expression.negated);
    case 'boolean-test': {
      const value = interpret(expression.arg, environment, caseOperand);
      const wanted = expression.test === 'unknown' ? null : expression.test === 'true';
      return (value === wanted) !== expression.negated;
    }
    case 'case':
      return interpretCase(expression, environment, caseOperand);
    case 'coalesce':
      for (const arg of expression.args) {
        const value = interpret(arg, environment, caseOperand);
        if (value !== null) return value;
      }
      return null;
    case 'greatest':
    case 'least':
      return interpretMinMax(expression, environment, caseOperand);
    case 'nullif':
      return interpretNullIf(expression, environment, caseOperand);
    case 'distinct-from':
      return interpretDistinct(expression, environment, caseOperand);
    case 'array-comparison':
      return interpretArrayComparison(expression, environment, caseOperand);
    case 'array': {
      const elements = expression.elements.map((element) => interpret(element, environment, caseOperand));
      return buildArray(elements, expression.elementType, expression.nested);
    }
    case 'row': {
      const fields = expression.fields.map((field) => interpret(field, environment, caseOperand));
      return new RecordValue(expression.type, typesOf(expression.fields), fields);
    }
    case 'row-comparison':
      return compareRows(
        expression,
        (side, index) => interpret(side[index] as Expression, environment, caseOperand),
        environment.eval,
      );
    case 'field': {
      const record = interpret(expression.arg, environment, caseOperand) as RecordValue | null;
      return record?.fields[expression.index] ?? null;
    }
    case 'subscript':
      return interpretSubscript(expression, environment, caseOperand);
    case 'subquery':
    case 'aggregate':
      throw new InvariantError(`a planned expression still contains a ${expression.kind}`);
    default:
      return unreachable(expression, 'expression');
  }
}

export function typesOf(expressions: readonly Expression[]): Oid[] {
  return expressions.map((expression) => expression.type);
}

/** Types of a call's arguments and result; lists the arguments only when a polymorphic function asks. */
export class LazyCallTypes implements CallTypes {
  readonly resultType: Oid;
  readonly variadicArray: boolean;
  readonly #args: readonly Expression[];
  #argTypes: readonly Oid[] | undefined = undefined;

  constructor(args: readonly Expression[], resultType: Oid, variadicArray: boolean = false) {
    this.#args = args;
    this.resultType = resultType;
    this.variadicArray = variadicArray;
  }

  get argTypes(): readonly Oid[] {
    return (this.#argTypes ??= typesOf(this.#args));
  }
}

export function scalarKernel(functionOid: Oid): Kernel {
  const { implementation, name } = getFunction(functionOid);
  if (implementation.kind !== 'scalar') throw new InvariantError(`${name} is not a scalar function`);
  return implementation.kernel;
}

function interpretCall(call: Call, environment: Environment, caseOperand: Datum): Datum {
  const args = call.args.map((arg) => interpret(arg, environment, caseOperand));
  if (getFunction(call.function).strict && args.includes(null)) return null;
  const types = new LazyCallTypes(call.args, call.type, call.variadicArray);
  return scalarKernel(call.function)(args, environment.eval, types);
}

/** Binary-coercible types share their Datum form, but int4 and the unsigned 32-bit types differ in sign. */
export function relabel(value: Datum, source: Oid, target: Oid): Datum {
  if (typeof value !== 'number' || source === target) return value;
  const sourceKind = getType(source).vectorKind;
  const targetKind = getType(target).vectorKind;
  if (sourceKind === 'int32' && targetKind === 'int64') return value >>> 0;
  return sourceKind === 'int64' && targetKind === 'int32' ? value | 0 : value;
}

function coerceViaIo(expression: CoerceViaIo, value: Datum, context: EvalContext): Datum {
  if (value === null) return null;
  const text = getType(expression.arg.type).formatText(value, context.io);
  return getType(expression.type).parseText(text, -1, context.io);
}

/** AND and OR stop at the first operand that decides; otherwise NULL if any was. */
function interpretLogical(expression: Logical, environment: Environment, caseOperand: Datum): Datum {
  const decisive = expression.kind === 'or';
  let result: Datum = !decisive;
  for (const arg of expression.args) {
    const value = interpret(arg, environment, caseOperand);
    if (value === decisive) return decisive;
    if (value === null) result = null;
  }
  return result;
}

/** A row is NULL when all its fields are, and NOT NULL when none is: neither may be true. */
export function isNullTest(value: Datum, negated: boolean): boolean {
  if (value instanceof RecordValue) return value.fields.every((field) => (field === null) !== negated);
  return (value === null) !== negated;
}

function interpretCase(expression: Case, environment: Environment, outerOperand: Datum): Datum {
  const { operand } = expression;
  const caseOperand = operand === undefined ? outerOperand : interpret(operand, environment, outerOperand);
  for (const branch of expression.branches) {
    if (interpret(branch.when, environment, caseOperand) === true) {
      return interpret(branch.then, environment, caseOperand);
    }
  }
  return interpret(expression.otherwise, environment, caseOperand);
}

function interpretMinMax(expression: MinMax, environment: Environment, caseOperand: Datum): Datum {
  const { compare } = getType(expression.type);
  if (compare === undefined) throw new InvariantError(`type ${expression.type} has no order`);
  let best: Datum = null;
  for (const arg of expression.args) {
    const value = interpret(arg, environment, caseOperand);
    if (value === null) continue;
    const order = best === null ? 0 : compare(value, best);
    if (best === null || (expression.kind === 'greatest' ? order > 0 : order < 0)) best = value;
  }
  return best;
}

function interpretNullIf(expression: NullIf, environment: Environment, caseOperand: Datum): Datum {
  const left = interpret(expression.args[0], environment, caseOperand);
  const right = interpret(expression.args[1], environment, caseOperand);
  if (left === null || right === null) return left;
  const equal = scalarKernel(expression.function);
  return equal([left, right], environment.eval, new LazyCallTypes(expression.args, typeOid.bool)) === true
    ? null
    : left;
}

function interpretDistinct(expression: DistinctFrom, environment: Environment, caseOperand: Datum): Datum {
  const left = interpret(expression.args[0], environment, caseOperand);
  const right = interpret(expression.args[1], environment, caseOperand);
  if (left === null || right === null) return (left !== right) !== expression.negated;
  const equal = scalarKernel(expression.function);
  const same = equal([left, right], environment.eval, new LazyCallTypes(expression.args, typeOid.bool)) === true;
  return same === expression.negated;
}

function interpretArrayComparison(expression: ArrayComparison, environment: Environment, caseOperand: Datum): Datum {
  const left = interpret(expression.left, environment, caseOperand);
  const array = interpret(expression.right, environment, caseOperand);
  const types = {
    argTypes: [expression.left.type, getType(expression.right.type).elementOid],
    resultType: typeOid.bool,
  };
  return compareWithArray(scalarKernel(expression.function), expression.all, left, array, environment.eval, types);
}

function interpretSubscript(expression: Subscript, environment: Environment, caseOperand: Datum): Datum {
  const array = interpret(expression.arg, environment, caseOperand);
  const evaluate = (bound: Expression | undefined): Datum | undefined =>
    bound === undefined ? undefined : interpret(bound, environment, caseOperand);
  return subscriptArray(array, expression.slice, expression.lower.map(evaluate), expression.upper.map(evaluate));
}
