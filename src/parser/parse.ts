/** SQL text → syntax trees. The only thing the floors above call. */
import { SqlError, sqlState } from '../common/sql-error.ts';
import { checkUtf8 } from '../common/utf8.ts';
import { statementTooLarge } from './errors.ts';
import { type ParsedStatement, TextParser, textBytesMax } from './text-parser.ts';

export type { ParsedStatement } from './text-parser.ts';

/** Texts from this length on are parsed in slices … */
export const slicedBytesMin = 64 * 1024;

/** … of about this length, a few milliseconds each. */
const sliceBytes = 8 * 1024;

/**
 * Parses all statements of a text; none for an empty one. Text given as bytes must be UTF-8.
 * Throws SqlError: 42601 and what else the grammar raises, with position; 22021 for NUL and ill-formed UTF-8;
 * 54001 when it nests too deep; 54000 when it is too large.
 */
export function parse(sql: string | Uint8Array): readonly ParsedStatement[] {
  const bytes = checkedBytes(sql);
  if (bytes.length < slicedBytesMin) return new TextParser(bytes).whole();
  const slices = sliced(bytes);
  for (;;) {
    const step = slices.next();
    if (step.done === true) return step.value;
  }
}

/** As `parse`, but a long text is taken in slices, with a `yield` after each: the place to give the thread to others. */
export function* parseInSlices(sql: string | Uint8Array): Generator<undefined, readonly ParsedStatement[]> {
  const bytes = checkedBytes(sql);
  return bytes.length < slicedBytesMin ? new TextParser(bytes).whole() : yield* sliced(bytes);
}

function checkedBytes(sql: string | Uint8Array): Uint8Array {
  const bytes = typeof sql === 'string' ? Buffer.from(sql) : sql;
  if (bytes.length > textBytesMax) throw statementTooLarge(bytes.length, textBytesMax);
  checkUtf8(bytes);
  return bytes;
}

function* sliced(bytes: Uint8Array): Generator<undefined, readonly ParsedStatement[]> {
  try {
    return yield* new TextParser(bytes).inSlices(sliceBytes);
  } catch (error) {
    if (!(error instanceof SqlError) || error.sqlState === sqlState.programLimitExceeded) throw error;
    // PARSE-5: what does not parse in slices may do so whole; if not, that error is the right one.
    return new TextParser(bytes).whole();
  }
}

/** Compiles the grammar and runs through it once: the first parse of a process takes some 20 ms, the next ones microseconds. */
export function warmUp(): void {
  parse(
    'SELECT a.b, count(*) FROM t AS a JOIN u USING (id) WHERE x = $1 AND y IN (1, 2) GROUP BY 1 ORDER BY 2 LIMIT 3',
  );
  parse('INSERT INTO t (a) VALUES (1); UPDATE t SET a = a + 1 WHERE b = 2; DELETE FROM t WHERE a = 1; BEGIN; COMMIT');
}

/** The 1-based character position (the protocol's `P`) of a byte offset; undefined for a location of -1. */
export function positionOf(sql: string | Uint8Array, byteOffset: number): number | undefined {
  if (byteOffset < 0) return undefined;
  const bytes = typeof sql === 'string' ? Buffer.from(sql) : sql;
  const end = Math.min(byteOffset, bytes.length);
  let position = 1;
  for (let i = 0; i < end; i++) if (((bytes[i] as number) & 0xc0) !== 0x80) position++;
  return position;
}
