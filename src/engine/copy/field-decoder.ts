/** Resolves escapes and quotes of one field into scratch memory. */
import { ByteWriter } from '../../common/byte-writer.ts';
import { checkUtf8 } from '../../common/utf8.ts';
import type { CopyOptions } from './copy-options.ts';

const backslash = 0x5c;

const escapedLetters: ReadonlyMap<number, number> = new Map([
  [0x62, 0x08], // b
  [0x66, 0x0c], // f
  [0x6e, 0x0a], // n
  [0x72, 0x0d], // r
  [0x74, 0x09], // t
  [0x76, 0x0b], // v
]);

function octalDigit(byte: number | undefined): number {
  return byte !== undefined && byte >= 0x30 && byte <= 0x37 ? byte - 0x30 : -1;
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}

export class FieldDecoder {
  readonly out = new ByteWriter(256);
  readonly #options: CopyOptions;

  constructor(options: CopyOptions) {
    this.#options = options;
  }

  /** Leaves the value in out.bytes[0, out.length). */
  decode(bytes: Uint8Array, start: number, end: number): void {
    this.out.reset();
    if (this.#options.format === 'csv') this.#unquote(bytes, start, end);
    else this.#unescape(bytes, start, end);
  }

  #unescape(bytes: Uint8Array, start: number, end: number): void {
    const { out } = this;
    let madeBytes = false;
    let at = start;
    while (at < end) {
      const byte = bytes[at++] as number;
      if (byte !== backslash || at >= end) {
        out.uint8(byte);
        continue;
      }
      const next = bytes[at] as number;
      if (octalDigit(next) >= 0) {
        let value = 0;
        for (let i = 0; i < 3 && at < end && octalDigit(bytes[at]) >= 0; i++)
          value = value * 8 + octalDigit(bytes[at++]);
        out.uint8(value & 0xff);
        madeBytes = true;
      } else if (next === 0x78 && at + 1 < end && hexDigit(bytes[at + 1]) >= 0) {
        at++;
        let value = 0;
        for (let i = 0; i < 2 && at < end && hexDigit(bytes[at]) >= 0; i++) value = value * 16 + hexDigit(bytes[at++]);
        out.uint8(value);
        madeBytes = true;
      } else {
        out.uint8(escapedLetters.get(next) ?? next);
        at++;
      }
    }
    if (madeBytes) checkUtf8(out.bytes, 0, out.length);
  }

  #unquote(bytes: Uint8Array, start: number, end: number): void {
    const { out } = this;
    const { quote, escape } = this.#options;
    let quoted = false;
    let at = start;
    while (at < end) {
      const byte = bytes[at++] as number;
      if (quoted && byte === escape && at < end && (bytes[at] === quote || bytes[at] === escape))
        out.uint8(bytes[at++] as number);
      else if (byte === quote) quoted = !quoted;
      else out.uint8(byte);
    }
  }
}
