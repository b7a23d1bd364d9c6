/** SQL text → syntax trees. The only thing the floors above call. */
import { checkUtf8 } from '../common/utf8.ts';
import { convertTree } from './convert.ts';
import { stackDepthExceeded, statementTooLarge, syntaxError } from './errors.ts';
import { type LibraryResult, parseToJson } from './library.ts';
import type { Statement } from './syntax.ts';

/** A statement and where it stands in the text it came from; the text between is without the semicolon. */
export interface ParsedStatement {
  readonly statement: Statement;
  readonly startByte: number;
  readonly lengthBytes: number;
}

/**
 * The longest text that is tried: a string constant of this size parses in about a second. A text of many small parts
 * (VALUES of 8 MB and more) exhausts the grammar's memory of 1 GB before, and is refused with the same error.
 */
export const statementBytesMax = 64 * 1024 * 1024;

/**
 * Parses all statements of a text; none for an empty one. Text given as bytes must be UTF-8.
 * Throws SqlError: 42601 and what else the grammar raises, with position; 22021 for NUL and ill-formed UTF-8;
 * 54001 when it nests too deep; 54000 when it is too large.
 */
export function parse(sql: string | Uint8Array): readonly ParsedStatement[] {
  const bytes = typeof sql === 'string' ? Buffer.from(sql) : sql;
  if (bytes.length > statementBytesMax) throw statementTooLarge(bytes.length, statementBytesMax);
  checkUtf8(bytes);
  if (bytes.length === 0) return [];
  const result = guarded(bytes, () => parseToJson(bytes));
  return readResult(bytes, result);
}

function readResult(bytes: Uint8Array, result: LibraryResult): readonly ParsedStatement[] {
  if ('json' in result) {
    const statements = guarded(bytes, () => convertTree(result.json));
    return statements.map((each) =>
      each.lengthBytes > 0 ? each : { ...each, lengthBytes: bytes.length - each.startByte },
    );
  }
  if (result.error.message === 'out of memory') throw statementTooLarge(bytes.length, statementBytesMax);
  throw syntaxError(result.error);
}

/** Turns what goes wrong in a recursion or for want of memory into the client's error. */
function guarded<Result>(bytes: Uint8Array, step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    if (error instanceof RangeError) throw stackDepthExceeded();
    if (bytes.length >= exhaustingBytesMin) throw statementTooLarge(bytes.length, statementBytesMax);
    throw error;
  }
}

/** No shorter text can use up the grammar's memory (a tree takes less than a kilobyte for a byte of text). */
const exhaustingBytesMin = 1024 * 1024;

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
