/**
 * A growable byte buffer for encoders: rows, keys, log records, wire messages. Reused, never shrunk below its first size.
 * All multi-byte writers say their byte order in the name.
 */
export class ByteWriter {
  bytes: Buffer;
  view: DataView;
  length = 0;

  constructor(initialBytes: number = 256) {
    this.bytes = Buffer.allocUnsafeSlow(initialBytes);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
  }

  reset(): void {
    this.length = 0;
  }

  /** Makes room for `count` more bytes and returns the offset to write them at; the caller advances `length`. */
  reserve(count: number): number {
    const needed = this.length + count;
    if (needed > this.bytes.length) this.#grow(needed);
    return this.length;
  }

  #grow(needed: number): void {
    let capacity = this.bytes.length * 2;
    while (capacity < needed) capacity *= 2;
    const grown = Buffer.allocUnsafeSlow(capacity);
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
    this.view = new DataView(grown.buffer, grown.byteOffset, grown.byteLength);
  }

  uint8(value: number): void {
    const at = this.reserve(1);
    this.bytes[at] = value;
    this.length = at + 1;
  }

  uint16LE(value: number): void {
    const at = this.reserve(2);
    this.view.setUint16(at, value, true);
    this.length = at + 2;
  }

  uint16BE(value: number): void {
    const at = this.reserve(2);
    this.view.setUint16(at, value, false);
    this.length = at + 2;
  }

  uint32LE(value: number): void {
    const at = this.reserve(4);
    this.view.setUint32(at, value, true);
    this.length = at + 4;
  }

  uint32BE(value: number): void {
    const at = this.reserve(4);
    this.view.setUint32(at, value, false);
    this.length = at + 4;
  }

  int32LE(value: number): void {
    const at = this.reserve(4);
    this.view.setInt32(at, value, true);
    this.length = at + 4;
  }

  int32BE(value: number): void {
    const at = this.reserve(4);
    this.view.setInt32(at, value, false);
    this.length = at + 4;
  }

  /** A non-negative safe integer in 8 bytes. */
  uint53LE(value: number): void {
    const at = this.reserve(8);
    this.view.setUint32(at, value % 0x1_0000_0000, true);
    this.view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true);
    this.length = at + 8;
  }

  int64BE(value: number | bigint): void {
    const at = this.reserve(8);
    this.view.setBigInt64(at, BigInt(value), false);
    this.length = at + 8;
  }

  int64LE(value: number | bigint): void {
    const at = this.reserve(8);
    this.view.setBigInt64(at, BigInt(value), true);
    this.length = at + 8;
  }

  float64LE(value: number): void {
    const at = this.reserve(8);
    this.view.setFloat64(at, value, true);
    this.length = at + 8;
  }

  float64BE(value: number): void {
    const at = this.reserve(8);
    this.view.setFloat64(at, value, false);
    this.length = at + 8;
  }

  float32BE(value: number): void {
    const at = this.reserve(4);
    this.view.setFloat32(at, value, false);
    this.length = at + 4;
  }

  /** Appends source[start, end). */
  copy(source: Uint8Array, start: number = 0, end: number = source.length): void {
    const count = end - start;
    const at = this.reserve(count);
    if (count < 24) {
      for (let i = 0; i < count; i++) this.bytes[at + i] = source[start + i] as number;
    } else {
      this.bytes.set(start === 0 && end === source.length ? source : source.subarray(start, end), at);
    }
    this.length = at + count;
  }

  /** Appends a string as UTF-8. */
  utf8(text: string): void {
    const at = this.reserve(text.length * 3);
    this.length = at + this.bytes.utf8Write(text, at);
  }

  /** Appends a string of code points below 256, one byte each. */
  latin1(text: string): void {
    const at = this.reserve(text.length);
    this.length = at + this.bytes.latin1Write(text, at);
  }

  /** A view of what was written; valid until the next write or reset. */
  written(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  /** A copy of what was written. */
  toBytes(): Buffer {
    return Buffer.from(this.written());
  }
}
