/**
 * Function calls, in order of preference: comparisons of byte ranges, numeric arithmetic on digits, the function's own inline
 * code, and for everything else its kernel on Datums with a reused argument array.
 */
import { InvariantError } from '../../common/assert.ts';
import type { Oid } from '../../common/ids.ts';
import { typeOid } from '../../types/oids.ts';
import type { CallTypes, FunctionEntry, ScalarImplementation } from '../../functions/function.ts';
import { getFunction } from '../../functions/registry.ts';
import { typesOf } from '../../algebra/interpret.ts';
import type { Call, DistinctFrom, Expression, NullIf } from '../../algebra/expression.ts';
import { emitBytesComparison } from './emit-bytes.ts';
import { asDatum, fromDatum, guarded, nonNullDatum } from './emit-convert.ts';
import { emitLike } from './emit-like.ts';
import { emitNumericCall } from './emit-numeric.ts';
import type { Emit, Emitter } from './emitter.ts';
import { anyNull, nullValue, rawValue, representationOf } from './value.ts';
import type { Value } from './value.ts';

export function emitCall(emitter: Emitter, call: Call, recurse: Emit): Value {
  const like = emitLike(emitter, call, recurse);
  if (like !== undefined) return like;
  return emitApplication(emitter, call.function, call.args.map(recurse), call.args, call.type, call.variadicArray);
}

/** The equality behind NULLIF and IS DISTINCT FROM. */
export function emitEquality(emitter: Emitter, expression: NullIf | DistinctFrom, left: Value, right: Value): Value {
  return emitApplication(emitter, expression.function, [left, right], expression.args, typeOid.bool);
}

/** Applies a function to values already computed; `args` only tells their types. */
export function emitApplication(
  emitter: Emitter,
  functionOid: Oid,
  values: readonly Value[],
  args: readonly Expression[],
  resultType: Oid,
  variadicArray: boolean = false,
): Value {
  const entry = getFunction(functionOid);
  const { implementation } = entry;
  if (implementation.kind !== 'scalar') throw new InvariantError(`${entry.name} is not a scalar function`);
  if (entry.strict && values.some((value) => value.isNull === 'true')) return nullValue(resultType);
  return (
    emitBytesComparison(emitter, functionOid, values) ??
    emitNumericCall(emitter, functionOid, values, resultType) ??
    emitInline(emitter, entry, implementation, values, resultType) ??
    emitKernel(emitter, entry, implementation, values, args, { argTypes: typesOf(args), resultType, variadicArray })
  );
}

/** The function's own source, when all values are raw numbers. */
function emitInline(
  emitter: Emitter,
  entry: FunctionEntry,
  { inline }: ScalarImplementation,
  values: readonly Value[],
  resultType: Oid,
): Value | undefined {
  if (inline === undefined || !entry.strict) return undefined;
  const rep = representationOf(resultType, emitter.exact);
  if (rep === 'datum' || rep === 'bytes' || rep === 'numeric') return undefined;
  const usable = values.every(
    (value, index) => value.rep === representationOf(entry.argTypes[index] as Oid, emitter.exact) && isScalarRep(value),
  );
  if (!usable) return undefined;
  const text = inline(values.map((value) => value.text));
  return rawValue(rep, resultType, guarded(emitter, values, text), anyNull(values));
}

function isScalarRep(value: Value): boolean {
  return value.rep !== 'datum' && value.rep !== 'bytes' && value.rep !== 'numeric';
}

function emitKernel(
  emitter: Emitter,
  entry: FunctionEntry,
  { kernel }: ScalarImplementation,
  values: readonly Value[],
  args: readonly Expression[],
  callTypes: CallTypes,
): Value {
  const list = emitter.constant(args.map(() => null));
  const types = emitter.constant(callTypes);
  const isNull = entry.strict ? anyNull(values) : 'false';
  const result = emitter.name('y');
  const { lines } = emitter.block(() => {
    values.forEach((value, index) => {
      const datum = entry.strict ? nonNullDatum(emitter, value) : asDatum(emitter, value);
      emitter.line(`${list}[${index}] = ${datum};`);
    });
    emitter.line(`${result} = ${emitter.constant(kernel)}(${list}, context, ${types});`);
  });
  emitter.line(`let ${result} = null;`);
  emitter.append(isNull === 'false' ? '' : `if (!(${isNull}))`, lines);
  return fromDatum(emitter, callTypes.resultType, result);
}
