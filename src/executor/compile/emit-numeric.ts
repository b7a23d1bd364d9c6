/**
 * numeric on unscaled digits: +, -, *, comparisons and the casts between numeric and the number types. A vector has one scale,
 * so scales and the factors that align them are computed once per batch; a product of digits that leaves the safe integers throws
 * `notNarrow` and the batch is done again exactly.
 */
import type { Oid } from '../../common/ids.ts';
import { typeOid } from '../../types/oids.ts';
import { findComparison } from './comparison-functions.ts';
import { guarded } from './emit-convert.ts';
import type { Emitter } from './emitter.ts';
import { anyNull, rawValue } from './value.ts';
import type { Value } from './value.ts';

const functions = {
  add: 1724,
  subtract: 1725,
  multiply: 1726,
  negate: 1771,
  fromInt4: 1740,
  fromInt8: 1781,
  fromInt2: 1782,
  toFloat8: 1746,
} as const;

/** undefined: not one of these, or an operand is a Datum. */
export function emitNumericCall(
  emitter: Emitter,
  functionOid: Oid,
  values: readonly Value[],
  resultType: Oid,
): Value | undefined {
  if (emitter.exact) return undefined;
  const first = values[0];
  if (first === undefined) return undefined;
  if (isIntegerCast(functionOid)) {
    const isInteger = first.rep === 'int32' || first.rep === 'int64';
    return isInteger ? rawValue('numeric', resultType, first.text, first.isNull, '0') : undefined;
  }
  if (!values.every((value) => value.rep === 'numeric')) return undefined;
  switch (functionOid) {
    case functions.add:
      return emitSum(emitter, values as [Value, Value], '+', resultType);
    case functions.subtract:
      return emitSum(emitter, values as [Value, Value], '-', resultType);
    case functions.multiply:
      return emitProduct(emitter, values as [Value, Value], resultType);
    case functions.negate:
      return rawValue('numeric', resultType, emitter.local(`0 - ${first.text}`), first.isNull, first.scale);
    case functions.toFloat8: {
      const divisor = emitter.hoist(`h.powerOfTen(${first.scale})`);
      return rawValue('float64', resultType, emitter.local(`${first.text} / ${divisor}`), first.isNull);
    }
    default:
      return emitComparison(emitter, functionOid, values);
  }
}

function isIntegerCast(functionOid: Oid): boolean {
  return functionOid === functions.fromInt2 || functionOid === functions.fromInt4 || functionOid === functions.fromInt8;
}

function isLiteral(scale: string): boolean {
  return /^\d+$/.test(scale);
}

/** Both operands at the larger scale. */
function align(emitter: Emitter, [left, right]: readonly [Value, Value]): { texts: [string, string]; scale: string } {
  if (left.scale === right.scale) return { texts: [left.text, right.text], scale: left.scale };
  const literal = isLiteral(left.scale) && isLiteral(right.scale);
  const scale = literal
    ? String(Math.max(Number(left.scale), Number(right.scale)))
    : emitter.hoist(`Math.max(${left.scale}, ${right.scale})`);
  const scaled = (value: Value): string => {
    if (value.scale === scale) return value.text;
    return `r.safe(${value.text} * ${emitter.hoist(`h.powerOfTen(${scale} - ${value.scale})`)})`;
  };
  return { texts: [scaled(left), scaled(right)], scale };
}

function emitSum(emitter: Emitter, values: readonly [Value, Value], sign: '+' | '-', type: Oid): Value {
  const { texts, scale } = align(emitter, values);
  const text = guarded(emitter, values, `r.safe(${texts[0]} ${sign} ${texts[1]})`);
  return rawValue('numeric', type, text, anyNull(values), scale);
}

function emitProduct(emitter: Emitter, values: readonly [Value, Value], type: Oid): Value {
  const [left, right] = values;
  const scale =
    isLiteral(left.scale) && isLiteral(right.scale)
      ? String(Number(left.scale) + Number(right.scale))
      : emitter.hoist(`${left.scale} + ${right.scale}`);
  const text = guarded(emitter, values, `r.safe(${left.text} * ${right.text})`);
  return rawValue('numeric', type, text, anyNull(values), scale);
}

function emitComparison(emitter: Emitter, functionOid: Oid, values: readonly Value[]): Value | undefined {
  const comparison = findComparison(functionOid);
  if (comparison === undefined || values.length !== 2) return undefined;
  const { texts } = align(emitter, values as [Value, Value]);
  const operator = { '=': '===', '<>': '!==', '<': '<', '<=': '<=', '>': '>', '>=': '>=' }[comparison.sign];
  const text = guarded(emitter, values, `(${texts[0]} ${operator} ${texts[1]} ? 1 : 0)`);
  return rawValue('bool', typeOid.bool, text, anyNull(values));
}
