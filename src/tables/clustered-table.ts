/**
 * The access method over a clustered B+tree: the rows are the leaves of one tree, under the clustering key or a hidden row id.
 * This file is the front; scans (table-scan.ts, index-scan.ts), changes (row-writer.ts) and what stands in their way
 * (row-conflicts.ts) have their own.
 */
import { InvariantError } from '../common/assert.ts';
import { estimateEntries, estimateTree } from '../storage/btree/statistics.ts';
import { keyStart, valueStart } from '../storage/btree/node.ts';
import { searchSlots } from '../storage/btree/node-search.ts';
import { pageBytes } from '../storage/page.ts';
import type { RowLockMode, Snapshot, WaitPolicy } from '../transaction/transaction.ts';
import { isVisible } from '../transaction/visibility.ts';
import type { Vector } from '../types/vector.ts';
import { writeInt64 } from '../types/vector-access.ts';
import type {
  AccessMethod,
  KeyRange,
  ModifyOutcome,
  OperationContext,
  RowReference,
  RowSource,
  ScanRequest,
  StoredIndex,
  StoredTable,
  TableScan,
} from './access-method.ts';
import { BulkInsert } from './bulk-insert.ts';
import { IndexScan } from './index-scan.ts';
import { RowImage, type OpenTable } from './open-table.ts';
import { gone, locked, RowConflicts, waits } from './row-conflicts.ts';
import { decodeRow } from './row-decode.ts';
import { ColumnPlace, rowFlag, rowFlags, rowLsn, rowXid } from './row-format.ts';
import { RowWriter } from './row-writer.ts';
import { ClusteredScan } from './table-scan.ts';

export class ClusteredTable implements AccessMethod {
  readonly opened: OpenTable;
  readonly #conflicts: RowConflicts;
  readonly #writer: RowWriter;
  readonly #bulk: BulkInsert;
  readonly #row = new RowImage();
  readonly #place = new ColumnPlace();

  constructor(opened: OpenTable) {
    this.opened = opened;
    this.#conflicts = new RowConflicts(opened);
    this.#writer = new RowWriter(opened, this.#conflicts);
    this.#bulk = new BulkInsert(opened, this.#conflicts, this.#writer);
  }

  get table(): StoredTable {
    return this.opened.definition;
  }

  // ---- reading

  beginScan(request: ScanRequest, snapshot: Snapshot): TableScan {
    return new ClusteredScan(this.opened, request, snapshot);
  }

  beginIndexScan(index: StoredIndex, request: ScanRequest, snapshot: Snapshot): TableScan {
    const found = this.opened.indexes.find((each) => each.definition.indexOid === index.indexOid);
    if (found === undefined)
      throw new InvariantError(`LOG-5: table ${this.table.tableOid} has index ${index.indexOid}`);
    return new IndexScan(this.opened, found, request, snapshot);
  }

  fetch(
    key: Uint8Array,
    columns: readonly number[],
    vectors: readonly Vector[],
    row: number,
    snapshot: Snapshot,
  ): boolean {
    const { environment, tree } = this.opened;
    const { pool, walk } = environment;
    const frame = tree.pinLeaf(key, 0, key.length);
    try {
      const base = frame * pageBytes;
      const slot = searchSlots(pool.bytes, pool.view, base, 0, key, 0, key.length);
      if (slot < 0) return false;
      const at = valueStart(pool.view, base, slot);
      const end = at + pool.view.getUint16(keyStart(pool.view, base, slot) - 2, true);
      if (isVisible(rowXid(pool.view, at), rowLsn(pool.view, at), snapshot)) {
        if ((rowFlags(pool.view, at) & rowFlag.deleted) !== 0) return false;
        this.#decode(pool.bytes, pool.view, at, end, columns, vectors, row);
        return true;
      }
      walk.begin(pool.bytes, at, end);
    } finally {
      pool.unpin(frame);
    }
    if (walk.findVisible(snapshot) !== 'found') return false;
    this.#decode(walk.image.bytes, walk.image.view, 0, walk.image.length, columns, vectors, row);
    return true;
  }

  fetchNewest(
    key: Uint8Array,
    columns: readonly number[],
    vectors: readonly Vector[],
    row: number,
    context: OperationContext,
  ): boolean {
    const { environment, tree } = this.opened;
    const position = environment.positions.take();
    try {
      if (!tree.find(position, key, 0, key.length)) return false;
      if (this.#conflicts.walkToNewest(position, context) === undefined) return false;
      const { image } = environment.walk;
      this.#decode(image.bytes, image.view, 0, image.length, columns, vectors, row);
      return true;
    } finally {
      environment.positions.releaseAll();
    }
  }

  #decode(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    end: number,
    columns: readonly number[],
    vectors: readonly Vector[],
    row: number,
  ): void {
    const { definition, overflow } = this.opened;
    const lsns = vectors[columns.length];
    if (lsns?.kind === 'int64') writeInt64(lsns, row, rowLsn(view, at));
    const image = this.#row.open(this.opened, bytes, view, at, end);
    decodeRow(
      definition.columns,
      image.layout,
      image.bytes,
      image.view,
      image.at,
      columns,
      vectors,
      row,
      overflow,
      this.#place,
    );
  }

  // ---- changing

  insert(source: RowSource, row: number, context: OperationContext): ModifyOutcome {
    return this.#writer.insert(source, row, context);
  }

  insertMany(
    source: RowSource,
    first: number,
    end: number,
    context: OperationContext,
  ): { readonly done: number; readonly outcome: ModifyOutcome } {
    return this.#bulk.run(source, first, end, context);
  }

  update(
    reference: RowReference,
    source: RowSource,
    row: number,
    context: OperationContext,
    assigned?: Uint8Array,
  ): ModifyOutcome {
    return this.#writer.update(reference, source, row, context, assigned);
  }

  delete(reference: RowReference, context: OperationContext): ModifyOutcome {
    return this.#writer.delete(reference, context);
  }

  lockRow(reference: RowReference, mode: RowLockMode, policy: WaitPolicy, context: OperationContext): ModifyOutcome {
    const { environment, tree } = this.opened;
    const { key } = reference;
    const position = environment.positions.take();
    try {
      if (!tree.find(position, key, 0, key.length)) return gone;
      const { view } = environment.pool;
      const at = position.valueStart;
      if (rowLsn(view, at) !== reference.lsn) {
        return this.#conflicts.resolve(position, reference, mode, policy, context);
      }
      if ((rowFlags(view, at) & rowFlag.deleted) !== 0) return gone;
      const asked = this.#conflicts.lock(key, mode, policy, context);
      if (asked === 'granted') return { kind: 'done', lsn: reference.lsn };
      return asked === 'wait' ? waits : locked;
    } finally {
      environment.positions.releaseAll();
    }
  }

  // ---- sizes

  estimatePages(): number {
    return estimateTree(this.opened.tree).pages;
  }

  estimateRows(): number {
    return estimateTree(this.opened.tree).entries;
  }

  estimateRange(index: StoredIndex | undefined, range: KeyRange): number {
    const found = this.opened.indexes.find((each) => each.definition.indexOid === index?.indexOid);
    return estimateEntries(found?.tree ?? this.opened.tree, range.low, range.high);
  }
}
