/**
 * Keys of rows, made from row images: the clustering key and the keys of secondary indexes. There is one way only from a row
 * to its key, for statements, replay, undo and purge alike; they could not find each other's entries otherwise (LOG-5).
 */
import { InvariantError } from '../common/assert.ts';
import { ByteWriter } from '../common/byte-writer.ts';
import { invertBytes, writeNotNullMarker, writeNullMarker } from '../types/key-encoding.ts';
import { typeOid } from '../types/oids.ts';
import { getType } from '../types/registry.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import type { KeyPart, StoredColumn } from './access-method.ts';
import type { ExternalValues } from './row-encode.ts';
import type { RowLayout } from './row-format.ts';
import { ColumnPlace } from './row-format.ts';

/** How the stored bytes of a type become key bytes; `datum` goes through the type's handler. */
type Conversion = 'int2' | 'int4' | 'int8' | 'text' | 'datum';

const conversions = new Map<number, Conversion>([
  [typeOid.int2, 'int2'],
  [typeOid.int4, 'int4'],
  [typeOid.int8, 'int8'],
  [typeOid.text, 'text'],
  [typeOid.varchar, 'text'],
]);

interface EncodedPart {
  readonly part: KeyPart;
  readonly conversion: Conversion;
  readonly handler: TypeHandler;
  readonly missing: Uint8Array | null;
}

export class KeyEncoder {
  readonly #parts: readonly EncodedPart[];
  readonly #externals: ExternalValues;
  readonly #place = new ColumnPlace();
  readonly #otherPlace = new ColumnPlace();
  readonly #loaded = new ByteWriter(64);

  constructor(parts: readonly KeyPart[], columns: readonly StoredColumn[], externals: ExternalValues) {
    this.#parts = parts.map((part) => encodedPart(part, columns));
    this.#externals = externals;
  }

  /** Appends the key of the row at bytes[at …]; true if a part of it is NULL. */
  encode(layout: RowLayout, bytes: Uint8Array, view: DataView, at: number, out: ByteWriter): boolean {
    const place = this.#place;
    let hasNull = false;
    for (const encoded of this.#parts) {
      const { part } = encoded;
      place.locate(layout, view, at, part.column);
      if (place.state === 'value') {
        this.#encodePart(encoded, bytes, place.offset, place.length, out);
      } else if (place.state === 'external') {
        this.#loaded.reset();
        this.#externals.load(bytes, place.offset, this.#loaded);
        this.#encodePart(encoded, this.#loaded.bytes, 0, this.#loaded.length, out);
      } else if (place.state === 'absent' && encoded.missing !== null) {
        this.#encodePart(encoded, encoded.missing, 0, encoded.missing.length, out);
      } else {
        writeNullMarker(part.nullsFirst, out);
        hasNull = true;
      }
    }
    return hasNull;
  }

  #encodePart(encoded: EncodedPart, bytes: Uint8Array, offset: number, length: number, out: ByteWriter): void {
    writeNotNullMarker(out);
    const start = out.length;
    switch (encoded.conversion) {
      case 'int4':
        reverse(bytes, offset, 4, out);
        break;
      case 'int8':
        reverse(bytes, offset, 8, out);
        break;
      case 'int2':
        reverse(bytes, offset, 2, out);
        break;
      case 'text':
        out.copy(bytes, offset, offset + length);
        out.uint8(0);
        break;
      case 'datum':
        encoded.handler.encodeKey?.(encoded.handler.decode(bytes, offset, length), out);
        break;
    }
    if (encoded.part.descending) invertBytes(out.bytes, start, out.length);
  }

  /** Whether the stored bytes of all key columns are the same in both rows; the keys may be equal even if not. */
  isUnchanged(
    layout: RowLayout,
    bytes: Uint8Array,
    view: DataView,
    at: number,
    otherLayout: RowLayout,
    otherBytes: Uint8Array,
    otherView: DataView,
    otherAt: number,
  ): boolean {
    const place = this.#place;
    const other = this.#otherPlace;
    for (const { part } of this.#parts) {
      place.locate(layout, view, at, part.column);
      other.locate(otherLayout, otherView, otherAt, part.column);
      if (place.state !== other.state) return false;
      if (place.state === 'null' || place.state === 'absent') continue;
      if (place.length !== other.length) return false;
      for (let i = 0; i < place.length; i++) {
        if (bytes[place.offset + i] !== otherBytes[other.offset + i]) return false;
      }
    }
    return true;
  }
}

function encodedPart(part: KeyPart, columns: readonly StoredColumn[]): EncodedPart {
  const column = columns[part.column];
  if (column === undefined) throw new InvariantError(`LOG-5: key column ${part.column} does not exist`);
  const handler = getType(column.typeOid);
  if (handler.encodeKey === undefined) throw new InvariantError(`LOG-5: type ${handler.name} cannot be a key`);
  return { part, conversion: conversions.get(column.typeOid) ?? 'datum', handler, missing: column.missingValue };
}

/** A little-endian integer as big-endian bytes with the sign bit flipped. */
function reverse(bytes: Uint8Array, offset: number, count: number, out: ByteWriter): void {
  const at = out.reserve(count);
  for (let i = 0; i < count; i++) out.bytes[at + i] = bytes[offset + count - 1 - i] as number;
  out.bytes[at] = (out.bytes[at] as number) ^ 0x80;
  out.length = at + count;
}
