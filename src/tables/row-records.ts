/**
 * The log records of row changes. Each is redo and undo at once: it holds what the row was and what it became, so that replay,
 * rollback, older versions and purge all read the same record (LOG-1, LOG-5).
 *
 *   OFFSET  SIZE  BODY (little-endian)
 *   0       4     space
 *   4       4     the table's tree
 *   8       2     length of the key
 *   10      k     key of the row in that tree
 *
 *   insert        1   1 if a deleted row stood at the key, else 0
 *                     [ 2 + n  that row's image, header included; then candidates ]
 *                 …   the new image from its flags on
 *   update       16   old header
 *                 3   new flags and layout
 *                 8   four lengths: bytes after the header that begin and that end both images alike, old middle, new middle
 *                 …   old middle, new middle, candidates
 *   delete       16   old header
 *   move         16   old header: the row is deleted here and lives on under another key (MVCC-5)
 *                8    LSN of the record that inserted it there, the one before this
 *                     2 + n  that key
 *   insert many   2   rows; then for each 2 + n key, 2 + n image from its flags on. The key above is empty
 *
 *   candidates    2   index keys; for each 4 tree, 2 + n index key
 *                 2   overflow values; for each 8 value id
 *
 * Candidates are what purge has to look at: index entries and overflow values of this row that no later version may need.
 * They are written down because an image in a record can be read only as long as its layout is known; keys and ids always.
 */
import { assert } from '../common/assert.ts';
import type { ByteWriter } from '../common/byte-writer.ts';
import type { Lsn, SpaceId, TreeId } from '../common/ids.ts';
import { noLsn } from '../common/ids.ts';
import type { LogRecord } from '../storage/log/record.ts';
import { copyOf } from './copy-of.ts';
import { rowHeaderBytes } from './row-format.ts';

export const rowRecordKind = { insert: 16, update: 17, delete: 18, move: 19, insertMany: 20 } as const;

/** Of the header a record repeats flags and layout only: xid and LSN are the record's own. */
const flagsOffset = 13;
const flagsBytes = 3;

export function writeRowRecordStart(
  out: ByteWriter,
  space: SpaceId,
  tree: TreeId,
  key: Uint8Array,
  keyStart: number,
  keyEnd: number,
): void {
  out.reset();
  out.uint32LE(space);
  out.uint32LE(tree);
  out.uint16LE(keyEnd - keyStart);
  out.copy(key, keyStart, keyEnd);
}

/** Ends an insert record: the image lies at image[start, end). */
export function writeInsertedImage(out: ByteWriter, image: Uint8Array, start: number, end: number): void {
  out.copy(image, start + flagsOffset, end);
}

/** Old header, flags and middle of an update. Both images begin with their headers. */
export function writeUpdateDifference(
  out: ByteWriter,
  before: Uint8Array,
  beforeStart: number,
  beforeEnd: number,
  after: Uint8Array,
  afterStart: number,
  afterEnd: number,
): void {
  const shortest = Math.min(beforeEnd - beforeStart, afterEnd - afterStart) - rowHeaderBytes;
  const beforeBody = beforeStart + rowHeaderBytes;
  const afterBody = afterStart + rowHeaderBytes;
  let prefix = 0;
  while (prefix < shortest && before[beforeBody + prefix] === after[afterBody + prefix]) prefix++;
  let suffix = 0;
  while (suffix < shortest - prefix && before[beforeEnd - 1 - suffix] === after[afterEnd - 1 - suffix]) suffix++;
  out.copy(before, beforeStart, beforeBody);
  out.copy(after, afterStart + flagsOffset, afterBody);
  out.uint16LE(prefix);
  out.uint16LE(suffix);
  out.uint16LE(beforeEnd - suffix - beforeBody - prefix);
  out.uint16LE(afterEnd - suffix - afterBody - prefix);
  out.copy(before, beforeBody + prefix, beforeEnd - suffix);
  out.copy(after, afterBody + prefix, afterEnd - suffix);
}

/** A row image in memory of its own; grown as needed, reused. */
export class ImageBuffer {
  bytes: Buffer = Buffer.allocUnsafeSlow(4096);
  view: DataView = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
  length = 0;

  ensure(bytes: number): void {
    if (bytes <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * this.bytes.length));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
    this.view = new DataView(grown.buffer, grown.byteOffset, grown.byteLength);
  }

  set(source: Uint8Array, start: number, end: number): void {
    this.ensure(end - start);
    this.length = end - start;
    copy(source, start, end, this.bytes, 0);
  }
}

