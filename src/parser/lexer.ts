/**
 * One pass over the bytes of a statement that finds its *skeleton*: the text without its literals.
 *
 * Clients of the simple protocol send the same statement again and again with other constants in it. A plan cache keyed by
 * the skeleton serves them without a parse: this pass costs a fiftieth of one. It hashes every byte outside literals and
 * notes where the literals are. It needs to be right only about what it accepts: at anything unusual (E'…' and its kin,
 * dollar quotes, comments, continued strings, junk after a number) it gives up, and the statement is parsed.
 *
 * It holds for `standard_conforming_strings = on`. Not a literal here: a sign before a number, `TRUE`, `NULL`. The grammar folds a sign into the constant, whose A_Const is then
 * located at the sign, one byte or more before the literal.
 */

/** What a literal would be as an A_Const. Part of the skeleton, since the statement's types depend on it. */
export const literalKind = {
  /** Fits 32 bits. */
  integer: 1,
  /** Fits 64 bits. */
  bigint: 2,
  /** Any other number. */
  numeric: 3,
  string: 4,
} as const;

export const literalsMax = 64;

/** Classes of bytes: what a token that starts with this byte is. Blanks and most operators are of class 0. */
const classIdentifier = 1;
const classDigit = 2;
const classQuote = 3;
const classDoubleQuote = 4;
const classDot = 5;
const classDollar = 6;
const classMinus = 7;
const classSlash = 8;
const classNul = 9;

const byteClass = new Uint8Array(256);
byteClass.fill(classIdentifier, 0x80);
byteClass.fill(classIdentifier, 0x41, 0x5b);
byteClass.fill(classIdentifier, 0x61, 0x7b);
byteClass[0x5f] = classIdentifier;
byteClass.fill(classDigit, 0x30, 0x3a);
byteClass[0x27] = classQuote;
byteClass[0x22] = classDoubleQuote;
byteClass[0x2e] = classDot;
byteClass[0x24] = classDollar;
byteClass[0x2d] = classMinus;
byteClass[0x2f] = classSlash;
byteClass[0] = classNul;

const quote = 0x27;
const doubleQuote = 0x22;
const ampersand = 0x26;
const backslash = 0x5c;
const dot = 0x2e;
const dollar = 0x24;
const spaceMax = 0x20;

/** Scans one statement at a time; the fields tell of the last one scanned. */
export class SkeletonScanner {
  /** 32-bit hash of the skeleton. */
  hash = 0;
  /** No byte of the text is above 127: the text needs no UTF-8 check. */
  isAscii = true;
  literalCount = 0;
  /** Where each literal starts and ends in the bytes scanned; a string's quotes are part of it. */
  readonly literalStart: Int32Array = new Int32Array(literalsMax);
  readonly literalEnd: Int32Array = new Int32Array(literalsMax);
  /** Of each literal, a `literalKind`. */
  readonly literalKind: Uint8Array = new Uint8Array(literalsMax);
  #end = 0;

  /** Scans bytes[start, end); false when the text is not for this scanner. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    this.literalCount = 0;
    this.#end = end;
    let hash = 0x811c9dc5;
    let allBits = 0;
    let at = start;
    while (at < end) {
      const byte = bytes[at] as number;
      const next = this.#tokenEnd(bytes, at, byte);
      if (next < 0) return false;
      if (next > at) {
        hash = Math.imul(hash ^ (256 + (this.literalKind[this.literalCount - 1] as number)), 0x01000193);
        at = next;
        continue;
      }
      const run = this.#runEnd(bytes, at, byte);
      if (run < 0) return false;
      for (; at < run; at++) {
        const hashed = bytes[at] as number;
        allBits |= hashed;
        hash = Math.imul(hash ^ hashed, 0x01000193);
      }
    }
    this.hash = hash >>> 0;
    this.isAscii = allBits < 0x80 && this.#literalsAreAscii(bytes);
    return true;
  }

  /** The end of the literal that starts at `at`; `at` itself when none does; -1 to give up. */
  #tokenEnd(bytes: Uint8Array, at: number, byte: number): number {
    switch (byteClass[byte]) {
      case classDigit:
        return this.#numberEnd(bytes, at);
      case classQuote:
        return this.#stringEnd(bytes, at);
      case classDot:
        return byteClass[this.#byteAt(bytes, at + 1)] === classDigit ? this.#numberEnd(bytes, at) : at;
      default:
        return at;
    }
  }

