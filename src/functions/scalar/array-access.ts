/** Questions about arrays, and their comparison and containment operators. */
import type { Oid } from '../../common/ids.ts';
import { SqlError } from '../../common/sql-error.ts';
import { arrayOf } from '../../types/array.ts';
import type { ArrayValue, Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import { findType, getType } from '../../types/registry.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';
import { outputText } from '../text-output.ts';
import type { IoContext } from '../../types/type-handler.ts';
import type { CallTypes } from '../function.ts';
import type { Comparison } from './comparison.ts';
import { comparisons } from './comparison.ts';

export type Compare = (left: Datum, right: Datum) => number;

/** The order of a type; throws 42883 if it has none. */
export function compareOf(type: Oid): Compare {
  const compare = findType(type)?.compare;
  if (compare !== undefined) return compare;
  throw new SqlError('42883', `could not identify a comparison function for type ${getType(type).sqlName}`);
}

/** Equality of two elements, NULLs equal: as array_remove and array_position see it. */
export function sameElement(compare: Compare, left: Datum, right: Datum): boolean {
  if (left === null || right === null) return left === right;
  return compare(left, right) === 0;
}

function compareArrays(args: readonly Datum[], call: CallTypes): number {
  return compareOf(call.argTypes[0] as Oid)(args[0] as Datum, args[1] as Datum);
}

const comparison: Comparison = {
  kernels: [
    (args, _context, call) => compareArrays(args, call) === 0,
    (args, _context, call) => compareArrays(args, call) !== 0,
    (args, _context, call) => compareArrays(args, call) < 0,
    (args, _context, call) => compareArrays(args, call) <= 0,
    (args, _context, call) => compareArrays(args, call) > 0,
    (args, _context, call) => compareArrays(args, call) >= 0,
    (args, _context, call) => Math.sign(compareArrays(args, call)),
  ],
};

/** Containment ignores shape and duplicates; NULL is contained in nothing. */
function contains(outer: ArrayValue, inner: ArrayValue): boolean {
  if (inner.elements.length === 0) return true;
  const compare = compareOf(inner.elementType);
  return inner.elements.every((wanted) => wanted !== null && hasElement(outer, wanted, compare));
}

function overlaps(left: ArrayValue, right: ArrayValue): boolean {
  if (left.elements.length === 0 || right.elements.length === 0) return false;
  const compare = compareOf(left.elementType);
  return left.elements.some((element) => element !== null && hasElement(right, element, compare));
}

function hasElement(array: ArrayValue, wanted: Datum, compare: Compare): boolean {
  return array.elements.some((element) => element !== null && compare(element, wanted) === 0);
}

/** Length or lower bound of a dimension, numbered from 1; undefined if the array has no such dimension. */
function dimension(args: readonly Datum[]): { length: number; lower: number } | undefined {
  const array = args[0] as ArrayValue;
  const index = (args[1] as number) - 1;
  const length = array.lengths[index];
  return length === undefined ? undefined : { length, lower: array.lowerBounds[index] as number };
}

function dimensionsText(array: ArrayValue): string | null {
  if (array.lengths.length === 0) return null;
  return array.lengths
    .map((length, index) => {
      const lower = array.lowerBounds[index] as number;
      return `[${lower}:${lower + length - 1}]`;
    })
    .join('');
}

/** NULL elements are left out, or shown as `nullText`. */
function joinElements(array: ArrayValue, separator: string, nullText: string | null, io: IoContext): string {
  const texts: string[] = [];
  for (const element of array.elements) {
    if (element !== null) texts.push(outputText(element, array.elementType, io));
    else if (nullText !== null) texts.push(nullText);
  }
  return texts.join(separator);
}

const containment = (test: (left: ArrayValue, right: ArrayValue) => boolean): Kernel => {
  return (args) => test(args[0] as ArrayValue, args[1] as ArrayValue);
};

function checkSearchable(array: ArrayValue): void {
  if (array.lengths.length > 1) {
    throw new SqlError('0A000', 'searching for elements in multidimensional arrays is not supported');
  }
}

/** Subscript of the first equal element at or after `start`; NULL is found too. */
function positionIn(array: ArrayValue, wanted: Datum, start: number): number | null {
  checkSearchable(array);
  const compare = compareOf(array.elementType);
  const lower = array.lowerBounds[0] ?? 1;
  for (let i = Math.max(start - lower, 0); i < array.elements.length; i++) {
    if (sameElement(compare, array.elements[i] as Datum, wanted)) return lower + i;
  }
  return null;
}

function positionsIn(array: ArrayValue, wanted: Datum): ArrayValue {
  checkSearchable(array);
  const compare = compareOf(array.elementType);
  const lower = array.lowerBounds[0] ?? 1;
  const found: number[] = [];
  array.elements.forEach((element, index) => {
    if (sameElement(compare, element, wanted)) found.push(lower + index);
  });
  return arrayOf(typeOid.int4, found);
}

/** How many thresholds, which are sorted, lie at or below the operand. */
function widthBucket(operand: Datum, thresholds: ArrayValue): number {
  if (thresholds.lengths.length > 1) throw new SqlError('2202E', 'thresholds must be one-dimensional array');
  if (thresholds.elements.includes(null)) throw new SqlError('22004', 'thresholds array must not contain NULLs');
  if (thresholds.elements.length === 0) return 0;
  const compare = compareOf(thresholds.elementType);
  let low = 0;
  let high = thresholds.elements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(operand, thresholds.elements[middle] as Datum) < 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

function extreme(direction: 1 | -1): Kernel {
  return (args, _context, call) =>
    compareArrays(args, call) * direction > 0 ? (args[0] as Datum) : (args[1] as Datum);
}

export const arrayAccessFunctions: readonly FunctionEntry[] = [
  ...comparisons(
    comparison,
    'anyarray',
    'anyarray',
    'array_eq 744, array_ne 390, array_lt 391, array_le 393, array_gt 392, array_ge 396, btarraycmp 382',
  ),
  scalar(515, 'array_larger(anyarray, anyarray) anyarray', extreme(1)),
  scalar(516, 'array_smaller(anyarray, anyarray) anyarray', extreme(-1)),
  scalar(2748, 'arraycontains(anyarray, anyarray) bool', containment(contains)),
  scalar(
    2749,
    'arraycontained(anyarray, anyarray) bool',
    containment((left, right) => contains(right, left)),
  ),
  scalar(2747, 'arrayoverlap(anyarray, anyarray) bool', containment(overlaps)),
  scalar(748, 'array_ndims(anyarray) int4', (args) => (args[0] as ArrayValue).lengths.length || null),
  scalar(747, 'array_dims(anyarray) text', (args) => dimensionsText(args[0] as ArrayValue)),
  scalar(2176, 'array_length(anyarray, int4) int4', (args) => dimension(args)?.length ?? null),
  scalar(2091, 'array_lower(anyarray, int4) int4', (args) => dimension(args)?.lower ?? null),
  scalar(2092, 'array_upper(anyarray, int4) int4', (args) => {
    const found = dimension(args);
    return found === undefined ? null : found.lower + found.length - 1;
  }),
  scalar(3179, 'cardinality(anyarray) int4', (args) => (args[0] as ArrayValue).elements.length),
  scalar(395, 'array_to_string(anyarray, text) text stable', (args, context) =>
    joinElements(args[0] as ArrayValue, args[1] as string, null, context.io),
  ),
  scalar(384, 'array_to_string(anyarray, text, text) text stable nullable', (args, context) =>
    args[0] === null || args[1] === null
      ? null
      : joinElements(args[0] as ArrayValue, args[1] as string, args[2] as string | null, context.io),
  ),
  scalar(3277, 'array_position(anycompatiblearray, anycompatible) int4 nullable', (args) =>
    args[0] === null ? null : positionIn(args[0] as ArrayValue, args[1] as Datum, -Infinity),
  ),
  scalar(3278, 'array_position(anycompatiblearray, anycompatible, int4) int4 nullable', (args) => {
    if (args[0] === null) return null;
    if (args[2] === null) throw new SqlError('22004', 'initial position must not be null');
    return positionIn(args[0] as ArrayValue, args[1] as Datum, args[2] as number);
  }),
  scalar(3279, 'array_positions(anycompatiblearray, anycompatible) int4[] nullable', (args) =>
    args[0] === null ? null : positionsIn(args[0] as ArrayValue, args[1] as Datum),
  ),
  scalar(3218, 'width_bucket(anycompatible, anycompatiblearray) int4', (args) =>
    widthBucket(args[0] as Datum, args[1] as ArrayValue),
  ),
];
