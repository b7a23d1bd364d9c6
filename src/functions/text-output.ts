/** The text of a datum, as output functions and casts to text give it. */
import type { Oid } from '../common/ids.ts';
import type { Datum } from '../types/datum.ts';
import { typeOid } from '../types/oids.ts';
import { getType } from '../types/registry.ts';
import { trimBlanks } from '../types/text.ts';
import type { IoContext } from '../types/type-handler.ts';

/** What the type's output function says: `t` for a boolean, a char(n) with its blanks. */
export function outputText(value: Datum, type: Oid, io: IoContext): string {
  return getType(type).formatText(value, io);
}

/** What `value::text` is: unlike the output function, bool casts to true and false, and char(n) loses its blanks. */
export function castToText(value: Datum, type: Oid, io: IoContext): string {
  if (type === typeOid.bool) return value === true ? 'true' : 'false';
  if (type === typeOid.bpchar) return trimBlanks(value as string);
  return outputText(value, type, io);
}
