/**
 * The bytes of COPY FROM as the client's messages bring them: a window that grows at its end and is used up from its start.
 * How messages are cut has no meaning; a row may be spread over many of them.
 */
export class InputBytes {
  bytes: Buffer = Buffer.allocUnsafeSlow(64 * 1024);
  /** Not used up yet: bytes[at, limit). */
  protected at = 0;
  protected limit = 0;
  /** No more bytes will come. */
  protected isComplete = false;

  feed(chunk: Uint8Array, start: number, end: number): void {
    const count = end - start;
    if (this.limit + count > this.bytes.length) this.#makeRoom(count);
    this.bytes.set(chunk.subarray(start, end), this.limit);
    this.limit += count;
  }

  complete(): void {
    this.isComplete = true;
  }

  /** Drops what is used up. Doubling keeps the cost of a long row linear in its length. */
  #makeRoom(count: number): void {
    const moved = this.at;
    const rest = this.limit - moved;
    let target = this.bytes;
    if (rest + count > target.length / 2) target = Buffer.allocUnsafeSlow(Math.max(2 * target.length, rest + count));
    this.bytes.copy(target, 0, moved, this.limit);
    this.bytes = target;
    this.at = 0;
    this.limit = rest;
    this.shift(moved);
  }

  /** What is left now starts `moved` bytes earlier. */
  protected shift(_moved: number): void {}
}
