/** Sizes for people: pg_size_pretty and pg_size_bytes; and the stored size of a value. */
import { SqlError } from '../../common/sql-error.ts';
import { ByteWriter } from '../../common/byte-writer.ts';
import type { Datum, Numeric } from '../../types/datum.ts';
import { multiply, numericFromInteger, numericToInt64, truncate } from '../../types/numeric-math.ts';
import { formatNumeric, parseNumeric } from '../../types/numeric-text.ts';
import { typeOid } from '../../types/oids.ts';
import { getType } from '../../types/registry.ts';
import { trimSpace } from '../../types/whitespace.ts';
import type { FunctionEntry } from '../function.ts';
import { scalar } from '../define.ts';

const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A unit is used up to 20479 halves of it; only bytes go to 10239. */
const bytesMax = 10 * 1024;
const halvesMax = 20 * 1024 - 1;

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** `halves` counts half units, so that the last step can round. */
function prettySize(bytes: bigint): string {
  if (magnitude(bytes) < bytesMax) return `${bytes} bytes`;
  let halves = bytes / 512n;
  let unit = 1;
  while (magnitude(halves) >= halvesMax && unit < units.length - 1) {
    halves /= 1024n;
    unit++;
  }
  return `${(halves + (halves < 0n ? -1n : 1n)) / 2n} ${units[unit]}`;
}

function prettyNumeric(value: Numeric): string {
  if (value.kind !== 'finite') return `${formatNumeric(value)} bytes`;
  const whole = BigInt(truncate(value, 0).digits);
  return magnitude(whole) < bytesMax ? `${formatNumeric(value)} bytes` : prettySize(whole);
}

const sizePattern = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)$/s;

function parseSize(text: string): number | bigint {
  const match = sizePattern.exec(trimSpace(text));
  if (match === null) throw new SqlError('22023', `invalid size: "${text}"`);
  const [, number, unitText] = match as unknown as [string, string, string];
  const unit = units.findIndex((name) => name.toLowerCase() === unitText.toLowerCase());
  if (unitText !== '' && unit < 0) {
    throw new SqlError('22023', `invalid size: "${text}"`, {
      detail: `Invalid size unit: "${unitText}".`,
      hint: 'Valid units are "bytes", "kB", "MB", "GB", "TB", and "PB".',
    });
  }
  return numericToInt64(multiply(parseNumeric(number), numericFromInteger(1024 ** Math.max(unit, 0))));
}

const scratch = new ByteWriter(256);

/** Bytes the value takes in a row; variable ones with their length word. */
function storedSize(value: Datum, type: number): number {
  const handler = getType(type);
  if (handler.storedBytes > 0) return handler.storedBytes;
  scratch.reset();
  handler.encode(value, scratch);
  return scratch.length + 4;
}

export const sizeFunctions: readonly FunctionEntry[] = [
  scalar(2288, 'pg_size_pretty(int8) text', (args) => prettySize(BigInt(args[0] as number | bigint))),
  scalar(3166, 'pg_size_pretty(numeric) text', (args) => prettyNumeric(args[0] as Numeric)),
  scalar(3334, 'pg_size_bytes(text) int8', (args) => parseSize(args[0] as string)),
  scalar(1269, 'pg_column_size(any) int4 stable', (args, _context, call) =>
    storedSize(args[0] as Datum, call.argTypes[0] ?? typeOid.text),
  ),
];
