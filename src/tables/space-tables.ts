/**
 * The open tables of one page space: by OID as they are defined now, for statements, and by tree, for the records of replay,
 * undo and purge. A changed definition closes the table; the next one who asks opens it anew.
 */
import { assert } from '../common/assert.ts';
import type { Oid, TreeId, Xid } from '../common/ids.ts';
import { ClusteredTable } from './clustered-table.ts';
import type { TableEnvironment } from './environment.ts';
import { OpenTable, rowMark, RowidCounter } from './open-table.ts';
import { RowHistory } from './row-history.ts';
import { indexMark } from './secondary-index.ts';
import type { DirectoryTable } from './table-definition.ts';
import { treesOf } from './table-definition.ts';
import { TablePurge } from './table-purge.ts';
import type { TreeDirectory } from './tree-directory.ts';

/** One table, opened, and what can be done with its records. */
export class TableHandle {
  readonly opened: OpenTable;
  readonly history: RowHistory;
  readonly purge: TablePurge;
  /** The access method for statements; its buffers are made when first wanted. */
  #access: ClusteredTable | undefined = undefined;

  constructor(opened: OpenTable) {
    this.opened = opened;
    this.history = new RowHistory(opened);
    this.purge = new TablePurge(opened);
  }

  get access(): ClusteredTable {
    return (this.#access ??= new ClusteredTable(this.opened));
  }
}

/** A definition change that not everybody sees yet: purge goes on with the table as it was before. */
interface PendingChange {
  readonly xid: Xid;
  readonly before: DirectoryTable;
  handle: TableHandle | undefined;
}

export class SpaceTables {
  readonly environment: TableEnvironment;
  readonly directory: TreeDirectory;
  readonly #open = new Map<Oid, TableHandle>();
  readonly #byTree = new Map<TreeId, TableHandle>();
  readonly #rowids = new Map<TreeId, RowidCounter>();
  /** By table, oldest first. */
  readonly #pending = new Map<Oid, PendingChange[]>();

  constructor(environment: TableEnvironment, directory: TreeDirectory) {
    this.environment = environment;
    this.directory = directory;
  }

  find(tableOid: Oid): TableHandle | undefined {
    const known = this.#open.get(tableOid);
    if (known !== undefined) return known;
    const definition = this.directory.findTable(tableOid);
    if (definition === undefined) return undefined;
    const handle = this.#openTable(definition);
    this.#open.set(tableOid, handle);
    return handle;
  }

  get(tableOid: Oid): TableHandle {
    const handle = this.find(tableOid);
    assert(handle !== undefined, `LOG-5: table ${tableOid} of space ${this.directory.space} exists`);
    return handle;
  }

  #openTable(definition: DirectoryTable): TableHandle {
    const { tree } = definition;
    let rowids = this.#rowids.get(tree);
    if (rowids === undefined) this.#rowids.set(tree, (rowids = new RowidCounter()));
    return new TableHandle(new OpenTable(this.environment, this.directory, definition, rowids));
  }

  /** The table whose rows are in that tree, for replay and undo. */
  getByTree(tree: TreeId): TableHandle {
    const known = this.#byTree.get(tree);
    if (known !== undefined) return known;
    const owner = this.directory.tableOfTree(tree);
    assert(owner !== undefined, `LOG-5: the directory knows tree ${tree}`);
    const handle = this.get(owner);
    assert(handle.opened.definition.tree === tree, `LOG-5: tree ${tree} holds the rows of its table`);
    this.#byTree.set(tree, handle);
    return handle;
  }

  /** As getByTree, for purge: undefined if nobody needs that tree any more. */
  findForPurge(tree: TreeId): TableHandle | undefined {
    const owner = this.directory.tableOfTree(tree);
    if (owner === undefined) return undefined;
    const handle = this.#beforePendingChange(owner) ?? this.find(owner);
    return handle?.opened.definition.tree === tree ? handle : undefined;
  }

  #beforePendingChange(tableOid: Oid): TableHandle | undefined {
    const oldest = this.#pendingChanges(tableOid)[0];
    return oldest === undefined ? undefined : (oldest.handle ??= this.#openTable(oldest.before));
  }

  #pendingChanges(tableOid: Oid): readonly PendingChange[] {
    const changes = this.#pending.get(tableOid);
    if (changes === undefined) return [];
    const { horizon } = this.environment.transactions;
    const pending = changes.filter(({ xid }) => xid >= horizon);
    if (pending.length === 0) this.#pending.delete(tableOid);
    else if (pending.length < changes.length) this.#pending.set(tableOid, pending);
    return pending;
  }

  /** Gives the table another definition; trees that it newly refers to are made. `xid`: whose change it is. */
  change(tableOid: Oid, before: DirectoryTable | undefined, after: DirectoryTable | undefined, xid: Xid): void {
    if (before !== undefined) {
      this.#pending.set(tableOid, [...this.#pendingChanges(tableOid), { xid, before, handle: undefined }]);
    }
    this.#set(tableOid, after);
  }

  /** Takes a change back; trees that only `after` refers to are given up. */
  undoChange(tableOid: Oid, before: DirectoryTable | undefined, after: DirectoryTable | undefined): void {
    this.#set(tableOid, before);
    if (after !== undefined) this.retire(after);
  }

  #set(tableOid: Oid, definition: DirectoryTable | undefined): void {
    this.#close(tableOid);
    this.directory.setTable(tableOid, definition, (tree) => (tree === definition?.tree ? rowMark : indexMark));
  }

  /** Gives up those of the definition's trees that no table refers to, now or as somebody may still see it. */
  retire(definition: DirectoryTable): void {
    for (const tree of treesOf(definition)) {
      if (this.#isReferred(tree)) continue;
      this.directory.retireTree(tree);
      this.#rowids.delete(tree);
    }
    this.#byTree.clear();
  }

  #isReferred(tree: TreeId): boolean {
    const owner = this.directory.tableOfTree(tree);
    if (owner === undefined) return false;
    const current = this.directory.findTable(owner);
    if (current !== undefined && treesOf(current).includes(tree)) return true;
    return this.#pendingChanges(owner).some(({ before }) => treesOf(before).includes(tree));
  }

  /** Empties an index tree for a build that starts over. */
  remakeTree(tableOid: Oid, tree: TreeId): void {
    this.directory.retireTree(tree);
    this.directory.createTree(tree, tableOid, indexMark);
    this.#close(tableOid);
  }

  #close(tableOid: Oid): void {
    const handle = this.#open.get(tableOid);
    if (handle !== undefined) handle.opened.isCurrent = false;
    this.#open.delete(tableOid);
    this.#byTree.clear();
  }
}
