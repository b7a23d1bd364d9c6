/**
 * The tree directory of one page space: which trees there are and where their roots are, which tables use them, and the
 * sequences (LOG-5). It is a tree itself, number 1, whose root is page 1 of every space.
 *
 *   KEY (big-endian)                  VALUE (little-endian)
 *   1, u32 tree                       u32 root page, u32 table OID: a tree that exists
 *   2, u32 table OID, u16 part        a part of the table's definition (table-definition.ts)
 *   3, u32 sequence OID               i64 last value, u8 is called
 *   4, u32 root page                  u32 tree: a tree nobody refers to, whose pages are to be freed
 *   5, u32 tree, u64 value id         nothing: a large overflow value of the tree whose chunks are to be removed
 *   6                                 u32 next tree id
 *   7                                 u32 space, u64 LSN, …: what this space was copied from and when, until purge is past it
 *   8                                 nothing: the space is being dropped
 *
 * Nothing here is logged: every change is part of carrying out, replaying or undoing a record of somebody else (definition
 * records, rows, sequences), and all are such that doing them again ends in the same state. Root pages are never in the log,
 * a replayed CREATE TABLE may well get other pages.
 */
import { assert } from '../common/assert.ts';
import type { Lsn, Oid, PageNumber, SpaceId, TreeId } from '../common/ids.ts';
import { Cursor } from '../storage/btree/cursor.ts';
import type { DeleteMark } from '../storage/btree/node.ts';
import { BTree } from '../storage/btree/tree.ts';
import type { PageStore } from '../storage/page-store.ts';
import type { DirectoryTable } from './table-definition.ts';
import { decodeTable, encodeTable, treesOf } from './table-definition.ts';

const directoryTree = 1 as TreeId;
const directoryRoot = 1 as PageNumber;
const firstFreeTree = 2;

const entryKind = {
  tree: 1,
  table: 2,
  sequence: 3,
  deadTree: 4,
  deadValue: 5,
  nextTree: 6,
  branch: 7,
  dropped: 8,
} as const;
const definitionPartBytes = 2000;
const originBytes = 12;

export interface SequenceEntry {
  readonly lastValue: bigint;
  readonly isCalled: boolean;
}

export class TreeDirectory {
  readonly space: SpaceId;
  readonly #pages: PageStore;
  readonly #tree: BTree;
  readonly #tables = new Map<Oid, DirectoryTable>();
  #nextTree: number;
  #origins: readonly BranchOrigin[] | undefined = undefined;
  /** There may be trees or values to free; cleared by who finds none. */
  hasDead = true;

  private constructor(pages: PageStore, space: SpaceId, tree: BTree) {
    this.#pages = pages;
    this.space = space;
    this.#tree = tree;
    const next = tree.findValue(key(entryKind.nextTree));
    this.#nextTree = next === undefined ? firstFreeTree : Buffer.from(next).readUInt32LE(0);
  }

  /** The directory of a space that has no pages yet. */
  static create(pages: PageStore, space: SpaceId): TreeDirectory {
    const tree = BTree.create(pages, space, directoryTree);
    assert(tree.root === directoryRoot, 'LOG-5: the directory is the first page of its space');
    return new TreeDirectory(pages, space, tree);
  }

  static open(pages: PageStore, space: SpaceId): TreeDirectory {
    return new TreeDirectory(pages, space, new BTree(pages, space, directoryTree, directoryRoot));
  }

  // ---- trees

