/** Functions that make arrays: append, concatenate, remove, replace, fill, trim, and splitting text. */
import type { Oid } from '../../common/ids.ts';
import { SqlError } from '../../common/sql-error.ts';
import { arrayOf, emptyArray } from '../../types/array.ts';
import { dimensionsMax, elementCount, tooManyDimensions } from '../../types/array-text.ts';
import { ArrayValue } from '../../types/datum.ts';
import type { Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import type { FunctionEntry } from '../function.ts';
import { scalar } from '../define.ts';
import { compareOf, sameElement } from './array-access.ts';

/** Appends or prepends one element, keeping the lower bound. */
function extend(array: ArrayValue | null, element: Datum, elementType: Oid, atEnd: boolean): ArrayValue {
  if (array === null || array.lengths.length === 0) return arrayOf(elementType, [element]);
  if (array.lengths.length > 1) throw new SqlError('22000', 'argument must be empty or one-dimensional array');
  const elements = atEnd ? [...array.elements, element] : [element, ...array.elements];
  return new ArrayValue(array.elementType, [elements.length], array.lowerBounds, elements);
}

function incompatible(detail: string): SqlError {
  return new SqlError('2202E', 'cannot concatenate incompatible arrays', { detail });
}

function sameShape(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((length, index) => length === right[index]);
}

/** Arrays of equal depth are joined along the first dimension; one a dimension deeper takes the other in as an element. */
function concatenate(left: ArrayValue, right: ArrayValue): ArrayValue {
  if (right.lengths.length === 0) return left;
  if (left.lengths.length === 0) return right;
  const [a, b] = [left.lengths, right.lengths];
  const elements = [...left.elements, ...right.elements];
  if (a.length === b.length) {
    if (!sameShape(a.slice(1), b.slice(1))) {
      throw incompatible('Arrays with differing element dimensions are not compatible for concatenation.');
    }
    const lengths = [(a[0] as number) + (b[0] as number), ...a.slice(1)];
    return new ArrayValue(left.elementType, lengths, left.lowerBounds, elements);
  }
  if (Math.abs(a.length - b.length) !== 1) {
    throw incompatible(`Arrays of ${a.length} and ${b.length} dimensions are not compatible for concatenation.`);
  }
  const [outer, inner] = a.length > b.length ? [left, right] : [right, left];
  if (!sameShape(outer.lengths.slice(1), inner.lengths)) {
    throw incompatible('Arrays with differing dimensions are not compatible for concatenation.');
  }
  const lengths = [(outer.lengths[0] as number) + 1, ...outer.lengths.slice(1)];
  return new ArrayValue(left.elementType, lengths, outer.lowerBounds, elements);
}

function remove(array: ArrayValue, unwanted: Datum): ArrayValue {
  if (array.lengths.length > 1) {
    throw new SqlError('0A000', 'removing elements from multidimensional arrays is not supported');
  }
  const compare = compareOf(array.elementType);
  const kept = array.elements.filter((element) => !sameElement(compare, element, unwanted));
  if (kept.length === array.elements.length) return array;
  return kept.length === 0
    ? emptyArray(array.elementType)
    : new ArrayValue(array.elementType, [kept.length], array.lowerBounds, kept);
}

function replace(array: ArrayValue, from: Datum, to: Datum): ArrayValue {
  const compare = compareOf(array.elementType);
  const elements = array.elements.map((element) => (sameElement(compare, element, from) ? to : element));
  return new ArrayValue(array.elementType, array.lengths, array.lowerBounds, elements);
}

function subscriptError(detail: string): SqlError {
  return new SqlError('2202E', 'wrong number of array subscripts', { detail });
}

function fill(value: Datum, elementType: Oid, dimensions: Datum, bounds: Datum | undefined): ArrayValue {
  if (dimensions === null || bounds === null) {
    throw new SqlError('22004', 'dimension array or low bound array cannot be null');
  }
  const lengths = fillNumbers(dimensions as ArrayValue, 'Dimension array must be one dimensional.');
  if (lengths.length > dimensionsMax) throw tooManyDimensions(lengths.length);
  const lowers =
    bounds === undefined
      ? lengths.map(() => 1)
      : fillNumbers(bounds as ArrayValue, 'Low bound array must be one dimensional.');
  if (lowers.length !== lengths.length)
    throw subscriptError('Low bound array has different size than dimensions array.');
  if (lengths.some((length) => length < 0)) throw arrayTooLarge();
  const count = elementCount(lengths);
  return count === 0
    ? emptyArray(elementType)
    : new ArrayValue(elementType, lengths, lowers, new Array<Datum>(count).fill(value));
}

function arrayTooLarge(): SqlError {
  return new SqlError('54000', 'array size exceeds the maximum allowed (134217727)');
}

function fillNumbers(array: ArrayValue, detail: string): readonly number[] {
  if (array.lengths.length > 1) throw subscriptError(detail);
  if (array.elements.includes(null)) throw new SqlError('22004', 'dimension values cannot be null');
  return array.elements as readonly number[];
}

/** Cuts the last `count` entries of the first dimension. */
function trim(array: ArrayValue, count: number): ArrayValue {
  const length = array.lengths[0] ?? 0;
  if (count < 0 || count > length) {
    throw new SqlError('2202E', `number of elements to trim must be between 0 and ${length}`);
  }
  const kept = length - count;
  if (kept === 0) return emptyArray(array.elementType);
  const elements = array.elements.slice(0, (array.elements.length / length) * kept);
  const lengths = [kept, ...array.lengths.slice(1)];
  return new ArrayValue(
    array.elementType,
    lengths,
    lengths.map(() => 1),
    elements,
  );
}

/** Fields between separators; NULL separator: characters. A field equal to `nullText` becomes NULL. */
export function splitText(text: string, separator: string | null, nullText: string | null): (string | null)[] {
  const fields =
    text === '' ? [] : separator === '' ? [text] : separator === null ? Array.from(text) : text.split(separator);
  return nullText === null ? fields : fields.map((field) => (field === nullText ? null : field));
}

function splitToArray(args: readonly Datum[]): Datum {
  if (args[0] === null) return null;
  const fields = splitText(args[0] as string, args[1] as string | null, (args[2] as string | undefined) ?? null);
  return arrayOf(typeOid.text, fields);
}

export const arrayBuildingFunctions: readonly FunctionEntry[] = [
  scalar(378, 'array_append(anycompatiblearray, anycompatible) anycompatiblearray nullable', (args, _context, call) =>
    extend(args[0] as ArrayValue | null, args[1] as Datum, call.argTypes[1] as Oid, true),
  ),
  scalar(379, 'array_prepend(anycompatible, anycompatiblearray) anycompatiblearray nullable', (args, _context, call) =>
    extend(args[1] as ArrayValue | null, args[0] as Datum, call.argTypes[0] as Oid, false),
  ),
  scalar(383, 'array_cat(anycompatiblearray, anycompatiblearray) anycompatiblearray nullable', (args) => {
    if (args[0] === null || args[1] === null) return (args[0] ?? args[1]) as Datum;
    return concatenate(args[0] as ArrayValue, args[1] as ArrayValue);
  }),
  scalar(3167, 'array_remove(anycompatiblearray, anycompatible) anycompatiblearray nullable', (args) =>
    args[0] === null ? null : remove(args[0] as ArrayValue, args[1] as Datum),
  ),
  scalar(3168, 'array_replace(anycompatiblearray, anycompatible, anycompatible) anycompatiblearray nullable', (args) =>
    args[0] === null ? null : replace(args[0] as ArrayValue, args[1] as Datum, args[2] as Datum),
  ),
  scalar(1193, 'array_fill(anyelement, int4[]) anyarray nullable', (args, _context, call) =>
    fill(args[0] as Datum, call.argTypes[0] as Oid, args[1] as Datum, undefined),
  ),
  scalar(1286, 'array_fill(anyelement, int4[], int4[]) anyarray nullable', (args, _context, call) =>
    fill(args[0] as Datum, call.argTypes[0] as Oid, args[1] as Datum, args[2] as Datum),
  ),
  scalar(6172, 'trim_array(anyarray, int4) anyarray', (args) => trim(args[0] as ArrayValue, args[1] as number)),
  scalar(394, 'string_to_array(text, text) text[] nullable', splitToArray),
  scalar(376, 'string_to_array(text, text, text) text[] nullable', splitToArray),
];
