/**
 * An AccessMethod over a sorted array, for tests of the executor: no pages, no log, one version per row. Other transactions are
 * played by `concurrently`, which changes rows behind the executor's back, and by `blocked`, which makes calls answer 'wait'.
 */
import type { TableDescriptor, IndexDescriptor } from '../../../src/catalog/descriptors.ts';
import { ByteWriter } from '../../../src/common/byte-writer.ts';
import type { Lsn, SpaceId, TreeId } from '../../../src/common/ids.ts';
import type {
  AccessMethod,
  KeyPart,
  KeyRange,
  ModifyOutcome,
  RowReference,
  RowSource,
  ScanRequest,
  ScanStep,
  StoredIndex,
  StoredTable,
  TableScan,
} from '../../../src/tables/access-method.ts';
import type { WaitPolicy } from '../../../src/transaction/transaction.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { encodeKeyPart } from '../../../src/types/key-encoding.ts';
import { getType } from '../../../src/types/registry.ts';
import { BytesVector, createVector, Int64Vector, resetVector } from '../../../src/types/vector.ts';
import type { Vector } from '../../../src/types/vector.ts';

export interface StoredRow {
  readonly key: Buffer;
  values: Datum[];
  lsn: number;
}

export interface ColumnSpec {
  readonly name: string;
  readonly type: number;
  readonly notNull?: boolean;
  readonly generated?: boolean;
}

export interface IndexSpec {
  readonly name: string;
  /** attnums; negative: descending. */
  readonly columns: readonly number[];
  readonly unique?: boolean;
}

let nextOid = 16384;

/** A table descriptor; `primaryKey` makes it clustered. */
export function defineTable(
  name: string,
  columns: readonly ColumnSpec[],
  primaryKey: readonly number[] = [],
  indexes: readonly IndexSpec[] = [],
): TableDescriptor {
  const oid = nextOid++;
  const clustered =
    primaryKey.length > 0 ? [describeIndex({ name: `${name}_pkey`, columns: primaryKey, unique: true }, true)] : [];
  const secondary = indexes.map((index) => describeIndex(index, false));
  const storedIndexes = secondary.map((index) => ({
    indexOid: index.oid,
    tree: index.oid as TreeId,
    unique: index.unique,
    nullsNotDistinct: false,
    parts: keyParts(index),
    primary: false,
  }));
  const storage: StoredTable = {
    tableOid: oid,
    tree: oid as TreeId,
    columns: columns.map((column) => ({
      typeOid: column.type,
      storedBytes: getType(column.type).storedBytes,
      dropped: false,
      missingValue: null,
    })),
    layout: 0,
    clusterKey: clustered[0] === undefined ? undefined : keyParts(clustered[0]),
    clusterIndexOid: clustered[0]?.oid ?? 0,
    indexes: storedIndexes,
  };
  return {
    oid,
    name,
    namespaceOid: 2200,
    schema: 'public',
    kind: 'r',
    ownerOid: 10,
    rowTypeOid: 0,
    space: 1 as SpaceId,
    columns: columns.map((column, i) => ({
      number: i + 1,
      name: column.name,
      typeOid: column.type,
      typmod: -1,
      collation: getType(column.type).collation,
      notNull: column.notNull ?? primaryKey.includes(i + 1),
      dropped: false,
      defaultExpression: undefined,
      identity: '',
      generated: column.generated === true ? 's' : '',
      ownedSequence: 0,
    })),
    indexes: [...clustered, ...secondary],
    constraints: [],
    referencedBy: [],
    viewQuery: undefined,
    analyzedRows: -1,
    analyzedPages: 0,
    storage,
    system: false,
    persistence: 'p',
  };
}

function describeIndex(spec: IndexSpec, clustered: boolean): IndexDescriptor {
  return {
    oid: nextOid++,
    name: spec.name,
    unique: spec.unique ?? false,
    primary: clustered,
    nullsNotDistinct: false,
    clustered,
    valid: true,
    columns: spec.columns.map(Math.abs),
    descending: spec.columns.map((column) => column < 0),
    nullsFirst: spec.columns.map((column) => column < 0),
    constraintOid: 0,
    deferrable: false,
  };
}

function keyParts(index: IndexDescriptor): KeyPart[] {
  return index.columns.map((column, i) => ({
    column: column - 1,
    descending: index.descending[i] ?? false,
    nullsFirst: index.nullsFirst[i] ?? false,
  }));
}

export class MemoryTable implements AccessMethod {
  readonly descriptor: TableDescriptor;
  readonly table: StoredTable;
  rows: StoredRow[] = [];
  /** How many of the next calls that may wait answer 'wait'. */
  blocked = 0;
  /** How many of the next locks under NOWAIT or SKIP LOCKED are refused. */
  lockedByOthers = 0;
  /** Locks taken. */
  locks = 0;
  #nextRowId = 1;
  #nextLsn = 100;
  readonly #own = new Set<number>();

