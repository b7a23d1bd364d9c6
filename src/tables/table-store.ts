/**
 * Definitions of tables, changed under transactions. Every change is one record with the whole definition before and after;
 * carrying it out is putting the new one into the directory and making its trees. What a change leaves without a definition,
 * by commit or by rollback, is freed later, in slices.
 *
 *   define record    0 4 space, 4 4 table OID, then twice 4 length and so many bytes: definition before and after, 0 for none
 *   build record     0 4 space, 4 4 table OID, 8 4 tree of the index, 12 1 whether there are entries for purge to look at
 */
import { assert } from '../common/assert.ts';
import type { Oid, SpaceId, TreeId, Xid } from '../common/ids.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import { estimateTree } from '../storage/btree/statistics.ts';
import { type LogRecord, recordBytes } from '../storage/log/record.ts';
import type { Transaction, Waiter } from '../transaction/transaction.ts';
import type { AccessMethod, StoredColumn, StoredTable } from './access-method.ts';
import type { TableEnvironment } from './environment.ts';
import { IndexFill } from './index-build.ts';
import { whenRoom } from './log-room.ts';
import type { SecondaryIndex } from './secondary-index.ts';
import { LoggedSequences } from './sequence-store.ts';
import { SpaceTables } from './space-tables.ts';
import type { BuildStep, IndexBuild, IndexDefinition, TableDefinition, TableRewrite, TableStore } from './storage.ts';
import {
  decodeTable,
  defineTable,
  encodeTable,
  withColumns,
  withIndex,
  withNewTrees,
  withoutIndex,
  type DirectoryTable,
} from './table-definition.ts';
import type { TreeDirectory } from './tree-directory.ts';
import { verifyTable } from './verify-table.ts';

export const definitionRecordKind = { define: 23, build: 24 } as const;

/** A table that is being rewritten stands in the directory under this and the number of its tree, until it is finished. */
const shadowOid = 0x8000_0000;

export class LoggedTableStore implements TableStore {
  readonly tables: SpaceTables;
  readonly directory: TreeDirectory;
  readonly sequences: LoggedSequences;
  readonly #environment: TableEnvironment;

  constructor(environment: TableEnvironment, directory: TreeDirectory) {
    this.#environment = environment;
    this.directory = directory;
    this.tables = new SpaceTables(environment, directory);
    this.sequences = new LoggedSequences(environment, directory);
  }

  get space(): SpaceId {
    return this.directory.space;
  }

  find(tableOid: Oid): StoredTable | undefined {
    return this.directory.findTable(tableOid);
  }

  open(tableOid: Oid): AccessMethod {
    return this.tables.get(tableOid).access;
  }

