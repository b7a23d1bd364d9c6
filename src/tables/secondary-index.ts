/**
 * Secondary indexes. An entry is (index key, table key) → (mark, length of the index key); there is one for every key that the
 * row has, and for keys it had as long as somebody may still see such a version (IDX-1).
 *
 *   VALUE  0  1  bit 0: the row's newest version does not have this key
 *          1  2  bytes of the index key; the rest of the entry's key is the table key
 *
 * An entry carries no xid. Its page's maxXid and count of marks say whether a hit can be taken as it is.
 */
import type { ByteWriter } from '../common/byte-writer.ts';
import type { Xid } from '../common/ids.ts';

import { SqlError, sqlState } from '../common/sql-error.ts';
import type { DeleteMark } from '../storage/btree/node.ts';
import { entryBytesMax } from '../storage/btree/node.ts';
import type { TreePosition } from '../storage/btree/position.ts';
import type { BTree } from '../storage/btree/tree.ts';
import { copyOf } from './copy-of.ts';
import type { StoredColumn, StoredIndex } from './access-method.ts';
import type { ExternalValues } from './row-encode.ts';
import { KeyEncoder } from './row-keys.ts';
import type { Candidates } from './row-records.ts';

export const indexMark: DeleteMark = { offset: 0, mask: 1 };
export const indexValueBytes = 3;
/** PostgreSQL's limit is a third of its page, too; the number in its message is what people search for. */
export const indexEntryBytesMax = entryBytesMax - indexValueBytes;

const liveValue = Buffer.alloc(indexValueBytes);
const markedByte = Buffer.from([1]);
const liveByte = Buffer.from([0]);

export class SecondaryIndex {
  readonly definition: StoredIndex;
  readonly tree: BTree;
  readonly keys: KeyEncoder;

  constructor(definition: StoredIndex, tree: BTree, columns: readonly StoredColumn[], externals: ExternalValues) {
    this.definition = definition;
    this.tree = tree;
    this.keys = new KeyEncoder(definition.parts, columns, externals);
  }

  /** Adds the entry entry[start, end), or takes the mark off it; its first `keyBytes` bytes are the index key. */
  put(position: TreePosition, entry: Uint8Array, start: number, end: number, keyBytes: number, xid: Xid): void {
    if (!position.isCurrent()) this.tree.find(position, entry, start, end);
    if (position.found) {
      this.tree.overwriteAt(position, 0, liveByte, 0, 1, xid);
    } else {
      this.tree.insertAt(position, entry, start, end, entryValue(keyBytes), 0, indexValueBytes, xid);
    }
  }

  /** Marks the entry. No-op if it is not there. */
  mark(position: TreePosition, entry: Uint8Array, start: number, end: number, xid: Xid): void {
    if (!position.isCurrent()) this.tree.find(position, entry, start, end);
    if (position.found) this.tree.overwriteAt(position, 0, markedByte, 0, 1, xid);
  }

  /** No-op if the entry is not there. */
  remove(position: TreePosition, entry: Uint8Array, start: number, end: number): void {
    if (this.tree.find(position, entry, start, end)) this.tree.removeAt(position);
  }
}

/** Value of an unmarked entry; good until the next call. */
export function entryValue(keyBytes: number): Buffer {
  liveValue.writeUInt8(0, 0);
  liveValue.writeUInt16LE(keyBytes, 1);
  return liveValue;
}

export function entryKeyBytes(view: DataView, valueStart: number): number {
  return view.getUint16(valueStart + 1, true);
}

/** Index changes of one row operation, prepared together and carried out together. Reused. */
export class IndexChanges {
  readonly #entries: ByteWriter;
  readonly #indexes: SecondaryIndex[] = [];
  readonly #positions: TreePosition[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #keyBytes: number[] = [];
  readonly #isMark: boolean[] = [];
  count = 0;

  /** Entry keys lie in `entries`, which the caller fills. */
  constructor(entries: ByteWriter) {
    this.#entries = entries;
  }

  clear(): void {
    this.count = 0;
  }

  /** The entry is [start, end) of the writer, its first `keyBytes` bytes the index key; `name` is for the error of a too long one. */
  add(
    index: SecondaryIndex,
    isMark: boolean,
    start: number,
    end: number,
    keyBytes: number,
    name: (indexOid: number) => string,
  ): void {
    if (end - start > indexEntryBytesMax) {
      throw entryTooLong(end - start, indexEntryBytesMax, name(index.definition.indexOid));
    }
    const i = this.count++;
    this.#indexes[i] = index;
    this.#isMark[i] = isMark;
    this.#starts[i] = start;
    this.#ends[i] = end;
    this.#keyBytes[i] = keyBytes;
  }

  /** Adds the index keys of the entries to what purge has to look at. */
  addCandidates(candidates: Candidates): void {
    const { bytes } = this.#entries;
    for (let i = 0; i < this.count; i++) {
      const start = this.#starts[i] as number;
      const key = copyOf(bytes, start, start + (this.#keyBytes[i] as number));
      candidates.addKey((this.#indexes[i] as SecondaryIndex).definition.tree, key);
    }
  }

  /** Pins what the changes need; from here on they cannot fail. */
  prepare(takePosition: () => TreePosition): void {
    const { bytes } = this.#entries;
    for (let i = 0; i < this.count; i++) {
      const { tree, definition } = this.#indexes[i] as SecondaryIndex;
      const position = takePosition();
      this.#positions[i] = position;
      const start = this.#starts[i] as number;
      const end = this.#ends[i] as number;
      if (tree.find(position, bytes, start, end)) continue;
      if (this.#isMark[i] === true) throw missingEntry(definition);
      tree.prepareInsert(position, bytes, start, end, indexValueBytes);
    }
  }

  /** Marks first: they never move another position. */
  apply(xid: Xid): void {
    const { bytes } = this.#entries;
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < this.count; i++) {
        if (this.#isMark[i] !== (pass === 0)) continue;
        const index = this.#indexes[i] as SecondaryIndex;
        const position = this.#positions[i] as TreePosition;
        const start = this.#starts[i] as number;
        const end = this.#ends[i] as number;
        if (pass === 0) index.mark(position, bytes, start, end, xid);
        else index.put(position, bytes, start, end, this.#keyBytes[i] as number, xid);
      }
    }
  }
}

export function entryTooLong(bytes: number, bytesMax: number, name: string): SqlError {
  return new SqlError(
    sqlState.programLimitExceeded,
    `index row size ${bytes} exceeds btree version 4 maximum ${bytesMax} for index "${name}"`,
    {
      hint: 'Values larger than 1/3 of a buffer page cannot be indexed.\nConsider a function index of an MD5 hash of the value, or use full text indexing.',
    },
  );
}

function missingEntry(index: StoredIndex): SqlError {
  return new SqlError(sqlState.dataCorrupted, `index ${index.indexOid} lacks the entry of a row`, {
    hint: 'REINDEX the table.',
  });
}
