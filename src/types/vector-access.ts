/**
 * Datum in, Datum out, for each vector kind. Writers expect rows in ascending order after `resetVector`; they turn an int64
 * or numeric vector wide when the first value that needs it arrives.
 */
import { InvariantError } from '../common/assert.ts';
import { canonicalInt64, Numeric } from './datum.ts';
import type { Datum } from './datum.ts';
import { setNull, vectorCapacity } from './vector.ts';
import type { BytesVector, Int64Vector, NumericVector, Vector, VectorKind } from './vector.ts';

const numericZero = new Numeric(0, 0);

/** Converts rows [0, rows) of a narrow vector; rows after that are zero. */
export function widenInt64(vector: Int64Vector, rows: number): BigInt64Array {
  const wide = new BigInt64Array(vectorCapacity(vector));
  for (let row = 0; row < rows; row++) wide[row] = BigInt(vector.values[row] as number);
  vector.wide = wide;
  return wide;
}

/** Converts rows [0, rows) of a narrow vector; rows after that are zero. */
export function widenNumeric(vector: NumericVector, rows: number): Numeric[] {
  const wide: Numeric[] = [];
  for (let row = 0; row < rows; row++) wide.push(new Numeric(vector.values[row] as number, vector.scale));
  for (let row = rows; row < vectorCapacity(vector); row++) wide.push(numericZero);
  vector.wide = wide;
  return wide;
}

export function writeInt64(vector: Int64Vector, row: number, value: number | bigint): void {
  if (vector.wide === undefined && typeof value === 'number') {
    vector.values[row] = value;
  } else {
    const wide = vector.wide ?? widenInt64(vector, row);
    wide[row] = BigInt(value);
  }
  if (vector.nulls !== undefined) vector.nulls[row] = 0;
}

export function readInt64(vector: Int64Vector, row: number): number | bigint {
  return vector.wide === undefined ? (vector.values[row] as number) : canonicalInt64(vector.wide[row] as bigint);
}

export function writeNumeric(vector: NumericVector, row: number, value: Numeric): void {
  if (
    vector.wide === undefined &&
    typeof value.digits === 'number' &&
    value.kind === 'finite' &&
    adoptScale(vector, row, value.scale)
  ) {
    vector.values[row] = value.digits;
  } else {
    const wide = vector.wide ?? widenNumeric(vector, row);
    wide[row] = value;
  }
  if (vector.nulls !== undefined) vector.nulls[row] = 0;
}

/** Whether a narrow vector about to get row `row` can hold that scale: the first value that is not NULL decides. */
export function adoptScale(vector: NumericVector, row: number, scale: number): boolean {
  if (vector.scale === scale) return true;
  for (let before = 0; before < row; before++) {
    if (vector.nulls === undefined || vector.nulls[before] === 0) return false;
  }
  vector.scale = scale;
  return true;
}

export function readNumeric(vector: NumericVector, row: number): Numeric {
  return vector.wide === undefined
    ? new Numeric(vector.values[row] as number, vector.scale)
    : (vector.wide[row] as Numeric);
}

export function writeNull(vector: Vector, row: number): void {
  setNull(vector, row);
  if (vector.kind === 'int64' && vector.wide !== undefined) vector.wide[row] = 0n;
  else if (vector.kind === 'numeric' && vector.wide !== undefined) vector.wide[row] = numericZero;
}

/** Reads and writes the raw value of one kind; NULLs are handled before. */
export interface KindAccess {
  read(vector: Vector, row: number): Datum;
  write(vector: Vector, row: number, value: Datum): void;
}

function wrongKind(vector: Vector, expected: VectorKind): InvariantError {
  return new InvariantError(`TYPE-1: vector of kind ${vector.kind} where ${expected} is expected`);
}

const boolAccess: KindAccess = {
  read(vector, row) {
    if (vector.kind !== 'bool') throw wrongKind(vector, 'bool');
    return vector.values[row] === 1;
  },
  write(vector, row, value) {
    if (vector.kind !== 'bool') throw wrongKind(vector, 'bool');
    vector.values[row] = value === true ? 1 : 0;
    if (vector.nulls !== undefined) vector.nulls[row] = 0;
  },
};

const int32Access: KindAccess = {
  read(vector, row) {
    if (vector.kind !== 'int32') throw wrongKind(vector, 'int32');
    return vector.values[row] as number;
  },
  write(vector, row, value) {
    if (vector.kind !== 'int32') throw wrongKind(vector, 'int32');
    vector.values[row] = value as number;
    if (vector.nulls !== undefined) vector.nulls[row] = 0;
  },
};

const float64Access: KindAccess = {
  read(vector, row) {
    if (vector.kind !== 'float64') throw wrongKind(vector, 'float64');
    return vector.values[row] as number;
  },
  write(vector, row, value) {
    if (vector.kind !== 'float64') throw wrongKind(vector, 'float64');
    vector.values[row] = value as number;
    if (vector.nulls !== undefined) vector.nulls[row] = 0;
  },
};

const int64Access: KindAccess = {
  read(vector, row) {
    if (vector.kind !== 'int64') throw wrongKind(vector, 'int64');
    return readInt64(vector, row);
  },
  write(vector, row, value) {
    if (vector.kind !== 'int64') throw wrongKind(vector, 'int64');
    writeInt64(vector, row, value as number | bigint);
  },
};

const numericAccess: KindAccess = {
  read(vector, row) {
    if (vector.kind !== 'numeric') throw wrongKind(vector, 'numeric');
    return readNumeric(vector, row);
  },
  write(vector, row, value) {
    if (vector.kind !== 'numeric') throw wrongKind(vector, 'numeric');
    writeNumeric(vector, row, value as Numeric);
  },
};

/** Access to every kind but bytes, which needs the type's own encoding. */
export const kindAccess: Readonly<Record<Exclude<VectorKind, 'bytes'>, KindAccess>> = {
  bool: boolAccess,
  int32: int32Access,
  float64: float64Access,
  int64: int64Access,
  numeric: numericAccess,
};

export function expectBytes(vector: Vector): BytesVector {
  if (vector.kind !== 'bytes') throw wrongKind(vector, 'bytes');
  return vector;
}
