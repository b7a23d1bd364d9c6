/** From the text of a field into a vector, without a JS string where the type allows. */
import type { ColumnDescriptor } from '../../catalog/descriptors.ts';
import type { IoContext, TypeHandler } from '../../types/type-handler.ts';
import { typeOid } from '../../types/oids.ts';
import { getType } from '../../types/registry.ts';
import type { BytesVector, Int32Vector, Int64Vector, Vector } from '../../types/vector.ts';

/** Writes bytes[start, end) as row `row`. Throws the type's input errors. */
export type FieldWriter = (vector: Vector, row: number, bytes: Buffer, start: number, end: number) => void;

export function fieldWriter(column: ColumnDescriptor, io: IoContext): FieldWriter {
  const handler = getType(column.typeOid);
  const general = generalWriter(handler, column.typmod, io);
  switch (column.typeOid) {
    case typeOid.int4:
      return integerWriter(-0x8000_0000, 0x7fff_ffff, general);
    case typeOid.int2:
      return integerWriter(-0x8000, 0x7fff, general);
    case typeOid.int8:
      return bigintWriter(general);
    case typeOid.text:
      return textWriter;
    case typeOid.varchar:
      return column.typmod < 0 ? textWriter : limitedTextWriter(column.typmod - typmodOffset, general);
    case typeOid.bpchar:
      return column.typmod < 0 ? general : paddedTextWriter(column.typmod - typmodOffset, general);
    default:
      return general;
  }
}

/** varchar(n) and char(n) keep n + 4 as their modifier. */
const typmodOffset = 4;

function generalWriter(handler: TypeHandler, typmod: number, io: IoContext): FieldWriter {
  return (vector, row, bytes, start, end) => {
    handler.writeDatum(vector, row, handler.parseText(bytes.utf8Slice(start, end), typmod, io));
  };
}

/** Digits that fit a safe integer; NaN for anything else, which the type's own input function then judges. */
function plainInteger(bytes: Buffer, start: number, end: number): number {
  let at = start;
  const isNegative = bytes[at] === 0x2d;
  if (isNegative) at++;
  if (at === end || end - at > 15) return NaN;
  let value = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return isNegative ? -value : value;
}

function integerWriter(minimum: number, maximum: number, general: FieldWriter): FieldWriter {
  return (vector, row, bytes, start, end) => {
    const value = plainInteger(bytes, start, end);
    if (value >= minimum && value <= maximum) {
      (vector as Int32Vector).values[row] = value;
      if (vector.nulls !== undefined) vector.nulls[row] = 0;
    } else {
      general(vector, row, bytes, start, end);
    }
  };
}

function bigintWriter(general: FieldWriter): FieldWriter {
  return (vector, row, bytes, start, end) => {
    const value = plainInteger(bytes, start, end);
    if (Number.isNaN(value) || (vector as Int64Vector).wide !== undefined) {
      general(vector, row, bytes, start, end);
      return;
    }
    // -0 is not an integer.
    (vector as Int64Vector).values[row] = value + 0;
    if (vector.nulls !== undefined) vector.nulls[row] = 0;
  };
}

const textWriter: FieldWriter = (vector, row, bytes, start, end) => {
  const target = vector as BytesVector;
  const arena = target.arenaForWrite();
  const at = arena.length;
  arena.copy(bytes, start, end);
  target.endValue(row, at);
  if (target.nulls !== undefined) target.nulls[row] = 0;
};

/** As many bytes as characters are allowed cannot be too many characters. */
function limitedTextWriter(charactersMax: number, general: FieldWriter): FieldWriter {
  return (vector, row, bytes, start, end) => {
    if (end - start <= charactersMax) textWriter(vector, row, bytes, start, end);
    else general(vector, row, bytes, start, end);
  };
}

function paddedTextWriter(characters: number, general: FieldWriter): FieldWriter {
  return (vector, row, bytes, start, end) => {
    if (end - start > characters || !isAscii(bytes, start, end)) {
      general(vector, row, bytes, start, end);
      return;
    }
    const target = vector as BytesVector;
    const arena = target.arenaForWrite();
    const at = arena.length;
    arena.copy(bytes, start, end);
    const padding = characters - (end - start);
    arena.reserve(padding);
    arena.bytes.fill(0x20, arena.length, arena.length + padding);
    arena.length += padding;
    target.endValue(row, at);
    if (target.nulls !== undefined) target.nulls[row] = 0;
  };
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) >= 0x80) return false;
  return true;
}
