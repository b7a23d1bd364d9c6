/** What expressions do with array values: build, map, compare with, subscript. Used by interpret.ts and by compiled code. */
import type { Oid } from '../common/ids.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import { ArrayValue } from '../types/datum.ts';
import type { Datum } from '../types/datum.ts';
import type { EvalContext } from '../functions/eval-context.ts';
import type { CallTypes, Kernel } from '../functions/function.ts';

export function emptyArray(elementType: Oid): ArrayValue {
  return new ArrayValue(elementType, [], [], []);
}

/** ARRAY[…]; `nested` when the elements are arrays themselves. */
export function buildArray(elements: readonly Datum[], elementType: Oid, nested: boolean): ArrayValue {
  if (nested) return joinArrays(elements as readonly (ArrayValue | null)[], elementType);
  if (elements.length === 0) return emptyArray(elementType);
  return new ArrayValue(elementType, [elements.length], [1], elements);
}

/** Arrays of equal dimensions become the rows of one with a dimension more; all empty or NULL: the empty array. */
function joinArrays(parts: readonly (ArrayValue | null)[], elementType: Oid): ArrayValue {
  const filled = parts.filter((part) => part !== null && part.lengths.length > 0) as ArrayValue[];
  const first = filled[0];
  if (first === undefined) return emptyArray(elementType);
  if (filled.length < parts.length || !filled.every((part) => sameShape(part, first))) {
    throw new SqlError(
      sqlState.arraySubscriptError,
      'multidimensional arrays must have array expressions with matching dimensions',
    );
  }
  const elements = filled.flatMap((part) => part.elements);
  return new ArrayValue(elementType, [filled.length, ...first.lengths], [1, ...first.lowerBounds], elements);
}

function sameShape(a: ArrayValue, b: ArrayValue): boolean {
  return (
    a.lengths.length === b.lengths.length &&
    a.lengths.every((length, dimension) => length === b.lengths[dimension]) &&
    a.lowerBounds.every((bound, dimension) => bound === b.lowerBounds[dimension])
  );
}

export function mapArray(array: Datum, elementType: Oid, map: (element: Datum) => Datum): Datum {
  if (!(array instanceof ArrayValue)) return null;
  return new ArrayValue(elementType, array.lengths, array.lowerBounds, array.elements.map(map));
}

/** left op ANY (array), left op ALL (array), for a strict operator. */
export function compareWithArray(
  kernel: Kernel,
  all: boolean,
  left: Datum,
  array: Datum,
  context: EvalContext,
  call: CallTypes,
): boolean | null {
  if (!(array instanceof ArrayValue)) return null;
  if (array.elements.length === 0) return all;
  if (left === null) return null;
  let result: boolean | null = all;
  for (const element of array.elements) {
    const outcome = element === null ? null : kernel([left, element], context, call);
    if (outcome === null) result = null;
    else if (outcome !== all) return !all;
  }
  return result;
}

/**
 * array[i][j] (the subscripts in `upper`, or in `lower`) or array[l:u]…; an undefined bound is open. Out of bounds: NULL
 * or the empty array, never an error.
 */
export function subscriptArray(
  array: Datum,
  slice: boolean,
  lower: readonly (Datum | undefined)[],
  upper: readonly (Datum | undefined)[],
): Datum {
  if (!(array instanceof ArrayValue)) return null;
  if (lower.includes(null) || upper.includes(null)) return null;
  if (slice)
    return sliceArray(array, lower as readonly (number | undefined)[], upper as readonly (number | undefined)[]);
  const subscripts = (upper.length > 0 ? upper : lower).map((bound, i) => (bound ?? lower[i]) as number);
  return elementAt(array, subscripts);
}

function elementAt(array: ArrayValue, subscripts: readonly number[]): Datum {
  if (subscripts.length !== array.lengths.length) return null;
  let index = 0;
  for (let dimension = 0; dimension < subscripts.length; dimension++) {
    const length = array.lengths[dimension] as number;
    const offset = (subscripts[dimension] as number) - (array.lowerBounds[dimension] as number);
    if (offset < 0 || offset >= length) return null;
    index = index * length + offset;
  }
  return array.elements[index] ?? null;
}

/** Bounds are cut to the array's; dimensions not named are taken whole. Lower bounds of the result are 1. */
function sliceArray(
  array: ArrayValue,
  lower: readonly (number | undefined)[],
  upper: readonly (number | undefined)[],
): ArrayValue {
  const dimensions = array.lengths.length;
  if (dimensions === 0 || lower.length > dimensions) return emptyArray(array.elementType);
  const starts: number[] = [];
  const lengths: number[] = [];
  for (let dimension = 0; dimension < dimensions; dimension++) {
    const base = array.lowerBounds[dimension] as number;
    const last = base + (array.lengths[dimension] as number) - 1;
    const from = Math.max(lower[dimension] ?? base, base);
    const to = Math.min(upper[dimension] ?? last, last);
    if (to < from) return emptyArray(array.elementType);
    starts.push(from - base);
    lengths.push(to - from + 1);
  }
  const elements: Datum[] = [];
  copySlice(array, starts, lengths, 0, 0, elements);
  return new ArrayValue(
    array.elementType,
    lengths,
    lengths.map(() => 1),
    elements,
  );
}

function copySlice(
  array: ArrayValue,
  starts: readonly number[],
  lengths: readonly number[],
  dimension: number,
  index: number,
  out: Datum[],
): void {
  if (dimension === lengths.length) {
    out.push(array.elements[index] ?? null);
    return;
  }
  const width = array.lengths[dimension] as number;
  const start = starts[dimension] as number;
  for (let i = 0; i < (lengths[dimension] as number); i++) {
    copySlice(array, starts, lengths, dimension + 1, index * width + start + i, out);
  }
}
