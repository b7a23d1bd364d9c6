/**
 * Inserting many rows: one log record for a stretch of them, and no search where rows are appended. A stretch takes rows with
 * ascending keys that no row has, without long values; whatever is not so plain goes through the ordinary insertion.
 */
import { getRightSibling, getSlotCount } from '../storage/page.ts';
import { noPage } from '../common/ids.ts';
import { compareKeys } from '../storage/btree/node-search.ts';
import type { TreePosition } from '../storage/btree/position.ts';
import { recordBytes } from '../storage/log/record.ts';
import type { ModifyOutcome, OperationContext, RowSource } from './access-method.ts';
import { brokenChange, type TableEnvironment } from './environment.ts';
import { RowImage, rowidBytes, type OpenTable } from './open-table.ts';
import type { RowConflicts } from './row-conflicts.ts';
import { waits } from './row-conflicts.ts';
import { clusterKeyBytesMax, RowEncoder, type ExternalValues } from './row-encode.ts';
import { writeRowVersion } from './row-format.ts';
import { rowRecordKind, writeBulkRow, writeRowRecordStart } from './row-records.ts';
import type { RowWriter } from './row-writer.ts';
import { indexEntryBytesMax } from './secondary-index.ts';

/** A stretch ends when its record is about so long, or has so many rows. */
const stretchBytes = 16 * 1024;
const stretchRows = 256;

const noKey = new Uint8Array(0);

/** Thrown, without a stack, when a row has a long value. */
const notPlain: Error = Object.assign(new Error('row has a long value'), { stack: undefined });

const noExternals: ExternalValues = {
  store: () => {
    throw notPlain;
  },
  load: () => {
    throw notPlain;
  },
  lengthOf: () => 0,
  equals: () => false,
};

export class BulkInsert {
  readonly #table: OpenTable;
  readonly #environment: TableEnvironment;
  readonly #conflicts: RowConflicts;
  readonly #writer: RowWriter;
  readonly #encoder: RowEncoder;
  readonly #row = new RowImage();
  /** Rows of the stretch: where image and key end in the shared buffers; each begins where the one before ends. */
  readonly #imageEnds = new Int32Array(stretchRows + 1);
  readonly #keyEnds = new Int32Array(stretchRows + 1);
  #count = 0;
  /** Index entries of the stretch, by row and index: where they begin and end in the keys, bytes of the index key. */
  readonly #entries: number[] = [];
  /** Keys of unique indexes in the stretch. */
  readonly #uniqueKeys: Set<string>[];
  /** All keys of the stretch are greater than any in the table. */
  #appends = false;

  constructor(table: OpenTable, conflicts: RowConflicts, writer: RowWriter) {
    this.#table = table;
    this.#environment = table.environment;
    this.#conflicts = conflicts;
    this.#writer = writer;
    this.#encoder = new RowEncoder(table.encoder.layout, table.definition.columns, noExternals);
    this.#uniqueKeys = table.indexes.map(() => new Set());
  }

  run(
    source: RowSource,
    first: number,
    end: number,
    context: OperationContext,
  ): { done: number; outcome: ModifyOutcome } {
    this.#table.assertCurrent();
    let outcome: ModifyOutcome = { kind: 'done', lsn: context.transaction.lastLsn };
    for (let row = first; row < end;) {
      const taken = this.#stretch(source, row, end, context);
      if (taken < 0) return { done: row - first, outcome: waits };
      row += taken;
      if (row >= end || taken > 0) continue;
      outcome = this.#writer.insert(source, row, context);
      if (outcome.kind !== 'done') return { done: row - first, outcome };
      row++;
    }
    return {
      done: end - first,
      outcome: outcome.kind === 'done' ? { kind: 'done', lsn: context.transaction.lastLsn } : outcome,
    };
  }

