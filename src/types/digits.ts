/**
 * Decimal digits straight into a byte buffer: what makes text output of integers, dates and times cheap (a JS string per
 * value costs more than the rest of the row).
 */
import type { ByteWriter } from '../common/byte-writer.ts';

const zero = 0x30;
const minus = 0x2d;

/** Appends a safe integer in decimal. */
export function writeInteger(out: ByteWriter, value: number): void {
  let at = out.reserve(17);
  const bytes = out.bytes;
  if (value < 0) {
    bytes[at++] = minus;
    value = -value;
  }
  if (value < 1_000_000_000) {
    out.length = putInteger(bytes, at, value);
  } else {
    const high = Math.floor(value / 1_000_000_000);
    at = putInteger(bytes, at, high);
    putPadded(bytes, at, value - high * 1_000_000_000, 9);
    out.length = at + 9;
  }
}

/** Appends a non-negative integer below 10^9, left padded with zeros to at least `width` digits. */
export function writePadded(out: ByteWriter, value: number, width: number): void {
  const digits = digitCount(value);
  const count = digits > width ? digits : width;
  const at = out.reserve(count);
  putPadded(out.bytes, at, value, count);
  out.length = at + count;
}

/** Writes a non-negative integer below 10^9 at `at`; returns the offset after it. */
function putInteger(bytes: Uint8Array, at: number, value: number): number {
  const count = digitCount(value);
  putPadded(bytes, at, value, count);
  return at + count;
}

function putPadded(bytes: Uint8Array, at: number, value: number, count: number): void {
  let rest = value | 0;
  for (let i = at + count - 1; i >= at; i--) {
    const next = (rest / 10) | 0;
    bytes[i] = zero + (rest - next * 10);
    rest = next;
  }
}

/** Decimal digits of a non-negative integer below 2^31. */
function digitCount(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1_000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  if (value < 100_000_000) return 8;
  return value < 1_000_000_000 ? 9 : 10;
}

/**
 * Appends a decimal fraction: the safe integer `digits` with the point `scale` places from the right ("-0.05" for -5, 2).
 */
export function writeDecimal(out: ByteWriter, digits: number, scale: number): void {
  if (scale === 0) {
    writeInteger(out, digits);
    return;
  }
  if (scale > 15) {
    writeSmallFraction(out, digits, scale);
    return;
  }
  if (digits < 0) {
    out.uint8(minus);
    digits = -digits;
  }
  const unit = powersOfTen[scale] as number;
  const whole = Math.floor(digits / unit);
  writeInteger(out, whole);
  out.uint8(0x2e);
  writeFraction(out, digits - whole * unit, scale);
}

/** Exactly `width` (at most 15) digits of a non-negative integer below 10^width. */
function writeFraction(out: ByteWriter, value: number, width: number): void {
  if (width > 9) {
    const high = Math.floor(value / 1_000_000_000);
    writePadded(out, high, width - 9);
    writePadded(out, value - high * 1_000_000_000, 9);
  } else {
    writePadded(out, value, width);
  }
}

/** Scales past the digits of a safe integer: mostly zeros, so the detour over a string does not matter. */
function writeSmallFraction(out: ByteWriter, digits: number, scale: number): void {
  const text = String(Math.abs(digits)).padStart(scale + 1, '0');
  if (digits < 0) out.uint8(minus);
  out.latin1(text.slice(0, text.length - scale));
  out.uint8(0x2e);
  out.latin1(text.slice(text.length - scale));
}

/** 10^0 … 10^22: the powers a double holds exactly. */
export const powersOfTen: readonly number[] = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
