/**
 * A table with everything that reading and changing its rows needs: trees, layouts, encoders, overflow. Made from its
 * definition; a changed definition makes a new one. Statements, replay, undo and purge all work on this.
 */
import { ByteWriter } from '../common/byte-writer.ts';
import type { SpaceId, TreeId } from '../common/ids.ts';
import { assert, InvariantError } from '../common/assert.ts';
import { Cursor } from '../storage/btree/cursor.ts';
import type { DeleteMark } from '../storage/btree/node.ts';
import type { BTree } from '../storage/btree/tree.ts';
import type { TableEnvironment } from './environment.ts';
import { OverflowStore } from './overflow.ts';
import { inlineBytesMax, pointerBytes, rowBytesMax, RowEncoder } from './row-encode.ts';
import { LayoutSet, rowFlag, rowFlags, rowHeaderBytes, rowLayoutNumber, RowLayout } from './row-format.ts';
import { KeyEncoder } from './row-keys.ts';
import { indexMark, SecondaryIndex } from './secondary-index.ts';
import type { DirectoryTable } from './table-definition.ts';
import type { TreeDirectory } from './tree-directory.ts';

export const rowMark: DeleteMark = { offset: 13, mask: rowFlag.deleted };
export const rowidBytes = 8;

/** The next hidden row id of a tree; found out when first asked for. Shared by all definitions over the tree. */
export class RowidCounter {
  #next: number | undefined = undefined;

  /** The next id; it is given away once `advance` is called. */
  peek(tree: BTree): number {
    return (this.#next ??= lastRowid(tree) + 1);
  }

  advance(count: number = 1): void {
    if (this.#next !== undefined) this.#next += count;
  }
}

function lastRowid(tree: BTree): number {
  const cursor = new Cursor(tree);
  try {
    if (!cursor.seekToEnd()) return 0;
    const { view } = tree.pages;
    return view.getUint32(cursor.keyStart) * 0x1_0000_0000 + view.getUint32(cursor.keyStart + 4);
  } finally {
    cursor.release();
  }
}

const noBytes = new Uint8Array(0);
const noView = new DataView(noBytes.buffer);
const noColumns = new RowLayout(0, []);

/** A row image ready to be read: if the row is wide, its body has been fetched from overflow. Reused. */
export class RowImage {
  bytes: Uint8Array = noBytes;
  view: DataView = noView;
  at = 0;
  end = 0;
  layout: RowLayout = noColumns;
  /** Made for the first wide row. */
  #body: ByteWriter | undefined = undefined;

  open(table: OpenTable, bytes: Uint8Array, view: DataView, at: number, end: number): this {
    this.layout = table.layouts.get(rowLayoutNumber(view, at));
    if ((rowFlags(view, at) & rowFlag.wide) === 0) {
      this.bytes = bytes;
      this.view = view;
      this.at = at;
      this.end = end;
    } else {
      const body = (this.#body ??= new ByteWriter(256));
      body.reset();
      body.copy(bytes, at, at + rowHeaderBytes);
      table.overflow.load(bytes, at + rowHeaderBytes, body);
      this.bytes = body.bytes;
      this.view = body.view;
      this.at = 0;
      this.end = body.length;
    }
    return this;
  }
}

export class OpenTable {
  readonly environment: TableEnvironment;
  readonly directory: TreeDirectory;
  readonly definition: DirectoryTable;
  readonly tree: BTree;
  readonly layouts: LayoutSet;
  readonly overflow: OverflowStore;
  readonly encoder: RowEncoder;
  /** undefined: rows are known by hidden ids. */
  readonly clusterKeys: KeyEncoder | undefined;
  readonly indexes: readonly SecondaryIndex[];
  readonly rowids: RowidCounter;
  /** Whether a row of this table can be so long that it is wide. */
  readonly mayBeWide: boolean;
  readonly indexName: (indexOid: number) => string;
  /** False once the table has another definition. */
  isCurrent = true;

  constructor(
    environment: TableEnvironment,
    directory: TreeDirectory,
    definition: DirectoryTable,
    rowids: RowidCounter,
  ) {
    this.environment = environment;
    this.directory = directory;
    this.definition = definition;
    this.rowids = rowids;
    this.tree = this.#openTree(definition.tree, rowMark);
    this.layouts = new LayoutSet(definition.columns);
    const { tableOid, tree, overflowTree, columns, clusterKey } = definition;
    this.overflow = new OverflowStore(environment, directory, tableOid, tree, overflowTree);
    this.encoder = new RowEncoder(this.layouts.get(definition.layout), columns, this.overflow);
    this.clusterKeys = clusterKey === undefined ? undefined : new KeyEncoder(clusterKey, columns, this.overflow);
    this.indexes = definition.indexes.map(
      (index) => new SecondaryIndex(index, this.#openTree(index.tree, indexMark), columns, this.overflow),
    );
    this.mayBeWide = this.#mayBeWide();
    this.indexName = (indexOid) => environment.indexName(this.space, indexOid);
  }

  get space(): SpaceId {
    return this.directory.space;
  }

  #openTree(tree: TreeId, mark: DeleteMark): BTree {
    const opened = this.directory.findTree(tree, mark);
    if (opened === undefined) throw new InvariantError(`LOG-5: table ${this.definition.tableOid} has no tree ${tree}`);
    return opened;
  }

  /** Whoever changes rows must know of all indexes there are. */
  assertCurrent(): void {
    assert(this.isCurrent, 'LOG-5: a table is opened anew after its definition has changed');
  }

  /** After everything that can move has moved, a variable column takes up to two pointers' length. */
  #mayBeWide(): boolean {
    for (let number = 0; number <= this.definition.layout; number++) {
      const layout = this.layouts.get(number);
      const shrunk = Math.min(2 * pointerBytes, inlineBytesMax) * layout.variableCount;
      if (layout.dataStart + shrunk > rowBytesMax) return true;
    }
    return false;
  }

  findIndex(tree: TreeId): SecondaryIndex | undefined {
    return this.indexes.find((index) => index.definition.tree === tree);
  }

  /**
   * Appends the entry key of the row for an index: index key, then table key[start, end). Returns the bytes of the index key,
   * negative (~bytes) if a part of it is NULL.
   */
  appendEntry(
    index: SecondaryIndex,
    row: RowImage,
    key: Uint8Array,
    start: number,
    end: number,
    out: ByteWriter,
  ): number {
    const before = out.length;
    const hasNull = index.keys.encode(row.layout, row.bytes, row.view, row.at, out);
    const keyBytes = out.length - before;
    out.copy(key, start, end);
    return hasNull ? ~keyBytes : keyBytes;
  }
}
