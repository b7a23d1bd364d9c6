/**
 * How generated code holds the value of an expression: as JavaScript source texts. A representation is either raw (the bare
 * number or byte range of a vector slot) or a Datum. int64 and numeric are raw in *narrow* code only; in *exact* code, which
 * runs when a batch or an intermediate result leaves the safe integers, they are Datums.
 *
 *   rep                          text              other fields
 *   bool int32 float64 int64     a JS number
 *   numeric                      unscaled digits   scale: the same for all rows of the batch
 *   bytes                        a Uint8Array      offset, length
 *   datum                        a Datum           null itself when NULL
 */
import type { Oid } from '../../common/ids.ts';
import { getType } from '../../types/registry.ts';
import type { VectorKind } from '../../types/vector.ts';

export type Representation = VectorKind | 'datum';

export interface Value {
  readonly rep: Representation;
  readonly type: Oid;
  readonly text: string;
  readonly offset: string;
  readonly length: string;
  readonly scale: string;
  /** A JS boolean: `false` when it never is NULL, `true` when it always is. */
  readonly isNull: string;
  /** Source of the Datum where it is at hand without conversion (constants, parameters). */
  readonly datum: string | undefined;
}

export function rawValue(rep: Representation, type: Oid, text: string, isNull: string, scale: string = ''): Value {
  return { rep, type, text, offset: '', length: '', scale, isNull, datum: undefined };
}

export function bytesValue(type: Oid, data: string, offset: string, length: string, isNull: string): Value {
  return { rep: 'bytes', type, text: data, offset, length, scale: '', isNull, datum: undefined };
}

/** `text` must be a name or a literal: it is used more than once. */
export function datumValue(type: Oid, text: string, isNull: string = `${text} === null`): Value {
  return { rep: 'datum', type, text, offset: '', length: '', scale: '', isNull, datum: text };
}

export const nullValue = (type: Oid): Value => datumValue(type, 'null', 'true');

/** The representation of a vector's values. */
export function representationOf(type: Oid, exact: boolean): Representation {
  const kind = getType(type).vectorKind;
  return exact && (kind === 'int64' || kind === 'numeric') ? 'datum' : kind;
}

export function isNumber(value: Value): boolean {
  const { rep } = value;
  return rep === 'bool' || rep === 'int32' || rep === 'float64' || rep === 'int64';
}

export function anyNull(values: readonly Value[]): string {
  const tests = new Set(values.map((value) => value.isNull));
  tests.delete('false');
  if (tests.has('true')) return 'true';
  return tests.size === 0 ? 'false' : [...tests].map((test) => (isName(test) ? test : `(${test})`)).join(' || ');
}

function isName(text: string): boolean {
  return /^\w+$/.test(text);
}
