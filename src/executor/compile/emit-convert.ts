/** Between raw values and Datums in generated code. */
import { getType } from '../../types/registry.ts';
import type { Emitter } from './emitter.ts';
import { anyNull, bytesValue, datumValue, rawValue, representationOf } from './value.ts';
import type { Value } from './value.ts';

/** Source of the Datum of a value, null included. */
export function asDatum(emitter: Emitter, value: Value): string {
  if (value.datum !== undefined) return value.datum;
  if (value.isNull === 'true') return 'null';
  const text = nonNullDatum(emitter, value);
  return value.isNull === 'false' ? text : emitter.local(`(${value.isNull}) ? null : ${text}`);
}

/** Source of the Datum of a value known not to be NULL at this point. */
export function nonNullDatum(emitter: Emitter, value: Value): string {
  switch (value.rep) {
    case 'datum':
      return value.text;
    case 'bool':
      return `(${value.text} === 1)`;
    case 'int32':
    case 'float64':
    case 'int64':
      return value.text;
    case 'numeric':
      return `new h.Numeric(${value.text}, ${value.scale})`;
    case 'bytes': {
      const handler = emitter.constant(getType(value.type));
      return `${handler}.decode(${value.text}, ${value.offset}, ${value.length})`;
    }
  }
}

/**
 * A Datum (a name) as a value of the type: raw where that costs nothing, so that only numeric and bytes stay Datums.
 * `isNull` may say more than the Datum itself shows.
 */
export function fromDatum(emitter: Emitter, type: number, datum: string, isNull: string = `${datum} === null`): Value {
  const rep = representationOf(type, emitter.exact);
  switch (rep) {
    case 'bool':
      return { ...rawValue(rep, type, emitter.local(`${datum} === true ? 1 : 0`), isNull), datum };
    case 'int32':
    case 'float64':
      return { ...rawValue(rep, type, datum, isNull), datum };
    case 'int64':
      return { ...rawValue(rep, type, emitter.local(`h.narrowInt64(${datum})`), isNull), datum };
    default:
      return datumValue(type, datum, isNull);
  }
}

/** A value as a byte range in stored form; Datums are encoded into a scratch buffer of this place in the code. */
export function asBytes(emitter: Emitter, value: Value): Value {
  if (value.rep === 'bytes') return value;
  const handler = emitter.constant(getType(value.type));
  const scratch = emitter.hoist('new h.Scratch()');
  const encode = `${scratch}.encode(${handler}, ${value.text})`;
  const length = emitter.local(value.isNull === 'false' ? encode : `(${value.isNull}) ? 0 : ${encode}`);
  return bytesValue(value.type, emitter.local(`${scratch}.writer.bytes`), '0', length, value.isNull);
}

/** A text that may throw (it calls the runtime) is computed only where no argument is NULL. */
export function guarded(emitter: Emitter, values: readonly Value[], text: string): string {
  const isNull = anyNull(values);
  const harmless = isNull === 'false' || !/\b[rh]\./.test(text);
  return emitter.local(harmless ? text : `(${isNull}) ? 0 : ${text}`);
}
