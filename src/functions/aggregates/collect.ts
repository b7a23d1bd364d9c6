/** array_agg and string_agg: states that grow with the rows. */
import type { Oid } from '../../common/ids.ts';
import { SqlError } from '../../common/sql-error.ts';
import { arrayOf } from '../../types/array.ts';
import { ArrayValue } from '../../types/datum.ts';
import type { Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import { aggregate } from '../define.ts';
import type { FunctionEntry } from '../function.ts';
import { checkResultLength } from '../scalar/string.ts';

/** Bytes of a value on the heap, roughly: for work_mem. */
export function datumBytes(value: Datum): number {
  if (typeof value === 'string') return 24 + value.length;
  if (value instanceof Uint8Array) return 96 + value.length;
  if (value instanceof ArrayValue)
    return value.elements.reduce((sum: number, element) => sum + datumBytes(element), 96);
  return typeof value === 'object' && value !== null ? 48 : 8;
}

interface Collected {
  readonly values: Datum[];
  bytes: number;
}

function collect(state: unknown, value: Datum): unknown {
  const collected = state as Collected;
  collected.values.push(value);
  collected.bytes += 8 + datumBytes(value);
  return state;
}

const collecting = {
  stateType: typeOid.internal,
  aggregateKind: 'n' as const,
  createState: (): Collected => ({ values: [], bytes: 64 }),
  stateBytes: (state: unknown) => (state as Collected).bytes,
};

function arrayError(state: '2202E' | '22004', message: string): SqlError {
  return new SqlError(state, message);
}

/** Stacks arrays of one shape into one with a dimension more. */
function stackArrays(arrays: readonly ArrayValue[]): Datum {
  const first = arrays[0] as ArrayValue;
  const elements = arrays.flatMap((array) => array.elements);
  return new ArrayValue(first.elementType, [arrays.length, ...first.lengths], [1, ...first.lowerBounds], elements);
}

function checkStackable(value: Datum, first: Datum | undefined): ArrayValue {
  if (!(value instanceof ArrayValue)) throw arrayError('22004', 'cannot accumulate null arrays');
  if (first === undefined && value.lengths.length === 0) throw arrayError('2202E', 'cannot accumulate empty arrays');
  const shape = first instanceof ArrayValue ? first.lengths : value.lengths;
  if (shape.length !== value.lengths.length || shape.some((length, index) => length !== value.lengths[index])) {
    throw arrayError('2202E', 'cannot accumulate arrays of different dimensionality');
  }
  return value;
}

interface Joined {
  text: string;
  empty: boolean;
}

interface JoinedBytes {
  readonly parts: Uint8Array[];
  length: number;
}

/** The delimiter of the first row is not used; a NULL value is skipped with its delimiter. */
const stringAgg = aggregate(3538, 'string_agg(text, text) text nullable', {
  stateType: typeOid.internal,
  aggregateKind: 'n',
  createState: (): Joined => ({ text: '', empty: true }),
  step(state, args) {
    const joined = state as Joined;
    if (args[0] === null) return joined;
    const delimiter = joined.empty || args[1] === null ? '' : (args[1] as string);
    checkResultLength(joined.text.length + delimiter.length + (args[0] as string).length);
    joined.text += delimiter + (args[0] as string);
    joined.empty = false;
    return joined;
  },
  finish: (state) => ((state as Joined).empty ? null : (state as Joined).text),
  stateBytes: (state) => 64 + (state as Joined).text.length,
});

const byteaAgg = aggregate(3545, 'string_agg(bytea, bytea) bytea nullable', {
  stateType: typeOid.internal,
  aggregateKind: 'n',
  createState: (): JoinedBytes => ({ parts: [], length: 0 }),
  step(state, args) {
    const joined = state as JoinedBytes;
    if (args[0] === null) return joined;
    if (joined.parts.length > 0 && args[1] !== null) appendPart(joined, args[1] as Uint8Array);
    appendPart(joined, args[0] as Uint8Array);
    return joined;
  },
  finish(state) {
    const { parts, length } = state as JoinedBytes;
    return parts.length === 0 ? null : Buffer.concat(parts, length);
  },
  stateBytes: (state) => 64 + (state as JoinedBytes).length + (state as JoinedBytes).parts.length * 96,
});

function appendPart(joined: JoinedBytes, part: Uint8Array): void {
  joined.parts.push(part);
  joined.length += part.length;
}

export const collectAggregates: readonly FunctionEntry[] = [
  aggregate(2335, 'array_agg(anynonarray) anyarray nullable', {
    ...collecting,
    step: (state, args) => collect(state, args[0] as Datum),
    finish(state, _context, call) {
      const { values } = state as Collected;
      return values.length === 0 ? null : arrayOf(call.argTypes[0] as Oid, values);
    },
  }),
  aggregate(4053, 'array_agg(anyarray) anyarray nullable', {
    ...collecting,
    step: (state, args) => collect(state, checkStackable(args[0] as Datum, (state as Collected).values[0])),
    finish(state) {
      const { values } = state as Collected;
      return values.length === 0 ? null : stackArrays(values as ArrayValue[]);
    },
  }),
  stringAgg,
  byteaAgg,
];
