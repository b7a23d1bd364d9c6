import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../../src/common/byte-writer.ts';
import type { Lsn, Xid } from '../../../src/common/ids.ts';
import { decodeRow, RowDecoder } from '../../../src/tables/row-decode.ts';
import type { ExternalValues } from '../../../src/tables/row-encode.ts';
import { inlineBytesMax, pointerBytes, rowBytesMax, RowEncoder } from '../../../src/tables/row-encode.ts';
import type { LayoutColumn } from '../../../src/tables/row-format.ts';
import {
  ColumnPlace,
  LayoutSet,
  noLayout,
  rowFlag,
  rowFlags,
  rowHeaderBytes,
  rowLsn,
  rowXid,
  writeRowVersion,
} from '../../../src/tables/row-format.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { Numeric } from '../../../src/types/datum.ts';
import type { Vector, VectorKind } from '../../../src/types/vector.ts';
import { createVector, isNull } from '../../../src/types/vector.ts';
import { readInt64, readNumeric, writeInt64, writeNull, writeNumeric } from '../../../src/types/vector-access.ts';

/** Keeps external values in a list; a pointer is the value's index and length. */
class ValueList implements ExternalValues {
  readonly values: Buffer[] = [];
  store(data: Uint8Array, offset: number, length: number, out: ByteWriter): void {
    out.uint53LE(this.values.length);
    out.uint32LE(length);
    out.uint32LE(0);
    this.values.push(Buffer.from(data.subarray(offset, offset + length)));
  }
  #at(data: Uint8Array, pointer: number): Buffer {
    return this.values[Buffer.from(data).readUInt32LE(pointer)] as Buffer;
  }
  load(data: Uint8Array, pointer: number, out: ByteWriter): void {
    out.copy(this.#at(data, pointer));
  }
  lengthOf(data: Uint8Array, pointer: number): number {
    return this.#at(data, pointer).length;
  }
  equals(pointer: Uint8Array, pointerOffset: number, data: Uint8Array, offset: number, length: number): boolean {
    return this.#at(pointer, pointerOffset).equals(data.subarray(offset, offset + length));
  }
}

interface TestColumn extends LayoutColumn {
  readonly kind: VectorKind;
}

function column(kind: VectorKind, storedBytes: number, more: Partial<LayoutColumn> = {}): TestColumn {
  return {
    kind,
    typeOid: 0,
    storedBytes,
    dropped: false,
    missingValue: null,
    addedIn: 0,
    droppedIn: noLayout,
    ...more,
  };
}

function write(vector: Vector, row: number, value: Datum): void {
  if (value === null) writeNull(vector, row);
  else if (vector.kind === 'int64') writeInt64(vector, row, value as number);
  else if (vector.kind === 'numeric') writeNumeric(vector, row, value as Numeric);
  else if (vector.kind === 'bytes') {
    const arena = vector.arenaForWrite();
    const start = arena.length;
    if (typeof value === 'string') arena.utf8(value);
    else arena.copy(value as Uint8Array);
    vector.endValue(row, start);
  } else vector.values[row] = Number(value);
}

function read(vector: Vector, row: number): Datum {
  if (isNull(vector, row)) return null;
  switch (vector.kind) {
    case 'int64':
      return readInt64(vector, row);
    case 'numeric':
      return readNumeric(vector, row);
    case 'bytes': {
      const start = vector.offsets[row] as number;
      return Buffer.from(vector.data).toString('utf8', start, start + (vector.lengths[row] as number));
    }
    case 'bool':
      return vector.values[row] === 1;
    default:
      return vector.values[row] as number;
  }
}

/** Encodes each row on its own and returns all images behind each other, with where they start. */
function encodeRows(
  columns: readonly TestColumn[],
  layout: number,
  rows: readonly (readonly Datum[])[],
  externals: ValueList,
) {
  const out = new ByteWriter();
  const starts: number[] = [];
  const encoder = new RowEncoder(new LayoutSet(columns).get(layout), columns, externals);
  for (const row of rows) {
    const vectors = columns.map((one) => createVector(one.kind));
    row.forEach((value, i) => write(vectors[i] as Vector, 0, value));
    starts.push(out.length);
    encoder.encode({ columns: vectors }, 0, out, undefined, undefined);
  }
  return { out, starts: Int32Array.from(starts) };
}