  /** The end of a token that belongs to the skeleton; -1 to give up. */
  #runEnd(bytes: Uint8Array, at: number, byte: number): number {
    switch (byteClass[byte]) {
      case classIdentifier:
        return this.#identifierEnd(bytes, at);
      case classDoubleQuote:
        return this.#quotedIdentifierEnd(bytes, at);
      case classDollar:
        return this.#parameterEnd(bytes, at);
      case classMinus:
        return this.#byteAt(bytes, at + 1) === 0x2d ? -1 : at + 1;
      case classSlash:
        return this.#byteAt(bytes, at + 1) === 0x2a ? -1 : at + 1;
      case classNul:
        return -1;
      default:
        return at + 1;
    }
  }

  /** The byte at a place, or a blank beyond the end. */
  #byteAt(bytes: Uint8Array, at: number): number {
    return at < this.#end ? (bytes[at] as number) : spaceMax;
  }

  #identifierEnd(bytes: Uint8Array, start: number): number {
    let at = start + 1;
    for (; at < this.#end; at++) {
      const byte = bytes[at] as number;
      const kind = byteClass[byte];
      if (kind !== classIdentifier && kind !== classDigit && byte !== dollar) break;
    }
    // E'…', B'…', X'…', N'…'; a type name this close to its string is as rare.
    return this.#byteAt(bytes, at) === quote ? -1 : at;
  }

  #quotedIdentifierEnd(bytes: Uint8Array, start: number): number {
    if (start > 0 && bytes[start - 1] === ampersand) return -1;
    for (let at = start + 1; at < this.#end; at++) {
      if (bytes[at] === 0) return -1;
      if (bytes[at] === doubleQuote) return at + 1;
    }
    return -1;
  }

  /** `$1`; a dollar quote is given up. */
  #parameterEnd(bytes: Uint8Array, start: number): number {
    let at = start + 1;
    while (byteClass[this.#byteAt(bytes, at)] === classDigit) at++;
    return at === start + 1 || this.#isJunk(this.#byteAt(bytes, at)) ? -1 : at;
  }

  #isJunk(byte: number): boolean {
    return byteClass[byte] === classIdentifier || byte === dollar;
  }

  #numberEnd(bytes: Uint8Array, start: number): number {
    let at = this.#digitsEnd(bytes, start);
    let kind = at - start <= 9 ? literalKind.integer : integerKind(bytes, start, at);
    if (this.#byteAt(bytes, at) === dot) {
      kind = literalKind.numeric;
      at = this.#digitsEnd(bytes, at + 1);
      if (this.#byteAt(bytes, at) === dot) return -1;
    }
    if ((this.#byteAt(bytes, at) | 0x20) === 0x65) {
      kind = literalKind.numeric;
      const sign = this.#byteAt(bytes, at + 1);
      const digits = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
      at = this.#digitsEnd(bytes, digits);
      if (at === digits) return -1;
    }
    return this.#isJunk(this.#byteAt(bytes, at)) ? -1 : this.#note(kind, start, at);
  }

  #digitsEnd(bytes: Uint8Array, start: number): number {
    let at = start;
    while (at < this.#end && byteClass[bytes[at] as number] === classDigit) at++;
    return at;
  }

  #stringEnd(bytes: Uint8Array, start: number): number {
    if ((start > 0 && bytes[start - 1] === ampersand) || this.#continues(bytes, start)) return -1;
    for (let at = start + 1; at < this.#end; at++) {
      const byte = bytes[at] as number;
      if (byte === quote) {
        if (this.#byteAt(bytes, at + 1) !== quote) return this.#note(literalKind.string, start, at + 1);
        at++;
      } else if (byte === backslash || byte === 0) return -1;
    }
    return -1;
  }

  /** Only blanks stand between this string and the one before: SQL makes one of them if there is a line break. */
  #continues(bytes: Uint8Array, start: number): boolean {
    const before = this.literalCount - 1;
    if (before < 0 || this.literalKind[before] !== literalKind.string) return false;
    for (let at = this.literalEnd[before] as number; at < start; at++) {
      if ((bytes[at] as number) > spaceMax) return false;
    }
    return true;
  }

  #note(kind: number, start: number, end: number): number {
    const index = this.literalCount;
    if (index === literalsMax) return -1;
    this.literalStart[index] = start;
    this.literalEnd[index] = end;
    this.literalKind[index] = kind;
    this.literalCount = index + 1;
    return end;
  }

  #literalsAreAscii(bytes: Uint8Array): boolean {
    let allBits = 0;
    for (let i = 0; i < this.literalCount; i++) {
      if (this.literalKind[i] !== literalKind.string) continue;
      const end = this.literalEnd[i] as number;
      for (let at = this.literalStart[i] as number; at < end; at++) allBits |= bytes[at] as number;
    }
    return allBits < 0x80;
  }
}

