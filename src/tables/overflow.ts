/**
 * Values too long for a row (after PostgreSQL's TOAST). They live in a tree of their own, one per table, under
 * (value id, chunk number); the row holds a pointer. A value is written once and never changed; an update that leaves the
 * column alone keeps the pointer, so row images and before-images stay short and never name a page.
 *
 *   pointer   0   8   value id: the end of the log when the value was stored, and so never used twice
 *             8   4   bytes of the value
 *             12  4   0
 *
 *   chunk     key: u64 value id, u32 chunk number (big-endian)      value: up to chunkBytes of the stored form
 *
 * The stored form is a sequence of pieces of up to pieceBytes, each logged by one record and compressed by itself if that
 * pays, so that a huge value is stored in slices and no record is long. Each piece starts a chunk:
 *
 *   piece     0   4   bytes before compression
 *             4   4   bytes stored; bit 31: compressed with zstd
 *             8   …   the bytes
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { assert } from '../common/assert.ts';
import { ByteWriter } from '../common/byte-writer.ts';
import type { Lsn, TreeId } from '../common/ids.ts';
import { noXid } from '../common/ids.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import { Cursor } from '../storage/btree/cursor.ts';
import { noDeleteMark } from '../storage/btree/node.ts';
import type { BTree } from '../storage/btree/tree.ts';
import { recordBytes, type LogRecord } from '../storage/log/record.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { copyOf } from './copy-of.ts';
import type { OperationContext, RowSource } from './access-method.ts';
import type { TableEnvironment } from './environment.ts';
import type { ExternalValues } from './row-encode.ts';
import type { TreeDirectory } from './tree-directory.ts';

export const overflowRecordKind = { piece: 21, discard: 22 } as const;

const valueBytesMax = 0x3fff_ffff;
const chunkBytes = 2600;
const pieceBytesMax = 256 * 1024;
const pieceHeaderBytes = 8;
const compressedBit = 0x8000_0000;
/** Shorter values are not worth compressing. */
const compressBytesMin = 2048;
/** Bytes stored before the thread is given back. */
const sliceBytes = 1024 * 1024;
/** Values of more chunks than this are not removed at once but left to later slices. */
const removeChunksMax = 64;
const two32 = 0x1_0000_0000;

/** Thrown (without a stack, always the same) by `store` when it must wait: the row operation answers 'wait'. */
export const overflowWait: Error = Object.assign(new Error('overflow storage waits'), { stack: undefined });

interface PendingValue {
  readonly id: number;
  readonly length: number;
  stored: number;
  nextChunk: number;
}

/** Values stored for a row operation that waits and will be called again. */
interface PendingOperation {
  readonly source: RowSource;
  readonly row: number;
  readonly values: PendingValue[];
  /** The transaction's last record then: if there is another now, something else happened and the values may be undone. */
  readonly lastLsn: Lsn;
}

function continues(pending: PendingOperation, context: OperationContext, source: RowSource, row: number): boolean {
  return pending.source === source && pending.row === row && pending.lastLsn === context.transaction.lastLsn;
}

const keyBytes = Buffer.alloc(12);

function chunkKey(valueId: number, chunk: number): Buffer {
  keyBytes.writeUInt32BE(Math.floor(valueId / two32), 0);
  keyBytes.writeUInt32BE(valueId % two32, 4);
  keyBytes.writeUInt32BE(chunk, 8);
  return keyBytes;
}

export function pointerValueId(view: DataView, offset: number): number {
  return view.getUint32(offset, true) + view.getUint32(offset + 4, true) * two32;
}

export class OverflowStore implements ExternalValues {
  readonly #environment: TableEnvironment;
  readonly #directory: TreeDirectory;
  readonly #tableOid: number;
  /** The table's own tree: what records name. */
  readonly #mainTree: TreeId;
  readonly #treeId: TreeId;
  #tree: BTree | undefined = undefined;
  readonly #pending = new Map<Transaction, PendingOperation>();
  /** The row operation under way: its values so far, and how many of them the encoder has met this time. */
  #context: OperationContext | undefined = undefined;
  #source: RowSource | undefined = undefined;
  #row = 0;
  #values: PendingValue[] | undefined = undefined;
  #met = 0;
  #sliceLeft = 0;

  constructor(
    environment: TableEnvironment,
    directory: TreeDirectory,
    tableOid: number,
    mainTree: TreeId,
    treeId: TreeId,
  ) {
    this.#environment = environment;
    this.#directory = directory;
    this.#tableOid = tableOid;
    this.#mainTree = mainTree;
    this.#treeId = treeId;
  }

