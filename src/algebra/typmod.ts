/**
 * Length coercion: varchar(n), char(n), numeric(p, s), timestamp(p) …. As in PostgreSQL it is the cast of a type to itself:
 * a function of (value, typmod [, explicit]). Arrays are coerced element by element.
 */
import type { Oid } from '../common/ids.ts';
import type { Datum } from '../types/datum.ts';
import { typeOid } from '../types/oids.ts';
import { getType } from '../types/registry.ts';
import { casts } from '../functions/casts.ts';
import type { EvalContext } from '../functions/eval-context.ts';
import { getFunction } from '../functions/registry.ts';
import { mapArray } from './array-values.ts';

/** Never called with NULL. */
export type TypmodCoercion = (value: Datum, context: EvalContext) => Datum;

const identity: TypmodCoercion = (value) => value;

export function typmodCoercion(type: Oid, typmod: number, explicit: boolean): TypmodCoercion {
  if (typmod < 0) return identity;
  const { elementOid } = getType(type);
  if (elementOid !== 0) return elementwise(typmodCoercion(elementOid, typmod, explicit), elementOid);
  const functionOid = lengthFunctions.get(type);
  if (functionOid === undefined) return identity;
  const entry = getFunction(functionOid);
  if (entry.implementation.kind !== 'scalar') return identity;
  const { kernel } = entry.implementation;
  const more: readonly Datum[] = entry.argTypes.length === 3 ? [typmod, explicit] : [typmod];
  const call = { argTypes: [type, typeOid.int4, typeOid.bool], resultType: type };
  return (value, context) => kernel([value, ...more], context, call);
}

const lengthFunctions: ReadonlyMap<Oid, Oid> = new Map(
  casts.filter((cast) => cast.source === cast.target).map((cast) => [cast.source, cast.functionOid]),
);

function elementwise(coercion: TypmodCoercion, elementType: Oid): TypmodCoercion {
  if (coercion === identity) return identity;
  return (value, context) =>
    mapArray(value, elementType, (element) => (element === null ? null : coercion(element, context)));
}