function decodeRows(
  columns: readonly TestColumn[],
  image: { out: ByteWriter; starts: Int32Array },
  requested: readonly number[],
  externals: ValueList,
): Datum[][] {
  const vectors = requested.map((i) => createVector((columns[i] as TestColumn).kind));
  const decoder = new RowDecoder(columns, new LayoutSet(columns), requested, vectors, externals);
  const count = decoder.decode(image.out.bytes, image.out.view, image.starts, 0, image.starts.length);
  expect(count).toBe(image.starts.length);
  return Array.from({ length: count }, (_, row) => vectors.map((vector) => read(vector, row)));
}

const mixed = [
  column('int32', 4),
  column('bytes', 0),
  column('int64', 8),
  column('bool', 1),
  column('numeric', 0),
  column('int32', 2),
  column('float64', 8),
  column('float64', 4),
  column('int64', 4),
  column('bytes', 0),
];

const mixedRows: Datum[][] = [
  [1, 'one', 5, true, new Numeric(100, 2), -3, 1.5, 0.25, 4294967295, ''],
  [-2147483648, '', -9007199254740991, false, new Numeric(0, 2), 32767, -0, -1, 0, 'überall'],
  [null, null, null, null, null, null, null, null, null, null],
  [7, 'seven', 9007199254740991, null, new Numeric(-5, 2), 1, NaN, 2, 77, null],
];

