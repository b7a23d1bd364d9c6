/** regexp_matches and regexp_split_to_table. */
import { arrayOf } from '../../types/array.ts';
import type { Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import type { FunctionEntry, SetCursor } from '../function.ts';
import { setReturning } from '../define.ts';
import { parseRegexFlags, regexOf } from '../pattern/regex.ts';
import { captures, splitByRegex, splittingRegex } from '../scalar/regexp.ts';
import { valuesCursor } from './cursor.ts';

/** One row for the first match, or for every one with the flag g. */
function matchRows(args: readonly Datum[]): SetCursor {
  const [text, pattern, flags = ''] = args as readonly string[];
  const { letters, global } = parseRegexFlags(flags);
  const regex = regexOf(pattern as string, letters);
  const matches = regex.matches(text as string);
  const row: Datum[] = [null];
  let done = false;
  return {
    next() {
      const { value: match } = done ? { value: undefined } : matches.next();
      if (match === undefined) return undefined;
      done = !global;
      row[0] = arrayOf(typeOid.text, captures(match, regex.groups));
      return row;
    },
  };
}

function splitRows(args: readonly Datum[]): SetCursor {
  const [text, pattern, flags = ''] = args as readonly string[];
  return valuesCursor(splitByRegex(text as string, splittingRegex(pattern as string, flags, 'regexp_split_to_table')));
}

export const regexpSetFunctions: readonly FunctionEntry[] = [
  setReturning(2763, 'regexp_matches(text, text) text[]', matchRows),
  setReturning(2764, 'regexp_matches(text, text, text) text[]', matchRows),
  setReturning(2765, 'regexp_split_to_table(text, text) text', splitRows),
  setReturning(2766, 'regexp_split_to_table(text, text, text) text', splitRows),
];
