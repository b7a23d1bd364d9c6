/** left op ANY | ALL (array): set membership for equality with an array that is the same for all rows, else a loop of calls. */
import { InvariantError } from '../../common/assert.ts';
import type { Oid } from '../../common/ids.ts';
import { typeOid } from '../../types/oids.ts';
import { getType } from '../../types/registry.ts';
import { scalarKernel } from '../../algebra/interpret.ts';
import type { ArrayComparison } from '../../algebra/expression.ts';
import { MatcherCache } from './array-matcher.ts';
import { findComparison } from './comparison-functions.ts';
import { isBytewise } from './emit-bytes.ts';
import { asBytes, asDatum, fromDatum } from './emit-convert.ts';
import type { Emit, Emitter } from './emitter.ts';
import { isNumber, rawValue } from './value.ts';
import type { Value } from './value.ts';

export function emitArrayComparison(emitter: Emitter, expression: ArrayComparison, recurse: Emit): Value {
  const left = recurse(expression.left);
  const membership = emitMembership(emitter, expression, left);
  if (membership !== undefined) return membership;
  const elementType = getType(expression.right.type).elementOid;
  const kernel = emitter.constant(scalarKernel(expression.function));
  const types = emitter.constant({ argTypes: [expression.left.type, elementType], resultType: typeOid.bool });
  const array = asDatum(emitter, recurse(expression.right));
  const call = `h.compareWithArray(${kernel}, ${String(expression.all)}, ${asDatum(emitter, left)}, ${array}, context, ${types})`;
  return fromDatum(emitter, typeOid.bool, emitter.local(call));
}

/** = ANY and <> ALL over a constant or parameter; the latter is the negation of the former. */
function emitMembership(emitter: Emitter, expression: ArrayComparison, left: Value): Value | undefined {
  const comparison = findComparison(expression.function);
  if (comparison?.sign !== (expression.all ? '<>' : '=')) return undefined;
  const { right } = expression;
  if (right.kind !== 'constant' && right.kind !== 'parameter' && right.kind !== 'slot') return undefined;
  const elementType = getType(right.type).elementOid;
  if (elementType === 0) throw new InvariantError('ANY over a value that is no array');
  const bytewise = isBytewise(comparison.left) && isBytewise(comparison.right);
  if (!bytewise && !(isNumber(left) && comparesAsNumbers(comparison.left, comparison.right))) return undefined;
  const array = right.kind === 'constant' ? emitter.constantValue(right) : emitter.parameter(right);
  const datum = asDatum(emitter, array);
  const cache = emitter.constant(new MatcherCache(getType(elementType)));
  const matcher = emitter.hoist(`${cache}.for(${datum})`);
  const bytes = bytewise ? asBytes(emitter, left) : left;
  const value = bytewise ? `${bytes.text}, ${bytes.offset}, ${bytes.length}` : left.text;
  const found = emitter.local(`(${left.isNull}) ? false : ${matcher}.has(${value})`);
  const unknown = `${datum} === null || !${matcher}.isEmpty && ((${left.isNull}) || !${found} && ${matcher}.hasNull)`;
  const isNull = emitter.local(unknown);
  return rawValue('bool', typeOid.bool, emitter.local(`${found} ? ${expression.all ? '0 : 1' : '1 : 0'}`), isNull);
}

const integers: readonly Oid[] = [typeOid.int2, typeOid.int4, typeOid.int8];
const floats: readonly Oid[] = [typeOid.float4, typeOid.float8];

/** Whether equal values are equal JS numbers. Not so for a date and a timestamp. */
function comparesAsNumbers(left: Oid, right: Oid): boolean {
  if (left === right) return isNumberKind(left);
  return [integers, floats].some((family) => family.includes(left) && family.includes(right));
}

function isNumberKind(type: Oid): boolean {
  const kind = getType(type).vectorKind;
  return kind !== 'bytes' && kind !== 'numeric';
}
