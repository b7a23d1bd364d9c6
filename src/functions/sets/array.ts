/** unnest, generate_subscripts and string_to_table. */
import { ArrayValue } from '../../types/datum.ts';
import type { Datum } from '../../types/datum.ts';
import type { FunctionEntry, SetCursor } from '../function.ts';
import { setReturning } from '../define.ts';
import { splitText } from '../scalar/array-building.ts';
import { emptyCursor, valuesCursor } from './cursor.ts';

/** Subscripts of one dimension, from the last if `reverse`. */
function subscripts(args: readonly Datum[]): SetCursor {
  const array = args[0] as ArrayValue;
  const index = (args[1] as number) - 1;
  const length = array.lengths[index];
  if (length === undefined) return emptyCursor;
  const lower = array.lowerBounds[index] as number;
  const numbers = Array.from({ length }, (_, i) => lower + i);
  return valuesCursor(args[2] === true ? numbers.reverse() : numbers);
}

function splitToTable(args: readonly Datum[]): SetCursor {
  if (args[0] === null) return emptyCursor;
  return valuesCursor(splitText(args[0] as string, args[1] as string | null, (args[2] as string | undefined) ?? null));
}

export const arraySetFunctions: readonly FunctionEntry[] = [
  setReturning(2331, 'unnest(anyarray) anyelement', (args) => valuesCursor((args[0] as ArrayValue).elements)),
  setReturning(1192, 'generate_subscripts(anyarray, int4) int4', subscripts),
  setReturning(1191, 'generate_subscripts(anyarray, int4, bool) int4', subscripts),
  setReturning(6160, 'string_to_table(text, text) text nullable', splitToTable),
  setReturning(6161, 'string_to_table(text, text, text) text nullable', splitToTable),
];
