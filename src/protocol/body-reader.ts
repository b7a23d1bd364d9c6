/** Reads the body of one message, field after field. Errors are PostgreSQL's of pqformat.c: 08P01, not fatal. */
import { SqlError, sqlState } from '../common/sql-error.ts';
import { checkUtf8 } from '../common/utf8.ts';

export class BodyReader {
  buffer: Buffer = Buffer.alloc(0);
  at = 0;
  end = 0;
  readonly #names = new NameTable();

  open(buffer: Buffer, start: number, end: number): void {
    this.buffer = buffer;
    this.at = start;
    this.end = end;
  }

  uint8(): number {
    const at = this.#advance(1);
    return this.buffer[at] as number;
  }

  uint16(): number {
    const at = this.#advance(2);
    return ((this.buffer[at] as number) << 8) | (this.buffer[at + 1] as number);
  }

  int32(): number {
    const { buffer } = this;
    const at = this.#advance(4);
    return (
      ((buffer[at] as number) << 24) |
      ((buffer[at + 1] as number) << 16) |
      ((buffer[at + 2] as number) << 8) |
      (buffer[at + 3] as number)
    );
  }

  uint32(): number {
    return this.int32() >>> 0;
  }

  /** Skips `count` bytes and returns where they start. */
  bytes(count: number): number {
    if (count < 0) throw violation('insufficient data left in message');
    return this.#advance(count);
  }

  /** Skips a string that ends in NUL and returns where the NUL is; the string starts where the reader stood. */
  stringEnd(): number {
    const end = this.buffer.indexOf(0, this.at);
    if (end < 0 || end >= this.end) throw violation('invalid string in message');
    this.at = end + 1;
    return end;
  }

  /** A short string: the name of a statement or portal. */
  name(): string {
    const { buffer, end } = this;
    const start = this.at;
    let at = start;
    while (at < end && buffer[at] !== 0) at++;
    if (at === end) throw violation('invalid string in message');
    this.at = at + 1;
    return at === start ? '' : this.#names.get(buffer, start, at);
  }

  text(): string {
    const { at } = this;
    const end = this.stringEnd();
    checkUtf8(this.buffer, at, end);
    return this.buffer.utf8Slice(at, end);
  }

  finish(): void {
    if (this.at !== this.end) throw violation('invalid message format');
  }

  #advance(count: number): number {
    const { at } = this;
    if (count > this.end - at) throw violation('insufficient data left in message');
    this.at = at + count;
    return at;
  }
}

export function violation(message: string): SqlError {
  return new SqlError(sqlState.protocolViolation, message);
}

const tableSlots = 64;
const nameBytesMax = 64;

/** Gives the same JS string for the same bytes without making it again: clients repeat a few names for ever. */
class NameTable {
  readonly #names: (string | undefined)[] = Array.from({ length: tableSlots }, () => undefined);

  get(buffer: Buffer, start: number, end: number): string {
    if (end - start > nameBytesMax) return decodeName(buffer, start, end);
    let hash = end - start;
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (buffer[at] as number)) | 0;
    const slot = (hash ^ (hash >>> 6)) & (tableSlots - 1);
    const known = this.#names[slot];
    if (known !== undefined && isName(known, buffer, start, end)) return known;
    const name = decodeName(buffer, start, end);
    this.#names[slot] = name;
    return name;
  }
}

/** Whether bytes are the ASCII string `name`. */
function isName(name: string, buffer: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) {
    const byte = buffer[start + i] as number;
    if (byte >= 0x80 || byte !== name.charCodeAt(i)) return false;
  }
  return true;
}

function decodeName(buffer: Buffer, start: number, end: number): string {
  checkUtf8(buffer, start, end);
  return buffer.utf8Slice(start, end);
}