  /** An id no tree of this space ever had. */
  takeTreeId(): TreeId {
    this.noteTreeId(this.#nextTree as TreeId);
    return (this.#nextTree - 1) as TreeId;
  }

  /** Ids up to and with this one are used up. */
  noteTreeId(tree: TreeId): void {
    if (tree < this.#nextTree) return;
    this.#nextTree = tree + 1;
    const value = Buffer.alloc(4);
    value.writeUInt32LE(this.#nextTree);
    this.#tree.put(key(entryKind.nextTree), value);
  }

  findTree(tree: TreeId, mark: DeleteMark): BTree | undefined {
    const value = this.#tree.findValue(key(entryKind.tree, tree));
    if (value === undefined) return undefined;
    return new BTree(this.#pages, this.space, tree, Buffer.from(value).readUInt32LE(0) as PageNumber, mark);
  }

  /** OID of the table a tree was made for; undefined if there is no such tree. */
  tableOfTree(tree: TreeId): Oid | undefined {
    const value = this.#tree.findValue(key(entryKind.tree, tree));
    return value === undefined ? undefined : Buffer.from(value).readUInt32LE(4);
  }

  createTree(tree: TreeId, tableOid: Oid, mark: DeleteMark): BTree {
    const created = BTree.create(this.#pages, this.space, tree, mark);
    const value = Buffer.alloc(8);
    value.writeUInt32LE(created.root, 0);
    value.writeUInt32LE(tableOid, 4);
    const isNew = this.#tree.insert(key(entryKind.tree, tree), value);
    assert(isNew, 'LOG-5: a tree id is used once');
    return created;
  }

  #setOwner(tree: TreeId, tableOid: Oid): void {
    const value = Buffer.from(this.#tree.findValue(key(entryKind.tree, tree)) ?? []);
    value.writeUInt32LE(tableOid, 4);
    this.#tree.put(key(entryKind.tree, tree), value);
  }

  /** Nobody refers to the tree any more: its pages are freed later. No-op if there is no such tree. */
  retireTree(tree: TreeId): void {
    const value = this.#tree.findValue(key(entryKind.tree, tree));
    if (value === undefined) return;
    this.#tree.remove(key(entryKind.tree, tree));
    const dead = Buffer.alloc(4);
    dead.writeUInt32LE(tree);
    this.hasDead = true;
    this.#tree.put(key(entryKind.deadTree, Buffer.from(value).readUInt32LE(0)), dead);
  }

  /** Some tree that waits to be freed. */
  findDeadTree(): BTree | undefined {
    const found = this.#first(entryKind.deadTree);
    if (found === undefined) return undefined;
    const root = found.key.readUInt32BE(1) as PageNumber;
    return new BTree(this.#pages, this.space, found.value.readUInt32LE(0) as TreeId, root);
  }

  forgetDeadTree(tree: BTree): void {
    this.#tree.remove(key(entryKind.deadTree, tree.root));
  }

  // ---- large values that wait to be removed

  addDeadValue(tree: TreeId, valueId: number): void {
    this.hasDead = true;
    this.#tree.put(deadValueKey(tree, valueId), Buffer.alloc(0));
  }

  findDeadValue(): { readonly tree: TreeId; readonly valueId: number } | undefined {
    const found = this.#first(entryKind.deadValue);
    if (found === undefined) return undefined;
    return { tree: found.key.readUInt32BE(1) as TreeId, valueId: Number(found.key.readBigUInt64BE(5)) };
  }

  forgetDeadValue(tree: TreeId, valueId: number): void {
    this.#tree.remove(deadValueKey(tree, valueId));
  }

  /** First entry of a kind, copied. */
  #first(kind: number): { readonly key: Buffer; readonly value: Buffer } | undefined {
    const cursor = new Cursor(this.#tree);
    try {
      if (!cursor.seek(Buffer.from([kind]), 0, 1)) return undefined;
      const entry = this.#entryAt(cursor);
      return entry.key[0] === kind ? entry : undefined;
    } finally {
      cursor.release();
    }
  }

  #entryAt(cursor: Cursor): { readonly key: Buffer; readonly value: Buffer } {
    const { bytes } = this.#pages;
    return {
      key: Buffer.from(bytes.slice(cursor.keyStart, cursor.keyStart + cursor.keyLength)),
      value: Buffer.from(bytes.slice(cursor.valueStart, cursor.valueStart + cursor.valueLength)),
    };
  }

  // ---- tables

  findTable(tableOid: Oid): DirectoryTable | undefined {
    const known = this.#tables.get(tableOid);
    if (known !== undefined) return known;
    const parts: Uint8Array[] = [];
    for (let part = 0; ; part++) {
      const value = this.#tree.findValue(tableKey(tableOid, part));
      if (value === undefined) break;
      parts.push(value);
    }
    if (parts.length === 0) return undefined;
    const table = decodeTable(Buffer.concat(parts));
    this.#tables.set(tableOid, table);
    return table;
  }

  /** OIDs of all tables. */
  listTables(): Oid[] {
    const oids: Oid[] = [];
    const cursor = new Cursor(this.#tree);
    const kind = Buffer.from([entryKind.table]);
    for (let more = cursor.seek(kind, 0, 1); more; more = cursor.next()) {
      const entry = this.#entryAt(cursor);
      if (entry.key[0] !== entryKind.table) break;
      if (entry.key.readUInt16BE(5) === 0) oids.push(entry.key.readUInt32BE(1));
    }
    cursor.release();
    return oids;
  }

  /** Puts `table` in the place of what the OID stood for (undefined: nothing), and makes the trees it newly refers to. */
  setTable(tableOid: Oid, table: DirectoryTable | undefined, mark: (tree: TreeId) => DeleteMark): void {
    const parts = table === undefined ? [] : splitBytes(encodeTable(table));
    parts.forEach((part, i) => this.#tree.put(tableKey(tableOid, i), part));
    for (let i = parts.length; this.#tree.remove(tableKey(tableOid, i)); i++);
    this.#tables.delete(tableOid);
    if (table === undefined) return;
    this.#tables.set(tableOid, table);
    for (const tree of treesOf(table)) {
      this.noteTreeId(tree);
      const owner = this.tableOfTree(tree);
      if (owner === undefined && tree !== table.overflowTree) this.createTree(tree, tableOid, mark(tree));
      else if (owner !== undefined && owner !== tableOid) this.#setOwner(tree, tableOid);
    }
  }

  // ---- sequences

  findSequence(sequenceOid: Oid): SequenceEntry | undefined {
    const value = this.#tree.findValue(key(entryKind.sequence, sequenceOid));
    if (value === undefined) return undefined;
    const bytes = Buffer.from(value);
    return { lastValue: bytes.readBigInt64LE(0), isCalled: bytes.readUInt8(8) === 1 };
  }

  setSequence(sequenceOid: Oid, entry: SequenceEntry | undefined): void {
    if (entry === undefined) {
      this.#tree.remove(key(entryKind.sequence, sequenceOid));
      return;
    }
    const value = Buffer.alloc(9);
    value.writeBigInt64LE(entry.lastValue, 0);
    value.writeUInt8(entry.isCalled ? 1 : 0, 8);
    this.#tree.put(key(entryKind.sequence, sequenceOid), value);
  }

  // ---- the space itself (BRANCH-1)

  get origins(): readonly BranchOrigin[] {
    return (this.#origins ??= this.#readOrigins());
  }

  #readOrigins(): readonly BranchOrigin[] {
    const value = Buffer.from(this.#tree.findValue(key(entryKind.branch)) ?? []);
    return Array.from({ length: value.length / originBytes }, (_, i) => ({
      source: value.readUInt32LE(originBytes * i) as SpaceId,
      lsn: Number(value.readBigUInt64LE(originBytes * i + 4)) as Lsn,
    }));
  }

  set origins(origins: readonly BranchOrigin[]) {
    this.#origins = origins;
    if (origins.length === 0) {
      this.#tree.remove(key(entryKind.branch));
      return;
    }
    const value = Buffer.alloc(originBytes * origins.length);
    origins.forEach(({ source, lsn }, i) => {
      value.writeUInt32LE(source, originBytes * i);
      value.writeBigUInt64LE(BigInt(lsn), originBytes * i + 4);
    });
    this.#tree.put(key(entryKind.branch), value);
  }

  get isDropped(): boolean {
    return this.#tree.findValue(key(entryKind.dropped)) !== undefined;
  }

  set isDropped(isDropped: boolean) {
    if (isDropped) this.#tree.put(key(entryKind.dropped), Buffer.alloc(0));
    else this.#tree.remove(key(entryKind.dropped));
  }
}

/** Where a branch came from, as long as purge of its source has not come past that moment. */
export interface BranchOrigin {
  readonly source: SpaceId;
  readonly lsn: Lsn;
}

function key(kind: number, id?: number): Buffer {
  if (id === undefined) return Buffer.from([kind]);
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(kind, 0);
  bytes.writeUInt32BE(id, 1);
  return bytes;
}

function tableKey(tableOid: Oid, part: number): Buffer {
  const bytes = Buffer.alloc(7);
  bytes.writeUInt8(entryKind.table, 0);
  bytes.writeUInt32BE(tableOid, 1);
  bytes.writeUInt16BE(part, 5);
  return bytes;
}

function deadValueKey(tree: TreeId, valueId: number): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt8(entryKind.deadValue, 0);
  bytes.writeUInt32BE(tree, 1);
  bytes.writeBigUInt64BE(BigInt(valueId), 5);
  return bytes;
}

function splitBytes(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += definitionPartBytes)
    parts.push(bytes.subarray(at, at + definitionPartBytes));
  return parts;
}