  constructor(descriptor: TableDescriptor, rows: readonly (readonly Datum[])[] = []) {
    this.descriptor = descriptor;
    this.table = descriptor.storage as StoredTable;
    for (const values of rows) this.#put([...values]);
  }

  get nextLsn(): number {
    return this.#nextLsn;
  }

  /** Values of all rows, in key order. */
  get values(): Datum[][] {
    return this.rows.map((row) => row.values);
  }

  /** Another transaction replaces (or with undefined deletes) the row whose first column is `id`. */
  concurrently(id: Datum, values: readonly Datum[] | undefined): void {
    const row = this.rows.find((candidate) => candidate.values[0] === id) as StoredRow;
    if (values === undefined) {
      this.rows.splice(this.rows.indexOf(row), 1);
    } else {
      row.values = [...values];
      row.lsn = this.#nextLsn++;
    }
  }

  #put(values: Datum[], own = false): StoredRow {
    const row = { key: this.#keyOf(values), values, lsn: this.#nextLsn++ };
    if (own) this.#own.add(row.lsn);
    this.rows.push(row);
    this.rows.sort((a, b) => Buffer.compare(a.key, b.key));
    return row;
  }

  #keyOf(values: readonly Datum[]): Buffer {
    if (this.table.clusterKey !== undefined) return this.#encode(this.table.clusterKey, values);
    const key = Buffer.alloc(8);
    key.writeUInt32BE(this.#nextRowId++, 4);
    return key;
  }

