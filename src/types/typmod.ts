/**
 * Type modifiers: what stands in parentheses after a type. One number per column, pg_attribute.atttypmod, -1 for none:
 *
 *   varchar(n) char(n)      n + 4
 *   numeric(p, s)           ((p << 16) | (s in 11 bits)) + 4
 *   timestamp(p) time(p)    p
 *   interval                (fields << 16) | p; fields 0x7fff: all, p 0xffff: none given
 */
import type { Oid } from '../common/ids.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import { ArrayValue, TimeTz } from './datum.ts';
import type { Datum, Interval, Numeric } from './datum.ts';
import { coerceNumeric, decodeNumericTypmod } from './numeric-text.ts';
import { typeOid } from './oids.ts';
import { findType } from './registry.ts';
import { coerceBpchar, coerceVarchar } from './text.ts';
import { roundTimestamp } from './timestamp.ts';
import {
  coerceInterval,
  decodeIntervalTypmod,
  intervalField,
  intervalFullPrecision,
  intervalFullRange,
  roundSeconds,
  secondsPrecisionMax,
} from './time-typmod.ts';

const charLengthMax = 10_485_760;
const numericPrecisionMax = 1000;

const field = intervalField;
const dayHour = field.day | field.hour;
const hourMinute = field.hour | field.minute;
const minuteSecond = field.minute | field.second;

/** The field combinations there are, as written after INTERVAL. */
const intervalRangeNames = new Map<number, string>([
  [field.year, 'year'],
  [field.month, 'month'],
  [field.year | field.month, 'year to month'],
  [field.day, 'day'],
  [field.hour, 'hour'],
  [field.minute, 'minute'],
  [field.second, 'second'],
  [dayHour, 'day to hour'],
  [field.day | hourMinute, 'day to minute'],
  [dayHour | minuteSecond, 'day to second'],
  [hourMinute, 'hour to minute'],
  [field.hour | minuteSecond, 'hour to second'],
  [minuteSecond, 'minute to second'],
  [intervalFullRange, ''],
]);

function invalid(message: string, position: number | undefined): SqlError {
  return new SqlError(sqlState.invalidParameterValue, message, { position });
}

/** The type's modifier input function: the numbers in parentheses to atttypmod. Interval's first number is its field mask. */
export function encodeTypmod(type: Oid, modifiers: readonly number[], position?: number): number {
  switch (type) {
    case typeOid.varchar:
      return encodeLength('varchar', modifiers, position);
    case typeOid.bpchar:
      return encodeLength('char', modifiers, position);
    case typeOid.numeric:
      return encodeNumeric(modifiers, position);
    case typeOid.timestamp:
      return encodePrecision('TIMESTAMP', '', modifiers, position);
    case typeOid.timestamptz:
      return encodePrecision('TIMESTAMP', ' WITH TIME ZONE', modifiers, position);
    case typeOid.time:
      return encodePrecision('TIME', '', modifiers, position);
    case typeOid.timetz:
      return encodePrecision('TIME', ' WITH TIME ZONE', modifiers, position);
    case typeOid.interval:
      return encodeInterval(modifiers, position);
    default:
      throw new SqlError(
        sqlState.syntaxError,
        `type modifier is not allowed for type "${findType(type)?.name ?? type}"`,
        {
          position,
        },
      );
  }
}

function encodeLength(name: string, modifiers: readonly number[], position: number | undefined): number {
  const [length] = modifiers;
  if (modifiers.length !== 1 || length === undefined) throw invalid('invalid type modifier', position);
  if (length < 1) throw invalid(`length for type ${name} must be at least 1`, position);
  if (length > charLengthMax) throw invalid(`length for type ${name} cannot exceed ${charLengthMax}`, position);
  return length + 4;
}

function encodeNumeric(modifiers: readonly number[], position: number | undefined): number {
  const [precision, scale = 0] = modifiers;
  if (modifiers.length > 2 || precision === undefined) throw invalid('invalid NUMERIC type modifier', position);
  if (precision < 1 || precision > numericPrecisionMax) {
    throw invalid(`NUMERIC precision ${precision} must be between 1 and ${numericPrecisionMax}`, position);
  }
  if (scale < -numericPrecisionMax || scale > numericPrecisionMax) {
    throw invalid(
      `NUMERIC scale ${scale} must be between -${numericPrecisionMax} and ${numericPrecisionMax}`,
      position,
    );
  }
  return ((precision << 16) | (scale & 0x7ff)) + 4;
}

