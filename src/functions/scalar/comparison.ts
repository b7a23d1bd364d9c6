/**
 * The seven comparison functions of a pair of types: = <> < <= > >= and the three-way one behind btree. Types differ in their
 * kernels only, so that families list names and OIDs.
 */
import type { FunctionEntry, Kernel, ScalarImplementation } from '../function.ts';
import type { Datum } from '../../types/datum.ts';
import { scalar } from '../define.ts';

type Inline = NonNullable<ScalarImplementation['inline']>;

/** In the order eq ne lt le gt ge compare. */
export interface Comparison {
  readonly kernels: readonly Kernel[];
  readonly inlines?: readonly Inline[];
}

/** The kernels that follow from a three-way comparison. */
export function comparisonBy<T extends Datum>(compare: (left: T, right: T) => number): Comparison {
  return {
    kernels: [
      (args) => compare(args[0] as T, args[1] as T) === 0,
      (args) => compare(args[0] as T, args[1] as T) !== 0,
      (args) => compare(args[0] as T, args[1] as T) < 0,
      (args) => compare(args[0] as T, args[1] as T) <= 0,
      (args) => compare(args[0] as T, args[1] as T) > 0,
      (args) => compare(args[0] as T, args[1] as T) >= 0,
      (args) => Math.sign(compare(args[0] as T, args[1] as T)),
    ],
  };
}

/**
 * Types whose datums JavaScript compares: all integers (a canonical bigint never equals a number), bool, dates and
 * timestamps, whose infinities are the ends of the integer range.
 */
export const primitiveComparison: Comparison = {
  kernels: [
    (args) => args[0] === args[1],
    (args) => args[0] !== args[1],
    (args) => (args[0] as number) < (args[1] as number),
    (args) => (args[0] as number) <= (args[1] as number),
    (args) => (args[0] as number) > (args[1] as number),
    (args) => (args[0] as number) >= (args[1] as number),
    (args) => comparePrimitive(args[0] as number, args[1] as number),
  ],
  inlines: [
    ([a, b]) => `(${a} === ${b} ? 1 : 0)`,
    ([a, b]) => `(${a} !== ${b} ? 1 : 0)`,
    ([a, b]) => `(${a} < ${b} ? 1 : 0)`,
    ([a, b]) => `(${a} <= ${b} ? 1 : 0)`,
    ([a, b]) => `(${a} > ${b} ? 1 : 0)`,
    ([a, b]) => `(${a} >= ${b} ? 1 : 0)`,
    ([a, b]) => `Math.sign(${a} - ${b})`,
  ],
};

export function comparePrimitive(left: number | bigint | boolean, right: number | bigint | boolean): number {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}

/**
 * Entries for `name oid, …` in the order eq ne lt le gt ge compare; a `-` leaves one out. `attributes` as in signatures.
 */
export function comparisons(
  comparison: Comparison,
  left: string,
  right: string,
  functions: string,
  attributes: string = '',
): FunctionEntry[] {
  const entries: FunctionEntry[] = [];
  functions.split(', ').forEach((item, index) => {
    if (item === '-') return;
    const [name, oid] = item.split(' ') as [string, string];
    const result = index === 6 ? 'int4' : 'bool';
    const suffix = attributes === '' ? '' : ` ${attributes}`;
    const kernel = comparison.kernels[index] as Kernel;
    const inline = comparison.inlines?.[index];
    entries.push(scalar(Number(oid), `${name}(${left}, ${right}) ${result}${suffix}`, kernel, { inline }));
  });
  return entries;
}

/** `larger` and `smaller` of two values of one type, as max and min use them: `name oid, name oid`. */
export function extremes<T extends Datum>(
  compare: (left: T, right: T) => number,
  type: string,
  functions: string,
): FunctionEntry[] {
  const [larger, smaller] = functions.split(', ').map((item) => item.split(' ')) as [
    [string, string],
    [string, string],
  ];
  return [
    scalar(Number(larger[1]), `${larger[0]}(${type}, ${type}) ${type}`, (args) =>
      compare(args[0] as T, args[1] as T) > 0 ? (args[0] as T) : (args[1] as T),
    ),
    scalar(Number(smaller[1]), `${smaller[0]}(${type}, ${type}) ${type}`, (args) =>
      compare(args[0] as T, args[1] as T) < 0 ? (args[0] as T) : (args[1] as T),
    ),
  ];
}
