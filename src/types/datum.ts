/**
 * One SQL value outside a vector: what scalar kernels, constants and parameters use.
 *
 *   SQL type                                  Datum
 *   bool                                      boolean
 *   int2 int4 date(days)                      number (integer, int32)
 *   oid reg* xid cid                          number (unsigned 32 bit)
 *   int8 timestamp timestamptz time (µs)      number when it is a safe integer, bigint otherwise (canonical: never a bigint that fits)
 *   float4 float8                             number
 *   numeric                                   Numeric
 *   text varchar char(n) name "char" json     string
 *   bytea uuid                                Uint8Array
 *   interval                                  Interval
 *   timetz                                    TimeTz
 *   arrays, int2vector, oidvector             ArrayValue
 *   composite, row(...)                       RecordValue
 *   unknown literal                           string
 *
 * Dates and timestamps count from 2000-01-01; their infinities are PostgreSQL's (min and max of the integer type).
 */
export type Datum =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Numeric
  | Interval
  | TimeTz
  | ArrayValue
  | RecordValue;

/** Exact decimal: `digits` × 10^-`scale`. Arithmetic lives in numeric-math.ts. */
export class Numeric {
  readonly kind: 'finite' | 'nan' | 'infinity' | '-infinity';
  /** Unscaled value; number when a safe integer, else bigint (canonical). 0 unless finite. */
  readonly digits: number | bigint;
  /** Display scale, 0 to 16383. */
  readonly scale: number;

  constructor(digits: number | bigint, scale: number, kind: 'finite' | 'nan' | 'infinity' | '-infinity' = 'finite') {
    this.kind = kind;
    this.digits = digits;
    this.scale = scale;
  }
}

export class Interval {
  readonly months: number;
  readonly days: number;
  /** Microseconds; number when safe, else bigint. */
  readonly micros: number | bigint;

  constructor(months: number, days: number, micros: number | bigint) {
    this.months = months;
    this.days = days;
    this.micros = micros;
  }
}

/** time with time zone. */
export class TimeTz {
  /** Microseconds since local midnight, 0 to 24:00:00. */
  readonly micros: number;
  /** Seconds west of Greenwich, as PostgreSQL keeps it. */
  readonly zone: number;

  constructor(micros: number, zone: number) {
    this.micros = micros;
    this.zone = zone;
  }
}

/** A multidimensional array, elements in row-major order. Zero dimensions: the empty array. */
export class ArrayValue {
  readonly elementType: number;
  readonly lengths: readonly number[];
  readonly lowerBounds: readonly number[];
  readonly elements: readonly Datum[];

  constructor(
    elementType: number,
    lengths: readonly number[],
    lowerBounds: readonly number[],
    elements: readonly Datum[],
  ) {
    this.elementType = elementType;
    this.lengths = lengths;
    this.lowerBounds = lowerBounds;
    this.elements = elements;
  }
}

export class RecordValue {
  /** OID of the row type; 2249 (record) when anonymous. */
  readonly type: number;
  readonly fieldTypes: readonly number[];
  readonly fields: readonly Datum[];

  constructor(type: number, fieldTypes: readonly number[], fields: readonly Datum[]) {
    this.type = type;
    this.fieldTypes = fieldTypes;
    this.fields = fields;
  }
}

/** Brings an int8-like value to its canonical form. */
export function canonicalInt64(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}