describe('row format', () => {
  test('MVCC-1: header fields hold 48-bit xids and 56-bit LSNs and leave the flags alone', () => {
    const view = new DataView(new ArrayBuffer(32));
    view.setUint32(16, 0xffffffff);
    const xid = (2 ** 48 - 2) as Xid;
    const lsn = (2 ** 53 - 1) as Lsn;
    view.setUint8(13, 0xa5);
    writeRowVersion(view, 0, xid, lsn);
    expect(rowXid(view, 0)).toBe(xid);
    expect(rowLsn(view, 0)).toBe(lsn);
    expect(rowFlags(view, 0)).toBe(0xa5);
    expect(view.getUint32(16)).toBe(0xffffffff);
  });

  test('every kind comes back, nulls and narrow values included', () => {
    const externals = new ValueList();
    const image = encodeRows(mixed, 0, mixedRows, externals);
    expect(decodeRows(mixed, image, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], externals)).toEqual(mixedRows);
    expect(decodeRows(mixed, image, [9, 2], externals)).toEqual(mixedRows.map((row) => [row[9], row[2]]));
  });

  test('an int8 beyond 2^53 or a second numeric scale turns its vector wide and stays exact', () => {
    const columns = [column('int64', 8), column('numeric', 0)];
    const rows: Datum[][] = [
      [1, new Numeric(10, 1)],
      [2n ** 62n + 1n, new Numeric(100, 2)],
      [-(2n ** 63n), new Numeric(10n ** 40n, 3)],
      [null, new Numeric(0, 0, 'nan')],
      [3, null],
    ];
    const externals = new ValueList();
    expect(decodeRows(columns, encodeRows(columns, 0, rows, externals), [0, 1], externals)).toEqual(rows);
  });

  test('one row at a time gives the same', () => {
    const externals = new ValueList();
    const image = encodeRows(mixed, 0, mixedRows, externals);
    const vectors = mixed.map((one) => createVector(one.kind));
    const all = mixed.map((_, i) => i);
    const layout = new LayoutSet(mixed).get(0);
    mixedRows.forEach((_, row) => {
      const at = image.starts[row] as number;
      decodeRow(mixed, layout, image.out.bytes, image.out.view, at, all, vectors, row, externals, new ColumnPlace());
    });
    mixedRows.forEach((expected, row) => expect(vectors.map((vector) => read(vector, row))).toEqual(expected));
  });

  test('rows of older layouts answer missing values; dropped columns take no room', () => {
    const columns = [
      column('int32', 4),
      column('bytes', 0, { droppedIn: 2 }),
      column('int32', 4, { addedIn: 1, missingValue: new Uint8Array([9, 0, 0, 0]) }),
      column('bytes', 0, { addedIn: 2, missingValue: Buffer.from('gone') }),
      column('bytes', 0, { addedIn: 2 }),
    ];
    const externals = new ValueList();
    const parts = [
      encodeRows(columns, 0, [[1, 'a', null, null, null]], externals),
      encodeRows(columns, 1, [[2, 'b', 22, null, null]], externals),
      encodeRows(columns, 2, [[3, 'ignored', 33, 'x', 'y']], externals),
    ];
    const out = new ByteWriter();
    const starts = parts.map((part) => {
      const start = out.length;
      out.copy(part.out.written());
      return start;
    });
    const rows = decodeRows(columns, { out, starts: Int32Array.from(starts) }, [0, 2, 3, 4], externals);
    expect(rows).toEqual([
      [1, 9, 'gone', null],
      [2, 22, 'gone', null],
      [3, 33, 'x', 'y'],
    ]);
    expect(parts[2]?.out.length).toBe(rowHeaderBytes + 1 + 8 + 4 + 2);
  });

  test('long values go to overflow, and a row that is still too long sends its longest ones after', () => {
    const columns = Array.from({ length: 5 }, () => column('bytes', 0));
    const externals = new ValueList();
    const rows = [
      ['x'.repeat(inlineBytesMax + 1), 'short', null, '', 'end'],
      ['a'.repeat(900), 'b'.repeat(1000), 'c'.repeat(1100), 'd', 'e'.repeat(20)],
    ];
    const image = encodeRows(columns, 0, rows, externals);
    expect(externals.values.map((value) => value.toString().slice(0, 1))).toEqual(['x', 'c']);
    expect((image.starts[1] as number) < 200).toBe(true);
    expect(image.out.length - (image.starts[1] as number)).toBeLessThanOrEqual(rowBytesMax);
    expect(decodeRows(columns, image, [0, 1, 2, 3, 4], externals)).toEqual(rows);
  });

  test('an update keeps unassigned columns and unchanged external values as they are stored', () => {
    const columns = [column('int32', 4), column('bytes', 0), column('bytes', 0)];
    const externals = new ValueList();
    const long = 'z'.repeat(5000);
    const old = encodeRows(columns, 0, [[1, long, 'keep']], externals);
    const layout = new LayoutSet(columns).get(0);
    const oldRow = { bytes: old.out.bytes, view: old.out.view, at: 0, layout };
    const vectors = columns.map((one) => createVector(one.kind));
    [2, long, 'new'].forEach((value, i) => write(vectors[i] as Vector, 0, value));
    const encoder = new RowEncoder(layout, columns, externals);
    for (const [assigned, last] of [
      [undefined, 'new'],
      [new Uint8Array([1, 0, 0]), 'keep'],
    ] as const) {
      const out = new ByteWriter();
      encoder.encode({ columns: vectors }, 0, out, oldRow, assigned);
      expect(decodeRows(columns, { out, starts: new Int32Array(1) }, [0, 1, 2], externals)).toEqual([[2, long, last]]);
    }
    expect(externals.values.length).toBe(1);
  });

  test('1,600 null int8 columns fit a row; so wide a row is an overflow value itself', () => {
    const columns = Array.from({ length: 1600 }, () => column('int64', 8));
    const externals = new ValueList();
    const { out } = encodeRows(columns, 0, [columns.map(() => null)], externals);
    expect(out.length).toBe(rowHeaderBytes + pointerBytes);
    expect(rowFlags(out.view, 0) & rowFlag.wide).toBe(rowFlag.wide);
    const opened = new ByteWriter();
    opened.copy(out.bytes, 0, rowHeaderBytes);
    externals.load(out.bytes, rowHeaderBytes, opened);
    const image = { out: opened, starts: new Int32Array(1) };
    expect(decodeRows(columns, image, [0, 100, 1599], externals)).toEqual([[null, null, null]]);
  });

  test('fixed-width columns past the fixed part are stored as variable ones', () => {
    const columns = Array.from({ length: 200 }, () => column('int64', 8));
    const externals = new ValueList();
    const row = columns.map((_, i) => (i % 3 === 0 ? null : i * 1_000_003));
    const image = encodeRows(columns, 0, [row, row], externals);
    const all = columns.map((_, i) => i);
    expect(decodeRows(columns, image, all, externals)).toEqual([row, row]);
  });
});
