/**
 * LIKE with a constant pattern, on UTF-8 bytes. The pattern is cut at its % signs into pieces of literal bytes and _ (any
 * character); the first piece is anchored at the start, the last at the end, those between are found left to right, which is
 * enough because % matches anything.
 */
import { Buffer } from 'node:buffer';

/** A piece between two %: bytes, with -1 for one arbitrary character. */
type Piece = Int16Array;

const percent = 0x25;
const underscore = 0x5f;
const anyCharacter = -1;

export class BytePattern {
  readonly #pieces: readonly Piece[];
  /** Literal bytes of the only piece that matters in the commonest shapes: abc, abc%, %abc, %abc%. */
  readonly #plain: boolean;

  /** `escape` is a byte, or -1 for none. A dangling escape is refused before (`isValidPattern`). */
  constructor(pattern: string, escape: number = 0x5c) {
    this.#pieces = cutPattern(Buffer.from(pattern, 'utf8'), escape);
    this.#plain = this.#pieces.every((piece) => !piece.includes(anyCharacter));
  }

  /** 1 or 0: whether data[offset, offset + length) matches. */
  test(data: Uint8Array, offset: number, length: number): number {
    const pieces = this.#pieces;
    const end = offset + length;
    const last = pieces.length - 1;
    const first = pieces[0] as Piece;
    let at = this.#matchAt(first, data, offset, end);
    if (at < 0) return 0;
    if (last === 0) return at === end ? 1 : 0;
    for (let i = 1; i < last; i++) {
      at = this.#find(pieces[i] as Piece, data, at, end);
      if (at < 0) return 0;
    }
    return this.#matchEnd(pieces[last] as Piece, data, at, end) ? 1 : 0;
  }

  /** Where the piece ends when it matches at `at`, or -1. */
  #matchAt(piece: Piece, data: Uint8Array, at: number, end: number): number {
    for (let i = 0; i < piece.length; i++) {
      if (at >= end) return -1;
      const expected = piece[i] as number;
      if (expected === anyCharacter) {
        at++;
        while (at < end && ((data[at] as number) & 0xc0) === 0x80) at++;
      } else if (data[at] === expected) {
        at++;
      } else {
        return -1;
      }
    }
    return at;
  }

  #find(piece: Piece, data: Uint8Array, at: number, end: number): number {
    if (piece.length === 0) return at;
    const first = piece[0] as number;
    const lastStart = this.#plain ? end - piece.length : end;
    for (; at <= lastStart; at++) {
      if (first !== anyCharacter && data[at] !== first) continue;
      if (((data[at] as number) & 0xc0) === 0x80 && first === anyCharacter) continue;
      const after = this.#matchAt(piece, data, at, end);
      if (after >= 0) return after;
    }
    return -1;
  }

  /** Whether the piece matches exactly the end of data[at, end). */
  #matchEnd(piece: Piece, data: Uint8Array, at: number, end: number): boolean {
    if (piece.length === 0) return true;
    if (this.#plain) {
      const start = end - piece.length;
      return start >= at && this.#matchAt(piece, data, start, end) === end;
    }
    for (let start = at; start <= end; start++) {
      if (start < end && ((data[start] as number) & 0xc0) === 0x80) continue;
      if (this.#matchAt(piece, data, start, end) === end) return true;
    }
    return false;
  }
}

function cutPattern(pattern: Uint8Array, escape: number): Piece[] {
  const pieces: Piece[] = [];
  let piece: number[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const byte = pattern[i] as number;
    if (byte === escape && i + 1 < pattern.length) {
      piece.push(pattern[++i] as number);
    } else if (byte === percent) {
      pieces.push(Int16Array.from(piece));
      piece = [];
    } else {
      piece.push(byte === underscore ? anyCharacter : byte);
    }
  }
  pieces.push(Int16Array.from(piece));
  return pieces;
}

/** False when the pattern ends in its escape character, which is an error when it is used (22025). */
export function isValidPattern(pattern: string, escape: string = '\\'): boolean {
  let trailing = 0;
  while (pattern.endsWith(escape, pattern.length - trailing)) trailing++;
  return trailing % 2 === 0;
}