  #encode(parts: readonly KeyPart[], values: readonly Datum[]): Buffer {
    const out = new ByteWriter();
    for (const part of parts) {
      const type = getType((this.table.columns[part.column] as { typeOid: number }).typeOid);
      encodeKeyPart(type, values[part.column] ?? null, part.descending, part.nullsFirst, out);
    }
    return out.toBytes();
  }

  beginScan(request: ScanRequest): TableScan {
    const rows = this.rows.map((row) => ({ row: { ...row }, key: row.key }));
    return new MemoryScan(this.table, rows, request);
  }

  beginIndexScan(index: StoredIndex, request: ScanRequest): TableScan {
    const rows = this.rows.map((row) => ({ row: { ...row }, key: this.#encode(index.parts, row.values) }));
    rows.sort((a, b) => Buffer.compare(a.key, b.key));
    return new MemoryScan(this.table, rows, request);
  }

  #find(key: Uint8Array): StoredRow | undefined {
    return this.rows.find((row) => Buffer.compare(row.key, key) === 0);
  }

  fetch(key: Uint8Array, columns: readonly number[], vectors: readonly Vector[], row: number): boolean {
    const stored = this.#find(key);
    if (stored === undefined) return false;
    writeRow(this.table, stored, columns, vectors, row);
    const lsn = vectors[columns.length];
    if (lsn !== undefined) getType(20).writeDatum(lsn, row, stored.lsn);
    return true;
  }

  fetchNewest(key: Uint8Array, columns: readonly number[], vectors: readonly Vector[], row: number): boolean {
    return this.fetch(key, columns, vectors, row);
  }

  #isBlocked(): boolean {
    if (this.blocked === 0) return false;
    this.blocked--;
    return true;
  }

  insert(source: RowSource, row: number): ModifyOutcome {
    if (this.#isBlocked()) return { kind: 'wait' };
    const values = this.#read(source, row);
    const conflict = this.#conflict(values, undefined);
    if (conflict !== undefined) return conflict;
    return { kind: 'done', lsn: this.#put(values, true).lsn as Lsn };
  }

  insertMany(source: RowSource, first: number, end: number): { done: number; outcome: ModifyOutcome } {
    let outcome: ModifyOutcome = { kind: 'done', lsn: 0 as Lsn };
    for (let row = first; row < end; row++) {
      outcome = this.insert(source, row);
      if (outcome.kind !== 'done') return { done: row - first, outcome };
    }
    return { done: end - first, outcome };
  }

  #read(source: RowSource, row: number): Datum[] {
    return this.table.columns.map((column, i) => getType(column.typeOid).readDatum(source.columns[i] as Vector, row));
  }

  #conflict(values: readonly Datum[], own: StoredRow | undefined): ModifyOutcome | undefined {
    for (const index of this.descriptor.indexes) {
      if (!index.unique) continue;
      const parts = keyParts(index);
      if (parts.some((part) => (values[part.column] ?? null) === null)) continue;
      const key = this.#encode(parts, values);
      const other = this.rows.find((row) => row !== own && this.#encode(parts, row.values).equals(key));
      if (other !== undefined) return { kind: 'unique', indexOid: index.oid, conflictKey: other.key };
    }
    return undefined;
  }

  /** The row if it still is the version that was seen. */
  #current(reference: RowReference): StoredRow | ModifyOutcome {
    if (this.#isBlocked()) return { kind: 'wait' };
    const row = this.#find(reference.key);
    if (row === undefined) return { kind: 'gone' };
    if (row.lsn !== reference.lsn) {
      return this.#own.has(row.lsn) ? { kind: 'self-modified' } : { kind: 'stale', key: row.key, lsn: row.lsn as Lsn };
    }
    return row;
  }

  update(
    reference: RowReference,
    source: RowSource,
    row: number,
    _context: unknown,
    assigned?: Uint8Array,
  ): ModifyOutcome {
    const current = this.#current(reference);
    if ('kind' in current) return current;
    const fresh = this.#read(source, row);
    const values = fresh.map((value, i) =>
      assigned === undefined || assigned[i] === 1 ? value : (current.values[i] ?? null),
    );
    const conflict = this.#conflict(values, current);
    if (conflict !== undefined) return conflict;
    this.rows.splice(this.rows.indexOf(current), 1);
    const key = this.table.clusterKey === undefined ? current.key : this.#keyOf(values);
    const changed = { key, values, lsn: this.#nextLsn++ };
    this.#own.add(changed.lsn);
    this.rows.push(changed);
    this.rows.sort((a, b) => Buffer.compare(a.key, b.key));
    return { kind: 'done', lsn: changed.lsn as Lsn };
  }

  delete(reference: RowReference): ModifyOutcome {
    const current = this.#current(reference);
    if ('kind' in current) return current;
    this.rows.splice(this.rows.indexOf(current), 1);
    return { kind: 'done', lsn: this.#nextLsn++ as Lsn };
  }

  lockRow(reference: RowReference, _mode: unknown, policy: WaitPolicy): ModifyOutcome {
    const current = this.#current(reference);
    if (policy !== 'wait' && this.lockedByOthers > 0) {
      this.lockedByOthers--;
      return { kind: 'locked' };
    }
    this.locks++;
    return 'kind' in current ? current : { kind: 'done', lsn: current.lsn as Lsn };
  }

  estimatePages(): number {
    return 1;
  }

  estimateRows(): number {
    return this.rows.length;
  }

  estimateRange(): number {
    return this.rows.length;
  }
}

function writeRow(
  table: StoredTable,
  stored: StoredRow,
  columns: readonly number[],
  vectors: readonly Vector[],
  row: number,
): void {
  columns.forEach((column, i) => {
    const type = getType((table.columns[column] as { typeOid: number }).typeOid);
    type.writeDatum(vectors[i] as Vector, row, stored.values[column] ?? null);
  });
}

class MemoryScan implements TableScan {
  readonly vectors: readonly Vector[];
  rowCount = 0;
  readonly #table: StoredTable;
  readonly #rows: StoredRow[];
  readonly #request: ScanRequest;
  #next = 0;

  constructor(table: StoredTable, rows: readonly { row: StoredRow; key: Buffer }[], request: ScanRequest) {
    this.#table = table;
    this.#request = request;
    const ordered = request.descending ? [...rows].reverse() : rows;
    const ranges = request.ranges ?? [{ low: undefined, high: undefined }];
    this.#rows = ranges.flatMap((range) => ordered.filter(({ key }) => isInside(range, key)).map(({ row }) => row));
    const kinds = request.columns.map(
      (column) => getType((table.columns[column] as { typeOid: number }).typeOid).vectorKind,
    );
    const vectors: Vector[] = kinds.map((kind) => createVector(kind));
    this.vectors = request.withRowReference ? [...vectors, new BytesVector(), new Int64Vector()] : vectors;
  }

  next(rowsMax: number): ScanStep {
    const count = Math.min(rowsMax, this.#rows.length - this.#next);
    if (count === 0) return 'end';
    for (const vector of this.vectors) resetVector(vector);
    const width = this.#request.columns.length;
    for (let row = 0; row < count; row++) {
      const stored = this.#rows[this.#next++] as StoredRow;
      writeRow(this.#table, stored, this.#request.columns, this.vectors, row);
      if (!this.#request.withRowReference) continue;
      getType(17).writeDatum(this.vectors[width] as Vector, row, stored.key);
      getType(20).writeDatum(this.vectors[width + 1] as Vector, row, stored.lsn);
    }
    this.rowCount = count;
    return 'rows';
  }

  close(): void {}
}

function isInside({ low, high }: KeyRange, key: Buffer): boolean {
  if (low !== undefined && Buffer.compare(key, low) < 0) return false;
  return high === undefined || Buffer.compare(key, high) < 0;
}