/** Larger precisions are reduced to 6, as in PostgreSQL, which warns. */
function encodePrecision(
  name: string,
  suffix: string,
  modifiers: readonly number[],
  position: number | undefined,
): number {
  const [precision] = modifiers;
  if (modifiers.length !== 1 || precision === undefined) throw invalid('invalid type modifier', position);
  if (precision < 0) throw invalid(`${name}(${precision})${suffix} precision must not be negative`, position);
  return Math.min(precision, secondsPrecisionMax);
}

function encodeInterval(modifiers: readonly number[], position: number | undefined): number {
  const [range, precision] = modifiers;
  if (range === undefined || modifiers.length > 2 || !intervalRangeNames.has(range)) {
    throw invalid('invalid INTERVAL type modifier', position);
  }
  if (precision === undefined) return range === intervalFullRange ? -1 : (range << 16) | intervalFullPrecision;
  if (precision < 0) throw invalid(`INTERVAL(${precision}) precision must not be negative`, position);
  return (range << 16) | Math.min(precision, secondsPrecisionMax);
}

/** format_type(): a type's SQL spelling with its modifier. Without one (undefined), char(n) is spelt character; with -1, bpchar. */
export function formatType(type: Oid, typmod?: number): string {
  const handler = findType(type);
  if (handler === undefined) return '???';
  if (handler.category === 'A' && handler.name.startsWith('_')) return `${formatType(handler.elementOid, typmod)}[]`;
  if (typmod === undefined) return handler.sqlName;
  if (type === typeOid.bpchar && typmod < 0) return 'bpchar';
  return typmod < 0 ? handler.sqlName : formatModified(type, handler.sqlName, typmod);
}

function formatModified(type: Oid, sqlName: string, typmod: number): string {
  switch (type) {
    case typeOid.varchar:
    case typeOid.bpchar:
      return `${sqlName}(${typmod - 4})`;
    case typeOid.numeric: {
      const { precision, scale } = decodeNumericTypmod(typmod);
      return `numeric(${precision},${scale})`;
    }
    case typeOid.timestamp:
    case typeOid.timestamptz:
    case typeOid.time:
    case typeOid.timetz:
      return sqlName.replace(' ', `(${typmod}) `);
    case typeOid.interval:
      return `interval${formatIntervalTypmod(typmod)}`;
    default:
      return sqlName;
  }
}

function formatIntervalTypmod(typmod: number): string {
  const { range, precision } = decodeIntervalTypmod(typmod);
  const fields = intervalRangeNames.get(range) ?? '';
  const digits = precision === undefined ? '' : `(${precision})`;
  return fields === '' ? digits : ` ${fields}${digits}`;
}

/**
 * The type's length coercion: makes a value fit the modifier of its column or cast, or throws 22001 or 22003. Only char types care
 * whether the cast is explicit: it cuts silently then.
 */
export function applyTypmod(type: Oid, value: Datum, typmod: number, explicit: boolean): Datum {
  if (typmod < 0 || value === null) return value;
  if (value instanceof ArrayValue) {
    const elements = value.elements.map((element) => applyTypmod(value.elementType, element, typmod, explicit));
    return new ArrayValue(value.elementType, value.lengths, value.lowerBounds, elements);
  }
  switch (type) {
    case typeOid.varchar:
      return coerceVarchar(value as string, typmod, explicit);
    case typeOid.bpchar:
      return coerceBpchar(value as string, typmod, explicit);
    case typeOid.numeric:
      return coerceNumeric(value as Numeric, typmod);
    case typeOid.timestamp:
    case typeOid.timestamptz:
      return roundTimestamp(value as number | bigint, typmod);
    case typeOid.time:
      return roundSeconds(value as number | bigint, typmod);
    case typeOid.timetz:
      return new TimeTz(Number(roundSeconds((value as TimeTz).micros, typmod)), (value as TimeTz).zone);
    case typeOid.interval:
      return coerceInterval(value as Interval, typmod);
    default:
      return value;
  }
}