  /** Inserts the plain rows at the start of [first, end); returns how many, -1 if it must wait for room in the log. */
  #stretch(source: RowSource, first: number, end: number, context: OperationContext): number {
    const { positions, pool, log, image, keys, body } = this.#environment;
    image.reset();
    keys.reset();
    this.#count = 0;
    this.#entries.length = 0;
    for (const seen of this.#uniqueKeys) seen.clear();
    try {
      const limit = Math.min(end, first + stretchRows);
      for (let row = first; row < limit && image.length + keys.length < stretchBytes; row++) {
        if (!this.#take(source, row)) break;
      }
      if (this.#count === 0) return 0;
      pool.reserve(16 + this.#count * (1 + this.#table.indexes.length));
      this.#writeBody();
      if (!log.reserve(recordBytes(body.length), context.waiter)) return -1;
      this.#change(context);
      return this.#count;
    } finally {
      positions.releaseAll();
    }
  }

  // ---- looking

  /** Adds the row to the stretch if it is plain. */
  #take(source: RowSource, row: number): boolean {
    const { image, keys } = this.#environment;
    const imageStart = image.length;
    const keyStart = keys.length;
    const entries = this.#entries.length;
    if (this.#encode(source, row) && this.#takeKey(imageStart, keyStart) && this.#takeEntries()) {
      return true;
    }
    image.length = imageStart;
    keys.length = keyStart;
    this.#entries.length = entries;
    return false;
  }

  #encode(source: RowSource, row: number): boolean {
    try {
      this.#encoder.encode(source, row, this.#environment.image, undefined, undefined);
      return true;
    } catch (error) {
      if (error === notPlain) return false;
      throw error;
    }
  }

  /** Appends the row's key; false if it does not come after the others of the stretch, or a row has it. */
  #takeKey(imageStart: number, keyStart: number): boolean {
    const { image, keys } = this.#environment;
    const { clusterKeys, rowids, tree } = this.#table;
    const row = this.#row.open(this.#table, image.bytes, image.view, imageStart, image.length);
    if (clusterKeys === undefined) {
      const rowid = rowids.peek(tree) + this.#count;
      const at = keys.reserve(rowidBytes);
      keys.view.setUint32(at, Math.floor(rowid / 0x1_0000_0000));
      keys.view.setUint32(at + 4, rowid);
      keys.length = at + rowidBytes;
      this.#appends = true;
      return true;
    }
    clusterKeys.encode(row.layout, row.bytes, row.view, row.at, keys);
    if (keys.length - keyStart > clusterKeyBytesMax) return false;
    if (this.#count > 0) {
      const previous = this.#keyStart(this.#count - 1);
      const previousEnd = this.#keyEnds[this.#count - 1] as number;
      if (compareKeys(keys.bytes, previous, previousEnd, keys.bytes, keyStart, keys.length) >= 0) return false;
      if (this.#appends) return true;
    }
    const position = this.#environment.positions.take();
    if (tree.find(position, keys.bytes, keyStart, keys.length)) return false;
    if (this.#count === 0) this.#appends = isAtEnd(this.#environment.pool.view, position);
    position.release();
    return true;
  }

  /** The stretch's keys and entries lie in one buffer: key, entries, next key … */
  #keyStart(row: number): number {
    return this.#keyStarts[row] as number;
  }

  readonly #keyStarts = new Int32Array(stretchRows);

  /** Makes the entries of all indexes; false if a unique one has the key, or may get it, or an entry is too long. */
  #takeEntries(): boolean {
    const { keys, image } = this.#environment;
    const row = this.#count;
    const keyStart = row === 0 ? 0 : this.#afterRow(row - 1);
    const keyEnd = keys.length;
    this.#keyStarts[row] = keyStart;
    this.#keyEnds[row] = keyEnd;
    for (const [i, index] of this.#table.indexes.entries()) {
      const start = keys.length;
      const signed = this.#table.appendEntry(index, this.#row, keys.bytes, keyStart, keyEnd, keys);
      const keyBytes = signed < 0 ? ~signed : signed;
      if (keys.length - start > indexEntryBytesMax) return false;
      const { unique, nullsNotDistinct } = index.definition;
      if (unique && (signed >= 0 || nullsNotDistinct)) {
        const text = keys.bytes.latin1Slice(start, start + keyBytes);
        const seen = this.#uniqueKeys[i] as Set<string>;
        if (seen.has(text)) return false;
        if (this.#conflicts.has(index, keys.bytes, start, keyBytes)) return false;
        seen.add(text);
      }
      this.#entries.push(start, keys.length, keyBytes);
    }
    this.#imageEnds[row] = image.length;
    this.#count++;
    return true;
  }

  /** Where the buffer of keys goes on after a row's key and entries. */
  #afterRow(row: number): number {
    const indexes = this.#table.indexes.length;
    if (indexes === 0) return this.#keyEnds[row] as number;
    return this.#entries[3 * (indexes * (row + 1) - 1) + 1] as number;
  }

  // ---- changing

  #writeBody(): void {
    const { body, image, keys } = this.#environment;
    writeRowRecordStart(body, this.#table.space, this.#table.tree.tree, noKey, 0, 0);
    body.uint16LE(this.#count);
    for (let row = 0; row < this.#count; row++) {
      const keyEnd = this.#keyEnds[row] as number;
      writeBulkRow(
        body,
        keys.bytes,
        this.#keyStart(row),
        keyEnd,
        image.bytes,
        row === 0 ? 0 : (this.#imageEnds[row - 1] as number),
        this.#imageEnds[row] as number,
      );
    }
  }

  #change(context: OperationContext): void {
    const lsn = this.#environment.append(context.transaction, rowRecordKind.insertMany);
    try {
      const { image, positions } = this.#environment;
      const position = positions.take();
      const { xid } = context.transaction;
      for (let row = 0; row < this.#count; row++) {
        const start = row === 0 ? 0 : (this.#imageEnds[row - 1] as number);
        writeRowVersion(image.view, start, xid, lsn);
        this.#insertRow(position, row, start, xid);
      }
      this.#insertEntries(context);
      if (this.#table.clusterKeys === undefined) this.#table.rowids.advance(this.#count);
    } catch (error) {
      throw brokenChange(error);
    }
  }

  #insertRow(position: TreePosition, row: number, start: number, xid: OperationContext['transaction']['xid']): void {
    const { image, keys } = this.#environment;
    const { tree } = this.#table;
    const keyStart = this.#keyStart(row);
    const keyEnd = this.#keyEnds[row] as number;
    if (this.#appends && position.height !== 0 && position.found && position.isCurrent()) {
      // Behind the row just inserted, at the end of the last leaf.
      position.slots[0] = position.slot + 1;
      position.found = false;
    } else {
      tree.find(position, keys.bytes, keyStart, keyEnd);
    }
    tree.insertAt(position, keys.bytes, keyStart, keyEnd, image.bytes, start, this.#imageEnds[row] as number, xid);
  }

  #insertEntries(context: OperationContext): void {
    const { keys, positions } = this.#environment;
    const { indexes } = this.#table;
    const position = positions.take();
    for (const [i, index] of indexes.entries()) {
      for (let row = 0; row < this.#count; row++) {
        const at = 3 * (row * indexes.length + i);
        const start = this.#entries[at] as number;
        const end = this.#entries[at + 1] as number;
        position.release();
        index.put(position, keys.bytes, start, end, this.#entries[at + 2] as number, context.transaction.xid);
      }
    }
  }
}

/** Whether the position is behind the last entry of the tree. */
function isAtEnd(view: DataView, position: TreePosition): boolean {
  return position.slot === getSlotCount(view, position.base) && getRightSibling(view, position.base) === noPage;
}