function copy(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void {
  if (end - start > 40) target.set(source.subarray(start, end), at);
  else for (let i = start; i < end; i++) target[at++] = source[i] as number;
}

/** A row record being read: `place` finds the parts, which stay where they are. Reused. */
export class RowRecord {
  record: LogRecord | undefined = undefined;
  kind = 0;
  space = 0 as SpaceId;
  tree = 0 as TreeId;
  keyStart = 0;
  keyEnd = 0;
  /** Old header of update, delete and move; old image of an insert; -1 if nothing stood there. */
  beforeStart = -1;
  beforeEnd = -1;
  /** insert: the new image from its flags on. update: new flags. */
  afterStart = 0;
  prefix = 0;
  suffix = 0;
  oldMiddleStart = 0;
  newMiddleStart = 0;
  newMiddleEnd = 0;
  /** Where the candidates begin; -1: none. */
  candidatesStart = -1;
  /** move: the key the row lives on under. */
  newKeyStart = 0;
  newKeyEnd = 0;
  newLsn: Lsn = noLsn;
  /** insert many: number of rows, and where the first begins. */
  rowCount = 0;
  rowsStart = 0;

  place(record: LogRecord): void {
    const { view } = record;
    this.record = record;
    this.kind = record.kind;
    this.space = view.getUint32(record.start, true) as SpaceId;
    this.tree = view.getUint32(record.start + 4, true) as TreeId;
    this.keyStart = record.start + 10;
    this.keyEnd = this.keyStart + view.getUint16(record.start + 8, true);
    this.beforeStart = -1;
    this.beforeEnd = -1;
    this.candidatesStart = -1;
    switch (record.kind) {
      case rowRecordKind.insert:
        this.#placeInsert(record);
        return;
      case rowRecordKind.update:
        this.#placeUpdate(record);
        return;
      case rowRecordKind.delete:
        this.beforeStart = this.keyEnd;
        this.beforeEnd = this.keyEnd + rowHeaderBytes;
        return;
      case rowRecordKind.move:
        this.beforeStart = this.keyEnd;
        this.beforeEnd = this.keyEnd + rowHeaderBytes;
        this.newLsn = (view.getUint32(this.beforeEnd, true) +
          view.getUint32(this.beforeEnd + 4, true) * 0x1_0000_0000) as Lsn;
        this.newKeyStart = this.beforeEnd + 10;
        this.newKeyEnd = this.newKeyStart + view.getUint16(this.beforeEnd + 8, true);
        return;
      case rowRecordKind.insertMany:
        this.rowCount = view.getUint16(this.keyEnd, true);
        this.rowsStart = this.keyEnd + 2;
        return;
      default:
        assert(false, `MVCC-1: a row's LSN names a row record, not kind ${record.kind}`);
    }
  }

  #placeInsert(record: LogRecord): void {
    const { view } = record;
    let at = this.keyEnd + 1;
    if (view.getUint8(this.keyEnd) === 1) {
      this.beforeStart = at + 2;
      this.beforeEnd = this.beforeStart + view.getUint16(at, true);
      this.candidatesStart = this.beforeEnd;
      at = candidatesEnd(view, this.beforeEnd);
    }
    this.afterStart = at;
  }

  #placeUpdate(record: LogRecord): void {
    const { view } = record;
    this.beforeStart = this.keyEnd;
    this.beforeEnd = this.keyEnd + rowHeaderBytes;
    this.afterStart = this.beforeEnd;
    const lengths = this.afterStart + flagsBytes;
    this.prefix = view.getUint16(lengths, true);
    this.suffix = view.getUint16(lengths + 2, true);
    this.oldMiddleStart = lengths + 8;
    this.newMiddleStart = this.oldMiddleStart + view.getUint16(lengths + 4, true);
    this.newMiddleEnd = this.newMiddleStart + view.getUint16(lengths + 6, true);
    if (this.newMiddleEnd < record.end) this.candidatesStart = this.newMiddleEnd;
  }

  #bytes(): Uint8Array {
    assert(this.record !== undefined, 'LOG-1: a record is placed before it is read');
    return this.record.bytes;
  }

  /** The key, a view into the record. */
  key(): Uint8Array {
    return this.#bytes().subarray(this.keyStart, this.keyEnd);
  }

  newKey(): Uint8Array {
    return this.#bytes().subarray(this.newKeyStart, this.newKeyEnd);
  }

  /** The image that an insert made; its xid and LSN are not set. */
  insertedImage(target: ImageBuffer): void {
    const { record, afterStart } = this;
    const bytes = this.#bytes();
    target.ensure(flagsOffset + (record as LogRecord).end - afterStart);
    target.length = flagsOffset + (record as LogRecord).end - afterStart;
    copy(bytes, afterStart, (record as LogRecord).end, target.bytes, flagsOffset);
  }

  /** What an update makes of current[start, end); its xid and LSN are not set. */
  updatedImage(current: Uint8Array, start: number, end: number, target: ImageBuffer): void {
    this.#rebuild(current, start, end, this.newMiddleStart, this.newMiddleEnd, target);
    copy(this.#bytes(), this.afterStart, this.afterStart + flagsBytes, target.bytes, flagsOffset);
  }

  /**
   * The version before this record, from the one it made, current[start, end); `target` must be another buffer. False if
   * there was none.
   */
  previousImage(current: Uint8Array, start: number, end: number, target: ImageBuffer): boolean {
    if (this.beforeStart < 0) return false;
    const bytes = this.#bytes();
    if (this.kind === rowRecordKind.insert) {
      target.set(bytes, this.beforeStart, this.beforeEnd);
      return true;
    }
    if (this.kind === rowRecordKind.update) {
      this.#rebuild(current, start, end, this.oldMiddleStart, this.newMiddleStart, target);
    } else {
      target.set(current, start, end);
    }
    copy(bytes, this.beforeStart, this.beforeStart + rowHeaderBytes, target.bytes, 0);
    return true;
  }

  /** Common beginning, another middle, common end. */
  #rebuild(
    current: Uint8Array,
    start: number,
    end: number,
    middle: number,
    middleEnd: number,
    target: ImageBuffer,
  ): void {
    const head = rowHeaderBytes + this.prefix;
    const length = head + middleEnd - middle + this.suffix;
    target.ensure(length);
    target.length = length;
    copy(current, start, start + head, target.bytes, 0);
    copy(this.#bytes(), middle, middleEnd, target.bytes, head);
    copy(current, end - this.suffix, end, target.bytes, length - this.suffix);
  }
}

