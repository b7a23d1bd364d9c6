/**
 * Text of dates and times in the four output styles, written straight into the output buffer:
 *
 *              date          timestamp with time zone
 *   ISO        1997-12-17    1997-12-17 07:37:16.5-08
 *   SQL        12/17/1997    12/17/1997 07:37:16.5 PST
 *   Postgres   12-17-1997    Wed Dec 17 07:37:16.5 1997 PST
 *   German     17.12.1997    17.12.1997 07:37:16.5 PST
 *
 * SQL and Postgres put the day first when DateOrder is DMY.
 */
import type { ByteWriter } from '../common/byte-writer.ts';
import { CivilDate, civilFromDays, dayOfWeek } from './calendar.ts';
import { writePadded } from './digits.ts';
import type { IoContext } from './type-handler.ts';

const space = 0x20;
const colon = 0x3a;
const point = 0x2e;
const zero = 0x30;

export const monthNames: readonly string[] = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
export const weekdayNames: readonly string[] = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');

const civil = new CivilDate();

/** A zone to print behind a timestamp: offset east in seconds, and letters if there are any. */
export interface PrintedZone {
  readonly offset: number;
  readonly letters: string | undefined;
}

function writeYear(year: number, out: ByteWriter): void {
  writePadded(out, year > 0 ? year : 1 - year, 4);
}

function writeEra(year: number, out: ByteWriter): void {
  if (year <= 0) out.latin1(' BC');
}

function writeTwo(first: number, delimiter: number, second: number, out: ByteWriter): void {
  writePadded(out, first, 2);
  out.uint8(delimiter);
  writePadded(out, second, 2);
}

/** Year, month and day in numbers, without the era. */
function writeNumericDate(io: IoContext, out: ByteWriter): void {
  const { year, month, day } = civil;
  if (io.dateStyle === 'ISO') {
    writeYear(year, out);
    out.uint8(0x2d);
    writeTwo(month, 0x2d, day, out);
    return;
  }
  const delimiter = io.dateStyle === 'German' ? point : io.dateStyle === 'SQL' ? 0x2f : 0x2d;
  const dayFirst = io.dateStyle === 'German' || io.dateOrder === 'DMY';
  writeTwo(dayFirst ? day : month, delimiter, dayFirst ? month : day, out);
  out.uint8(delimiter);
  writeYear(year, out);
}

export function writeDateText(days: number, io: IoContext, out: ByteWriter): void {
  civilFromDays(days, civil);
  writeNumericDate(io, out);
  writeEra(civil.year, out);
}

/** HH:MM:SS and as many digits of the fraction as needed. `micros` of a day, up to 24:00:00. */
export function writeTimeText(micros: number, out: ByteWriter): void {
  const seconds = Math.floor(micros / 1_000_000);
  const minutes = (seconds / 60) | 0;
  const hours = (minutes / 60) | 0;
  const at = out.reserve(8);
  const { bytes } = out;
  putTwo(bytes, at, hours);
  bytes[at + 2] = colon;
  putTwo(bytes, at + 3, minutes - hours * 60);
  bytes[at + 5] = colon;
  putTwo(bytes, at + 6, seconds - minutes * 60);
  out.length = at + 8;
  writeFraction(micros - seconds * 1_000_000, out);
}

function putTwo(bytes: Uint8Array, at: number, value: number): void {
  const tens = (value / 10) | 0;
  bytes[at] = zero + tens;
  bytes[at + 1] = zero + value - tens * 10;
}

/** Microseconds as ".789" without trailing zeros; nothing for 0. */
export function writeFraction(micros: number, out: ByteWriter): void {
  if (micros === 0) return;
  out.uint8(point);
  writePadded(out, micros, 6);
  while (out.bytes[out.length - 1] === zero) out.length--;
}

/** +HH, +HH:MM or +HH:MM:SS. */
export function writeOffset(offset: number, out: ByteWriter): void {
  const size = Math.abs(offset);
  const minutes = Math.floor(size / 60) % 60;
  const seconds = size % 60;
  out.uint8(offset < 0 ? 0x2d : 0x2b);
  writePadded(out, Math.floor(size / 3600), 2);
  if (minutes === 0 && seconds === 0) return;
  out.uint8(colon);
  writePadded(out, minutes, 2);
  if (seconds === 0) return;
  out.uint8(colon);
  writePadded(out, seconds, 2);
}

/** A timestamp given as local day and time. */
export function writeTimestampText(
  days: number,
  micros: number,
  zone: PrintedZone | undefined,
  io: IoContext,
  out: ByteWriter,
): void {
  civilFromDays(days, civil);
  if (io.dateStyle === 'Postgres') writePostgresStyle(days, micros, io, out);
  else {
    writeNumericDate(io, out);
    out.uint8(space);
    writeTimeText(micros, out);
  }
  if (zone !== undefined) writeZone(zone, io, out);
  writeEra(civil.year, out);
}

function writePostgresStyle(days: number, micros: number, io: IoContext, out: ByteWriter): void {
  const month = monthNames[civil.month - 1] as string;
  out.latin1(weekdayNames[dayOfWeek(days)] as string);
  out.uint8(space);
  if (io.dateOrder === 'DMY') {
    writePadded(out, civil.day, 2);
    out.latin1(` ${month} `);
  } else {
    out.latin1(`${month} `);
    writePadded(out, civil.day, 2);
    out.uint8(space);
  }
  writeTimeText(micros, out);
  out.uint8(space);
  writeYear(civil.year, out);
}

function writeZone(zone: PrintedZone, io: IoContext, out: ByteWriter): void {
  if (io.dateStyle === 'ISO') {
    writeOffset(zone.offset, out);
  } else if (zone.letters !== undefined) {
    out.uint8(space);
    out.latin1(zone.letters);
  } else {
    if (io.dateStyle === 'Postgres') out.uint8(space);
    writeOffset(zone.offset, out);
  }
}