  #get(tableOid: Oid): DirectoryTable {
    const table = this.directory.findTable(tableOid);
    assert(table !== undefined, `LOG-5: table ${tableOid} of space ${this.space} exists`);
    return table;
  }

  // ---- definitions

  async createTable(definition: TableDefinition, transaction: Transaction): Promise<StoredTable> {
    assert(this.find(definition.tableOid) === undefined, `LOG-5: table ${definition.tableOid} is created once`);
    const table = defineTable(definition, this.#nextTree);
    await this.#define([{ oid: table.tableOid, after: table }], transaction);
    return table;
  }

  async dropTable(tableOid: Oid, transaction: Transaction): Promise<void> {
    await this.#define([{ oid: tableOid, after: undefined }], transaction);
  }

  async changeColumns(tableOid: Oid, columns: readonly StoredColumn[], transaction: Transaction): Promise<StoredTable> {
    const table = withColumns(this.#get(tableOid), columns);
    await this.#define([{ oid: tableOid, after: table }], transaction);
    return table;
  }

  async truncate(tableOid: Oid, transaction: Transaction): Promise<StoredTable> {
    const table = withNewTrees(this.#get(tableOid), this.#nextTree);
    await this.#define([{ oid: tableOid, after: table }], transaction);
    return table;
  }

  async dropIndex(tableOid: Oid, indexOid: Oid, transaction: Transaction): Promise<StoredTable> {
    const table = withoutIndex(this.#get(tableOid), indexOid);
    await this.#define([{ oid: tableOid, after: table }], transaction);
    return table;
  }

  async createIndex(tableOid: Oid, definition: IndexDefinition, transaction: Transaction): Promise<IndexBuild> {
    const table = withIndex(this.#get(tableOid), definition, this.#nextTree);
    await this.#define([{ oid: tableOid, after: table }], transaction);
    const handle = this.tables.get(tableOid);
    const index = handle.opened.indexes.at(-1) as SecondaryIndex;
    const { transactions } = this.#environment;
    const fill = new IndexFill(handle.opened, index, transaction.xid, () => transactions.horizon);
    return new LoggedIndexBuild(this.#environment, table, index, fill, transaction);
  }

  async beginRewrite(definition: TableDefinition, transaction: Transaction): Promise<TableRewrite> {
    const table = defineTable(definition, this.#nextTree);
    const shadow = shadowOid + table.tree;
    await this.#define([{ oid: shadow, after: table }], transaction);
    return {
      target: this.tables.get(shadow).access,
      finish: async (): Promise<StoredTable> => {
        const changes = [
          { oid: definition.tableOid, after: table },
          { oid: shadow, after: undefined },
        ];
        await this.#define(changes, transaction);
        return table;
      },
    };
  }

  readonly #nextTree = (): TreeId => this.directory.takeTreeId();

  /** Logs and carries out changes in one critical section. */
  async #define(
    changes: readonly { readonly oid: Oid; readonly after: DirectoryTable | undefined }[],
    transaction: Transaction,
  ): Promise<void> {
    const { log, pool } = this.#environment;
    const bodies = changes.map(({ oid, after }) => this.#definitionBody(oid, this.directory.findTable(oid), after));
    const bytes = bodies.reduce((sum, body) => sum + recordBytes(body.length), 0);
    if (bytes > log.bodyBytesMax / 2) {
      throw new SqlError(sqlState.programLimitExceeded, 'table definition is too long');
    }
    await whenRoom(log, bytes, () => {
      pool.reserve(64 + bytes / 1000);
      changes.forEach(({ oid, after }, i) => {
        const before = this.directory.findTable(oid);
        this.#environment.body.reset();
        this.#environment.body.copy(bodies[i] as Buffer);
        this.#environment.append(transaction, definitionRecordKind.define);
        this.tables.change(oid, before, after, transaction.xid);
      });
    });
  }

  #definitionBody(tableOid: Oid, before: DirectoryTable | undefined, after: DirectoryTable | undefined): Buffer {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(this.space, 0);
    head.writeUInt32LE(tableOid, 4);
    return Buffer.concat([head, ...withLength(before), ...withLength(after)]);
  }

  // ---- records

  replayDefinition(record: LogRecord): void {
    const { tableOid, before, after } = readDefinition(record);
    this.tables.change(tableOid, before, after, record.xid);
  }

  undoDefinition(record: LogRecord): void {
    const { tableOid, before, after } = readDefinition(record);
    this.tables.undoChange(tableOid, before, after);
  }

  /** Committed or not: trees that the table does not have now are nobody's. */
  purgeDefinition(record: LogRecord): void {
    const { before } = readDefinition(record);
    if (before !== undefined) this.tables.retire(before);
  }

  replayBuild(record: LogRecord): void {
    const { view, start } = record;
    const tableOid = view.getUint32(start + 4, true);
    const tree = view.getUint32(start + 8, true) as TreeId;
    this.tables.remakeTree(tableOid, tree);
    const { opened } = this.tables.get(tableOid);
    const index = opened.findIndex(tree);
    assert(index !== undefined, 'LOG-8: the index that is built is defined');
    // Nobody who could see an older version has survived.
    const fill = new IndexFill(opened, index, record.xid, () => Infinity);
    let step = fill.step();
    while (step === 'yield') step = fill.step();
    fill.close();
    assert(step === 'done', 'LOG-8: a build that succeeded succeeds again');
  }

  purgeBuild(record: LogRecord, horizon: Xid): void {
    const { view, start } = record;
    if (view.getUint8(start + 12) === 0) return;
    const tableOid = view.getUint32(start + 4, true);
    const handle = this.tables.find(tableOid);
    const index = handle?.opened.findIndex(view.getUint32(start + 8, true) as TreeId);
    if (handle !== undefined && index !== undefined) handle.purge.sweepIndex(index, horizon);
  }

  // ---- checks and sizes

  verifyTable(tableOid: Oid): string[] {
    return verifyTable(this.tables.get(tableOid).opened);
  }

  treePages(tableOid: Oid): { readonly table: number; readonly overflow: number; readonly indexes: number } {
    const { tree, overflow, indexes } = this.tables.get(tableOid).opened;
    const overflowTree = overflow.findTree();
    return {
      table: estimateTree(tree).pages,
      overflow: overflowTree === undefined ? 0 : estimateTree(overflowTree).pages,
      indexes: indexes.reduce((sum, index) => sum + estimateTree(index.tree).pages, 0),
    };
  }
}

class LoggedIndexBuild implements IndexBuild {
  readonly #environment: TableEnvironment;
  readonly #table: DirectoryTable;
  readonly #index: SecondaryIndex;
  readonly #fill: IndexFill;
  readonly #transaction: Transaction;
  #isFilled = false;

  constructor(
    environment: TableEnvironment,
    table: DirectoryTable,
    index: SecondaryIndex,
    fill: IndexFill,
    transaction: Transaction,
  ) {
    this.#environment = environment;
    this.#table = table;
    this.#index = index;
    this.#fill = fill;
    this.#transaction = transaction;
  }

  step(waiter: Waiter): BuildStep {
    const { indexOid } = this.#index.definition;
    if (!this.#isFilled) {
      const step = this.#fill.step();
      if (step === 'yield') return { kind: 'yield' };
      if (step === 'unique') {
        return { kind: 'unique', indexOid, conflictKey: this.#fill.conflictKey ?? new Uint8Array(0) };
      }
      this.#isFilled = true;
    }
    const { body, log } = this.#environment;
    body.reset();
    body.uint32LE(this.#index.tree.space);
    body.uint32LE(this.#table.tableOid);
    body.uint32LE(this.#index.definition.tree);
    body.uint8(this.#fill.hasMarks ? 1 : 0);
    if (!log.reserve(recordBytes(body.length), waiter)) return { kind: 'wait' };
    this.#environment.append(this.#transaction, definitionRecordKind.build);
    this.close();
    return { kind: 'done', table: this.#table };
  }

  close(): void {
    this.#fill.close();
  }
}

function withLength(table: DirectoryTable | undefined): Buffer[] {
  const bytes = table === undefined ? Buffer.alloc(0) : encodeTable(table);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return [length, bytes];
}

interface DefinitionChange {
  readonly tableOid: Oid;
  readonly before: DirectoryTable | undefined;
  readonly after: DirectoryTable | undefined;
}

function readDefinition(record: LogRecord): DefinitionChange {
  const { bytes, view, start } = record;
  const beforeStart = start + 12;
  const beforeEnd = beforeStart + view.getUint32(start + 8, true);
  const afterStart = beforeEnd + 4;
  const afterEnd = afterStart + view.getUint32(beforeEnd, true);
  return {
    tableOid: view.getUint32(start + 4, true),
    before: beforeEnd > beforeStart ? decodeTable(bytes.subarray(beforeStart, beforeEnd)) : undefined,
    after: afterEnd > afterStart ? decodeTable(bytes.subarray(afterStart, afterEnd)) : undefined,
  };
}