const int4Digits = Buffer.from('2147483647');
const int8Digits = Buffer.from('9223372036854775807');

function integerKind(bytes: Uint8Array, start: number, end: number): number {
  let first = start;
  while (first < end - 1 && bytes[first] === 0x30) first++;
  if (isAtMost(bytes, first, end, int4Digits)) return literalKind.integer;
  return isAtMost(bytes, first, end, int8Digits) ? literalKind.bigint : literalKind.numeric;
}

/** Compares digits without leading zeros. */
function isAtMost(bytes: Uint8Array, start: number, end: number, limit: Uint8Array): boolean {
  if (end - start !== limit.length) return end - start < limit.length;
  for (let i = 0; i < limit.length; i++) {
    const difference = (bytes[start + i] as number) - (limit[i] as number);
    if (difference !== 0) return difference < 0;
  }
  return true;
}

/** A skeleton to keep: the text it was found in, and where that text's literals are. Positions count from the text's start. */
export class Skeleton {
  readonly hash: number;
  readonly text: Uint8Array;
  readonly literalStart: Int32Array;
  readonly literalEnd: Int32Array;
  readonly literalKind: Uint8Array;

  /** Copies what `scanner` just found in bytes[start, end). */
  constructor(scanner: SkeletonScanner, bytes: Uint8Array, start: number, end: number) {
    const count = scanner.literalCount;
    this.hash = scanner.hash;
    this.text = bytes.slice(start, end);
    this.literalStart = scanner.literalStart.slice(0, count).map((at) => at - start);
    this.literalEnd = scanner.literalEnd.slice(0, count).map((at) => at - start);
    this.literalKind = scanner.literalKind.slice(0, count);
  }

  /** Whether what `scanner` just found in bytes[start, end) is this skeleton, byte for byte outside the literals. */
  matches(scanner: SkeletonScanner, bytes: Uint8Array, start: number, end: number): boolean {
    const count = this.literalKind.length;
    if (scanner.hash !== this.hash || scanner.literalCount !== count) return false;
    let mine = 0;
    let theirs = start;
    for (let i = 0; i < count; i++) {
      if (scanner.literalKind[i] !== this.literalKind[i]) return false;
      const mineEnd = this.literalStart[i] as number;
      if (!sameBytes(this.text, mine, mineEnd, bytes, theirs, scanner.literalStart[i] as number)) return false;
      mine = this.literalEnd[i] as number;
      theirs = scanner.literalEnd[i] as number;
    }
    return sameBytes(this.text, mine, this.text.length, bytes, theirs, end);
  }
}

function sameBytes(a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number, bEnd: number): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let i = aStart, j = bStart; i < aEnd; i++, j++) if (a[i] !== b[j]) return false;
  return true;
}

/** The value of a literal of kind `integer`. */
export function integerLiteral(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + (bytes[at] as number) - 0x30;
  return value;
}
