/**
 * Bytes of a connection → messages. A frame is a length, and after the first packet of a connection a type byte before it:
 *
 * | OFFSET | SIZE | first packet (startup)              | OFFSET | SIZE | every later message                 |
 * |      0 |    4 | length, these four bytes included   |      0 |    1 | type                                |
 * |      4 |    4 | version or request code             |      1 |    4 | length, these four bytes included   |
 * |      8 |      | body                                |      5 |      | body                                |
 *
 * The reader gives a message as a part of the buffer it arrived in. Only one that is split over several chunks is copied, once.
 */
import { SqlError, sqlState } from '../common/sql-error.ts';
import { frontendMessage } from './message-types.ts';

/** Largest message body and largest small one, as in PostgreSQL (libpq.h). */
export const messageBytesMax = 0x3fff_fffe;
const smallMessageBytesMax = 10_000;
const authenticationBytesMax = 65_535;
const startupPacketBytesMax = 10_000;
const startupPacketBytesMin = 8;

const lengthBytes = 4;
const headerBytes = 5;

const noBytes = Buffer.alloc(0);

/** The most bytes a message of each type may have; 0 for a byte that is no type. */
const bodyBytesMax = new Int32Array(256);
for (const type of Object.values(frontendMessage)) bodyBytesMax[type] = smallMessageBytesMax;
for (const name of ['bind', 'copyData', 'functionCall', 'parse', 'query'] as const) {
  bodyBytesMax[frontendMessage[name]] = messageBytesMax;
}
bodyBytesMax[frontendMessage.password] = authenticationBytesMax;

/**
 * Cuts a byte stream into messages. After `feed`, call `next` until it is false; `type`, `buffer`, `start` and `end` then tell
 * where the message's body is. They stay valid until the next call of `next` or `feed`.
 */
export class FrameReader {
  /** Type byte of the message; 0 for a startup packet. */
  type = 0;
  buffer: Buffer = noBytes;
  /** Body of the message, after type and length. */
  start = 0;
  end = 0;
  /** Bytes not yet given out are pending[at, limit). */
  #pending: Buffer = noBytes;
  #at = 0;
  #limit = 0;
  /** The pending bytes are in a buffer of our own, with room to append. */
  #owned = false;

  /** Adds bytes. The chunk is kept, not copied, as long as it has messages in it: it must not change until they are handled. */
  feed(chunk: Buffer): void {
    const rest = this.#limit - this.#at;
    if (rest === 0) {
      this.#pending = chunk;
      this.#at = 0;
      this.#limit = chunk.length;
      this.#owned = false;
      return;
    }
    this.#makeRoom(rest, chunk.length);
    chunk.copy(this.#pending, this.#limit);
    this.#limit += chunk.length;
  }

  /** Bytes fed and not yet given out. */
  get pendingBytes(): number {
    return this.#limit - this.#at;
  }

  /** Whether `next` has something to say without more bytes: a message, or that there cannot be one. */
  get hasMessage(): boolean {
    const pending = this.pendingBytes;
    return pending >= headerBytes && pending > this.#readInt32(this.#at + 1) >>> 0;
  }

  /** Makes the pending bytes our own, with room for `more`. Doubling keeps the cost of a long message linear in its length. */
  #makeRoom(rest: number, more: number): void {
    if (this.#owned && this.#limit + more <= this.#pending.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * rest, rest + more, 1024));
    this.#pending.copy(grown, 0, this.#at, this.#limit);
    this.#pending = grown;
    this.#at = 0;
    this.#limit = rest;
    this.#owned = true;
  }

  /** Moves on to the next whole message; false when more bytes are needed. Throws a fatal SqlError 08P01 when it cannot be one. */
  next(): boolean {
    const at = this.#at;
    if (this.#limit - at < 1) return false;
    const type = this.#pending[at] as number;
    const bytesMax = bodyBytesMax[type] as number;
    if (bytesMax === 0) throw fatal(`invalid frontend message type ${type}`);
    if (this.#limit - at < headerBytes) return false;
    const length = this.#readInt32(at + 1) - lengthBytes;
    if (length < 0 || length > bytesMax) throw fatal('invalid message length');
    return this.#take(type, at + headerBytes, length);
  }

  /** As `next`, for the packet that starts a connection (again after an answer to SSLRequest). */
  nextStartupPacket(): boolean {
    const at = this.#at;
    if (this.#limit - at < lengthBytes) return false;
    const length = this.#readInt32(at);
    if (length < startupPacketBytesMin || length > startupPacketBytesMax) {
      throw fatal('invalid length of startup packet');
    }
    return this.#take(0, at + lengthBytes, length - lengthBytes);
  }

  #take(type: number, bodyStart: number, bodyBytes: number): boolean {
    const bodyEnd = bodyStart + bodyBytes;
    if (bodyEnd > this.#limit) return false;
    this.type = type;
    this.buffer = this.#pending;
    this.start = bodyStart;
    this.end = bodyEnd;
    this.#at = bodyEnd;
    return true;
  }

  #readInt32(at: number): number {
    const bytes = this.#pending;
    return (
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)
    );
  }
}

function fatal(message: string): SqlError {
  return new SqlError(sqlState.protocolViolation, message, { fatal: true });
}