/** One row of an "insert many" record. */
export class BulkRow {
  keyStart = 0;
  keyEnd = 0;
  /** The image from its flags on. */
  imageStart = 0;
  imageEnd = 0;

  /** Reads the row at `at` and returns where the next one begins. */
  place(view: DataView, at: number): number {
    this.keyStart = at + 2;
    this.keyEnd = this.keyStart + view.getUint16(at, true);
    this.imageStart = this.keyEnd + 2;
    this.imageEnd = this.imageStart + view.getUint16(this.keyEnd, true);
    return this.imageEnd;
  }

  image(bytes: Uint8Array, target: ImageBuffer): void {
    target.ensure(flagsOffset + this.imageEnd - this.imageStart);
    target.length = flagsOffset + this.imageEnd - this.imageStart;
    copy(bytes, this.imageStart, this.imageEnd, target.bytes, flagsOffset);
  }
}

/** Appends one row to an "insert many" record. */
export function writeBulkRow(
  out: ByteWriter,
  key: Uint8Array,
  keyStart: number,
  keyEnd: number,
  image: Uint8Array,
  start: number,
  end: number,
): void {
  out.uint16LE(keyEnd - keyStart);
  out.copy(key, keyStart, keyEnd);
  out.uint16LE(end - start - flagsOffset);
  out.copy(image, start + flagsOffset, end);
}

/** Index keys and overflow values that purge has to look at, being gathered for a record or read from one. */
export class Candidates {
  readonly trees: TreeId[] = [];
  readonly keys: Uint8Array[] = [];
  readonly values: number[] = [];

  clear(): void {
    this.trees.length = 0;
    this.keys.length = 0;
    this.values.length = 0;
  }

  get isEmpty(): boolean {
    return this.trees.length === 0 && this.values.length === 0;
  }

  addKey(tree: TreeId, key: Uint8Array): void {
    this.trees.push(tree);
    this.keys.push(key);
  }

  write(out: ByteWriter): void {
    out.uint16LE(this.trees.length);
    for (let i = 0; i < this.trees.length; i++) {
      const key = this.keys[i] as Uint8Array;
      out.uint32LE(this.trees[i] as TreeId);
      out.uint16LE(key.length);
      out.copy(key);
    }
    out.uint16LE(this.values.length);
    for (const value of this.values) out.uint53LE(value);
  }

  /** The keys are copies. */
  read(record: LogRecord, start: number): void {
    const { bytes, view } = record;
    this.clear();
    let at = start + 2;
    for (let left = view.getUint16(start, true); left > 0; left--) {
      const length = view.getUint16(at + 4, true);
      this.addKey(view.getUint32(at, true) as TreeId, copyOf(bytes, at + 6, at + 6 + length));
      at += 6 + length;
    }
    const values = view.getUint16(at, true);
    at += 2;
    for (let i = 0; i < values; i++, at += 8) {
      this.values.push(view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000);
    }
  }
}

function candidatesEnd(view: DataView, start: number): number {
  let at = start + 2;
  for (let left = view.getUint16(start, true); left > 0; left--) at += 6 + view.getUint16(at + 4, true);
  return at + 2 + 8 * view.getUint16(at, true);
}
