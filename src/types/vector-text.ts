/**
 * Text input straight from wire bytes into a vector, for COPY and text parameters: the commonest types in their plain spellings need
 * neither a JS string nor a Datum. Everything else, and every error, goes through the type's own input function.
 */
import { isDigit } from './integer.ts';
import { decodeNumericTypmod } from './numeric-text.ts';
import { typeOid } from './oids.ts';
import type { IoContext, TypeHandler } from './type-handler.ts';
import { decodeUtf8 } from './utf8.ts';
import { adoptScale } from './vector-access.ts';
import type { BytesVector, NumericVector, Vector } from './vector.ts';

/** Decimal digits that a safe integer surely holds. */
const safeDigits = 15;
const minus = 0x2d;
const space = 0x20;

/** Reads data[start, end), valid UTF-8 without NUL, into row `row`. Rows in ascending order. */
export function writeRowFromText(
  type: TypeHandler,
  vector: Vector,
  row: number,
  data: Uint8Array,
  start: number,
  end: number,
  typmod: number,
  io: IoContext,
): void {
  if (readQuickly(type, vector, row, data, start, end, typmod)) {
    if (vector.nulls !== undefined) vector.nulls[row] = 0;
  } else {
    type.writeDatum(vector, row, type.parseText(decodeUtf8(data, start, end), typmod, io));
  }
}

function readQuickly(
  type: TypeHandler,
  vector: Vector,
  row: number,
  data: Uint8Array,
  start: number,
  end: number,
  typmod: number,
): boolean {
  switch (type.oid) {
    case typeOid.text:
      return copyText(vector as BytesVector, row, data, start, end, 0);
    case typeOid.varchar:
      return fitsLength(start, end, typmod) && copyText(vector as BytesVector, row, data, start, end, 0);
    case typeOid.bpchar:
      return copyPadded(vector as BytesVector, row, data, start, end, typmod);
    case typeOid.int4:
      return readInteger(vector, row, data, start, end, 9);
    case typeOid.int2:
      return readInteger(vector, row, data, start, end, 4);
    case typeOid.int8:
      return (
        vector.kind === 'int64' && vector.wide === undefined && readInteger(vector, row, data, start, end, safeDigits)
      );
    case typeOid.numeric:
      return readDecimal(vector as NumericVector, row, data, start, end, typmod);
    case typeOid.bool:
      return readBool(vector, row, data, start, end);
    default:
      return false;
  }
}

/** As many bytes as characters are allowed: no need to count characters. */
function fitsLength(start: number, end: number, typmod: number): boolean {
  return typmod < 4 || end - start <= typmod - 4;
}

function copyText(
  vector: BytesVector,
  row: number,
  data: Uint8Array,
  start: number,
  end: number,
  padding: number,
): boolean {
  const arena = vector.arenaForWrite();
  const at = arena.length;
  arena.copy(data, start, end);
  if (padding > 0) {
    const from = arena.reserve(padding);
    arena.bytes.fill(space, from, from + padding);
    arena.length = from + padding;
  }
  vector.endValue(row, at);
  return true;
}

/** char(n): bytes are characters only in ASCII. */
function copyPadded(
  vector: BytesVector,
  row: number,
  data: Uint8Array,
  start: number,
  end: number,
  typmod: number,
): boolean {
  if (typmod < 4) return copyText(vector, row, data, start, end, 0);
  const padding = typmod - 4 - (end - start);
  if (padding < 0) return false;
  for (let i = start; i < end; i++) if ((data[i] as number) >= 0x80) return false;
  return copyText(vector, row, data, start, end, padding);
}

/** Digits of data[start, end) as a number; NaN unless there are 1 to `digitsMax` digits and nothing else. */
function digitsBetween(data: Uint8Array, start: number, end: number, digitsMax: number): number {
  if (end <= start || end - start > digitsMax) return NaN;
  let value = 0;
  for (let i = start; i < end; i++) {
    const code = data[i] as number;
    if (!isDigit(code)) return NaN;
    value = value * 10 + code - 0x30;
  }
  return value;
}

function readInteger(
  vector: Vector,
  row: number,
  data: Uint8Array,
  start: number,
  end: number,
  digitsMax: number,
): boolean {
  if (vector.kind !== 'int32' && vector.kind !== 'int64') return false;
  const negative = data[start] === minus;
  const value = digitsBetween(data, negative ? start + 1 : start, end, digitsMax);
  if (value !== value) return false;
  vector.values[row] = negative && value !== 0 ? -value : value;
  return true;
}

/** "-123.45" whose scale is the column's, or any scale without a modifier. */
function readDecimal(
  vector: NumericVector,
  row: number,
  data: Uint8Array,
  start: number,
  end: number,
  typmod: number,
): boolean {
  if (vector.wide !== undefined) return false;
  const negative = data[start] === minus;
  const from = negative ? start + 1 : start;
  let point = from;
  while (point < end && data[point] !== 0x2e) point++;
  const scale = point === end ? 0 : end - point - 1;
  const fraction = scale === 0 ? 0 : digitsBetween(data, point + 1, end, safeDigits - (point - from));
  const digits = digitsBetween(data, from, point, safeDigits) * 10 ** scale + fraction;
  if (digits !== digits || (point < end && scale === 0) || !matchesTypmod(point - from, scale, typmod)) return false;
  if (!adoptScale(vector, row, scale)) return false;
  vector.values[row] = negative && digits !== 0 ? -digits : digits;
  return true;
}

function matchesTypmod(wholeDigits: number, scale: number, typmod: number): boolean {
  if (typmod < 4) return true;
  const declared = decodeNumericTypmod(typmod);
  return scale === declared.scale && wholeDigits <= declared.precision - declared.scale;
}

function readBool(vector: Vector, row: number, data: Uint8Array, start: number, end: number): boolean {
  const code = data[start];
  if (vector.kind !== 'bool' || end - start !== 1 || (code !== 0x74 && code !== 0x66)) return false;
  vector.values[row] = code === 0x74 ? 1 : 0;
  return true;
}
