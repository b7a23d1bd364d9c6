/**
 * Output of an index-only scan: columns are read from the entry's key. Rows that had to be fetched after all, because their
 * index leaf was not clean, lie in the buffer as images (start ≥ 0) and are decoded like any row.
 */
import { InvariantError } from '../common/assert.ts';
import { decodeKeyPart, keyMarker } from '../types/key-encoding.ts';
import { typeOid } from '../types/oids.ts';
import { findType, getType } from '../types/registry.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import { batchRowsMax, createVector, resetVector } from '../types/vector.ts';
import type { Vector } from '../types/vector.ts';
import { growVector } from '../types/vector-io.ts';
import type { KeyPart, ScanRequest } from './access-method.ts';
import type { OpenTable } from './open-table.ts';
import { decodeRow } from './row-decode.ts';
import { ColumnPlace, rowLayoutNumber } from './row-format.ts';
import type { ScanBuffer } from './scan-buffer.ts';
import { firstCapacity } from './scan-output.ts';
import type { SecondaryIndex } from './secondary-index.ts';

/** One part of the entry: index parts, then parts of the clustering key. `target`: number of the vector, -1 for none. */
interface EntryPart {
  readonly handler: TypeHandler;
  readonly descending: boolean;
  readonly target: number;
}

/** The entry's parts up to the last one wanted; undefined if some column cannot be read from them. */
function entryParts(table: OpenTable, index: SecondaryIndex, columns: readonly number[]): EntryPart[] | undefined {
  const keyParts: readonly KeyPart[] = [...index.definition.parts, ...(table.definition.clusterKey ?? [])];
  const parts: EntryPart[] = [];
  const missing = new Set(columns.keys());
  for (const { column, descending } of keyParts) {
    if (missing.size === 0) break;
    const handler = findType(table.definition.columns[column]?.typeOid ?? 0);
    if (handler === undefined || !handler.keyExact) break;
    const target = columns.findIndex((wanted, i) => wanted === column && missing.has(i));
    missing.delete(target);
    parts.push({ handler, descending, target });
  }
  return missing.size === 0 ? parts : undefined;
}

export class IndexOnlyOutput {
  readonly vectors: readonly Vector[];
  rowCount = 0;
  readonly #table: OpenTable;
  readonly #request: ScanRequest;
  readonly #buffer: ScanBuffer;
  readonly #parts: readonly EntryPart[];
  readonly #place = new ColumnPlace();
  #isClosed = false;

  /** undefined if the request needs the rows. */
  static create(
    table: OpenTable,
    index: SecondaryIndex,
    request: ScanRequest,
    buffer: ScanBuffer,
  ): IndexOnlyOutput | undefined {
    if (request.withRowReference || new Set(request.columns).size < request.columns.length) return undefined;
    const parts = entryParts(table, index, request.columns);
    return parts === undefined ? undefined : new IndexOnlyOutput(table, request, buffer, parts);
  }

  private constructor(table: OpenTable, request: ScanRequest, buffer: ScanBuffer, parts: readonly EntryPart[]) {
    this.#table = table;
    this.#request = request;
    this.#buffer = buffer;
    this.#parts = parts;
    const { columns } = table.definition;
    this.vectors = request.columns.map((column) =>
      createVector(getType(columns[column]?.typeOid ?? 0).vectorKind, firstCapacity),
    );
  }

  deliver(rowsMax: number): void {
    const buffer = this.#buffer;
    const count = Math.min(rowsMax, buffer.count - buffer.delivered, batchRowsMax);
    for (const vector of this.vectors) {
      if (count > firstCapacity) growVector(vector, batchRowsMax);
      resetVector(vector);
    }
    for (let row = 0; row < count; row++) {
      const at = buffer.delivered + row;
      const start = buffer.starts[at] as number;
      if (start < 0) this.#decodeEntry(buffer.keyStarts[at] as number, row);
      else this.#decodeImage(start, row);
    }
    buffer.delivered += count;
    this.rowCount = count;
  }

  #decodeEntry(start: number, row: number): void {
    const { bytes, view } = this.#buffer;
    let at = start;
    for (const { handler, descending, target } of this.#parts) {
      const vector = this.vectors[target];
      const isValue = bytes[at] === keyMarker.value;
      if (vector?.kind === 'int32' && handler.oid === typeOid.int4 && isValue && !descending) {
        vector.values[row] = view.getInt32(at + 1) ^ -0x8000_0000;
        if (vector.nulls !== undefined) vector.nulls[row] = 0;
        at += 5;
        continue;
      }
      const { value, next } = decodeKeyPart(handler, bytes, at, descending);
      if (vector !== undefined) handler.writeDatum(vector, row, value);
      at = next;
    }
  }

  #decodeImage(start: number, row: number): void {
    const { bytes, view } = this.#buffer;
    const { definition, layouts, overflow } = this.#table;
    if (this.vectors.length !== this.#request.columns.length) throw new InvariantError('IDX-5: one vector per column');
    const layout = layouts.get(rowLayoutNumber(view, start));
    decodeRow(
      definition.columns,
      layout,
      bytes,
      view,
      start,
      this.#request.columns,
      this.vectors,
      row,
      overflow,
      this.#place,
    );
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#table.environment.scanBuffers.giveBack(this.#buffer);
  }
}