  findTree(): BTree | undefined {
    return (this.#tree ??= this.#directory.findTree(this.#treeId, noDeleteMark));
  }

  #obtainTree(): BTree {
    return (this.#tree ??= this.findTree() ?? this.#directory.createTree(this.#treeId, this.#tableOid, noDeleteMark));
  }

  // ---- storing, as part of a row operation

  /** Before a row is encoded. What an earlier call for the same row has stored already is taken up again. */
  begin(context: OperationContext, source: RowSource, row: number): void {
    this.#context = context;
    this.#source = source;
    this.#row = row;
    this.#met = 0;
    this.#sliceLeft = sliceBytes;
    if (this.#pending.size > 0) this.#forgetFinished();
    const pending = this.#pending.get(context.transaction);
    this.#values = pending !== undefined && continues(pending, context, source, row) ? pending.values : undefined;
    if (pending !== undefined) this.#pending.delete(context.transaction);
  }

  #forgetFinished(): void {
    for (const transaction of this.#pending.keys()) {
      if (transaction.state === 'finished') this.#pending.delete(transaction);
    }
  }

  /** The row operation will be tried again. */
  pause(): void {
    if (this.#values === undefined) return;
    const { transaction } = this.#context as OperationContext;
    const pending = {
      source: this.#source as RowSource,
      row: this.#row,
      values: this.#values,
      lastLsn: transaction.lastLsn,
    };
    this.#pending.set(transaction, pending);
  }

  /** The row operation does not happen: its values go. */
  discard(): void {
    if (this.#values === undefined) return;
    const { body, log } = this.#environment;
    const context = this.#context as OperationContext;
    body.reset();
    this.#writeRecordStart(body);
    body.uint32LE(this.#values.length);
    for (const value of this.#values) body.uint53LE(value.id);
    // Without room for the record the values just stay, unreferenced, until the transaction is rolled back.
    if (!log.reserve(recordBytes(body.length), context.waiter, 'system')) return;
    this.#environment.append(context.transaction, overflowRecordKind.discard);
    for (const value of this.#values) this.remove(value.id);
  }

  store(data: Uint8Array, offset: number, length: number, out: ByteWriter): void {
    if (length > valueBytesMax) {
      throw new SqlError(
        sqlState.programLimitExceeded,
        `value of ${length} bytes exceeds the maximum of ${valueBytesMax}`,
      );
    }
    const values = (this.#values ??= []);
    const value = (values[this.#met] ??= { id: this.#environment.log.appendLsn, length, stored: 0, nextChunk: 0 });
    assert(value.length === length, 'ROW-1: a row operation is called again with the same arguments');
    this.#met++;
    while (value.stored < length) this.#storePiece(value, data, offset);
    out.uint53LE(value.id);
    out.uint32LE(length);
    out.uint32LE(0);
  }

  #storePiece(value: PendingValue, data: Uint8Array, offset: number): void {
    const context = this.#context as OperationContext;
    if (this.#sliceLeft <= 0) {
      setImmediate(() => context.waiter.wake());
      throw overflowWait;
    }
    const { body, log, pool } = this.#environment;
    const start = offset + value.stored;
    const count = Math.min(pieceBytesMax, Math.floor(log.bodyBytesMax / 3) - 64, value.length - value.stored);
    body.reset();
    this.#writeRecordStart(body);
    body.uint53LE(value.id);
    body.uint32LE(value.nextChunk);
    const pieceStart = body.length;
    writePiece(data.subarray(start, start + count), body);
    pool.reserve(Math.ceil(body.length / 4000) + 4);
    if (!log.reserve(recordBytes(body.length), context.waiter)) throw overflowWait;
    this.#environment.append(context.transaction, overflowRecordKind.piece);
    value.nextChunk = this.#putChunks(value.id, value.nextChunk, body.bytes, pieceStart, body.length);
    value.stored += count;
    this.#sliceLeft -= count;
  }

  #writeRecordStart(body: ByteWriter): void {
    body.uint32LE(this.#directory.space);
    body.uint32LE(this.#mainTree);
  }

  /** Returns the number of the chunk after the last. */
  #putChunks(valueId: number, firstChunk: number, bytes: Uint8Array, start: number, end: number): number {
    const tree = this.#obtainTree();
    let chunk = firstChunk;
    for (let at = start; at < end; at += chunkBytes) {
      tree.put(chunkKey(valueId, chunk++), bytes.subarray(at, Math.min(at + chunkBytes, end)), noXid);
    }
    return chunk;
  }

  // ---- reading

  lengthOf(data: Uint8Array, pointerOffset: number): number {
    return pointerLength(data, pointerOffset);
  }

  load(data: Uint8Array, pointerOffset: number, out: ByteWriter): void {
    const length = pointerLength(data, pointerOffset);
    const end = out.reserve(length) + length;
    const tree = this.findTree();
    assert(tree !== undefined, 'ROW-1: a pointer in a row has its value');
    const key = chunkKey(readId(data, pointerOffset), 0);
    const cursor = new Cursor(tree);
    try {
      cursor.seek(key, 0, key.length);
      while (out.length < end) readPiece(cursor, out);
    } finally {
      cursor.release();
    }
    assert(out.length === end, 'ROW-1: a value has the length its pointer says');
  }

  equals(pointer: Uint8Array, pointerOffset: number, data: Uint8Array, offset: number, length: number): boolean {
    if (pointerLength(pointer, pointerOffset) !== length) return false;
    const loaded = new ByteWriter(length);
    this.load(pointer, pointerOffset, loaded);
    return loaded.bytes.subarray(0, length).equals(data.subarray(offset, offset + length));
  }

  // ---- removing

  /** Removes a value's chunks; a very long value is only noted for `removeSome`. No-op for what is not there. */
  remove(valueId: number): void {
    if (!this.removeSome(valueId, removeChunksMax)) this.#directory.addDeadValue(this.#treeId, valueId);
  }

  /** Removes up to `chunksMax` chunks; true if none are left. */
  removeSome(valueId: number, chunksMax: number): boolean {
    const tree = this.findTree();
    return tree === undefined || removeChunks(tree, valueId, chunksMax);
  }

  // ---- records

  replayPiece(record: LogRecord): void {
    const { view, start } = record;
    this.#putChunks(
      pointerValueId(view, start + 8),
      view.getUint32(start + 16, true),
      record.bytes,
      start + 20,
      record.end,
    );
  }

  undoPiece(record: LogRecord): void {
    const { view, start } = record;
    const tree = this.findTree();
    if (tree === undefined) return;
    const valueId = pointerValueId(view, start + 8);
    const first = view.getUint32(start + 16, true);
    const chunks = Math.ceil((record.end - start - 20) / chunkBytes);
    for (let chunk = first + chunks - 1; chunk >= first; chunk--) tree.remove(chunkKey(valueId, chunk));
  }

  replayDiscard(record: LogRecord): void {
    const { view, start } = record;
    const count = view.getUint32(start + 8, true);
    for (let i = 0; i < count; i++) this.remove(pointerValueId(view, start + 12 + 8 * i));
  }
}

/** Removes up to `chunksMax` chunks of a value; true if none are left. */
export function removeChunks(tree: BTree, valueId: number, chunksMax: number): boolean {
  const { bytes } = tree.pages;
  const low = Buffer.from(chunkKey(valueId, 0));
  const cursor = new Cursor(tree);
  try {
    for (let left = chunksMax; cursor.seek(low, 0, low.length); left--) {
      const key = copyOf(bytes, cursor.keyStart, cursor.keyStart + cursor.keyLength);
      if (Buffer.compare(key.subarray(0, 8), low.subarray(0, 8)) !== 0) return true;
      if (left === 0) return false;
      cursor.release();
      tree.remove(key);
    }
    return true;
  } finally {
    cursor.release();
  }
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

function readId(data: Uint8Array, pointerOffset: number): number {
  return readUint32(data, pointerOffset) + readUint32(data, pointerOffset + 4) * two32;
}

function pointerLength(data: Uint8Array, pointerOffset: number): number {
  return readUint32(data, pointerOffset + 8);
}

function writePiece(raw: Uint8Array, out: ByteWriter): void {
  const packed = raw.length < compressBytesMin ? undefined : compress(raw);
  const stored = packed ?? raw;
  out.uint32LE(raw.length);
  out.uint32LE(packed === undefined ? raw.length : packed.length + compressedBit);
  out.copy(stored);
}

/** undefined if it does not pay. */
function compress(raw: Uint8Array): Uint8Array | undefined {
  const packed = zstdCompressSync(raw, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  return packed.length + (raw.length >> 3) < raw.length ? packed : undefined;
}

const pieceScratch = new ByteWriter(pieceHeaderBytes + 4096);

/** Appends the value bytes of the piece whose first chunk the cursor rests on, and moves it behind the piece. */
function readPiece(cursor: Cursor, out: ByteWriter): void {
  const piece = pieceScratch;
  piece.reset();
  appendChunk(cursor, piece);
  const rawBytes = piece.view.getUint32(0, true);
  const packed = piece.view.getUint32(4, true);
  const storedBytes = packed >= compressedBit ? packed - compressedBit : packed;
  while (piece.length < pieceHeaderBytes + storedBytes) appendChunk(cursor, piece);
  const stored = piece.bytes.subarray(pieceHeaderBytes, pieceHeaderBytes + storedBytes);
  const before = out.length;
  out.copy(packed >= compressedBit ? zstdDecompressSync(stored) : stored);
  assert(out.length - before === rawBytes && rawBytes > 0, 'ROW-1: a piece has the length it says');
}

function appendChunk(cursor: Cursor, piece: ByteWriter): void {
  assert(cursor.frame >= 0, 'ROW-1: a value has all its chunks');
  const { bytes } = cursor.tree.pages;
  const start = cursor.valueStart;
  piece.copy(bytes, start, start + cursor.valueLength);
  cursor.next();
}
