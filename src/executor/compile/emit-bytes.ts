/** Comparisons of text, bytea, uuid, char(n) … on their stored bytes, without making a string. */
import type { Oid } from '../../common/ids.ts';
import { typeOid } from '../../types/oids.ts';
import { getType } from '../../types/registry.ts';
import { findComparison } from './comparison-functions.ts';
import type { ComparisonSign } from './comparison-functions.ts';
import { asBytes } from './emit-convert.ts';
import type { Emitter } from './emitter.ts';
import { anyNull, rawValue } from './value.ts';
import type { Value } from './value.ts';

/** undefined when the function is no such comparison or no operand is in bytes already. */
export function emitBytesComparison(emitter: Emitter, functionOid: Oid, values: readonly Value[]): Value | undefined {
  const comparison = findComparison(functionOid);
  if (comparison === undefined) return undefined;
  const padded = comparison.left === typeOid.bpchar && comparison.right === typeOid.bpchar;
  if (!padded && !(isBytewise(comparison.left) && isBytewise(comparison.right))) return undefined;
  if (!values.some((value) => value.rep === 'bytes' && value.datum === undefined)) return undefined;
  const [left, right] = values.map((value) => asBytes(emitter, value)) as [Value, Value];
  const text = padded
    ? compareTexts(comparison.sign, trimmed(emitter, left), trimmed(emitter, right))
    : compareTexts(comparison.sign, left, right);
  return rawValue('bool', typeOid.bool, emitter.local(text), anyNull(values));
}

/** Whether stored values of the type compare as bytes and are equal iff their bytes are. */
export function isBytewise(type: Oid): boolean {
  const handler = getType(type);
  return handler.vectorKind === 'bytes' && handler.bytewise;
}

function trimmed(emitter: Emitter, value: Value): Value {
  return { ...value, length: emitter.local(`h.trimmedLength(${value.text}, ${value.offset}, ${value.length})`) };
}

/** Source that is 1 or 0. NULL operands have length 0, so it never throws. */
function compareTexts(sign: ComparisonSign, left: Value, right: Value): string {
  const equal = `(${left.length} === ${right.length} ? h.equalBytes(${left.text}, ${left.offset}, ${right.text}, ${right.offset}, ${left.length}) : 0)`;
  if (sign === '=') return equal;
  if (sign === '<>') return `1 - ${equal}`;
  const order = `h.compareBytes(${left.text}, ${left.offset}, ${left.length}, ${right.text}, ${right.offset}, ${right.length})`;
  return `${order} ${sign} 0 ? 1 : 0`;
}
