/** The errors that input functions share, in PostgreSQL's words. */
import { SqlError, sqlState } from '../common/sql-error.ts';

export function invalidText(sqlName: string, text: string): SqlError {
  return new SqlError(sqlState.invalidTextRepresentation, `invalid input syntax for type ${sqlName}: "${text}"`);
}

export function valueOutOfRange(sqlName: string, text: string): SqlError {
  return new SqlError(sqlState.numericValueOutOfRange, `value "${text}" is out of range for type ${sqlName}`);
}

/** A computed value does not fit: "integer out of range". */
export function typeOutOfRange(sqlName: string, code: '22003' | '22008' = sqlState.numericValueOutOfRange): SqlError {
  return new SqlError(code, `${sqlName} out of range`);
}

/** A binary value ends too early. */
export function insufficientData(): SqlError {
  return new SqlError(sqlState.protocolViolation, 'insufficient data left in message');
}

export function invalidBinary(message: string): SqlError {
  return new SqlError(sqlState.invalidBinaryRepresentation, message);
}

/** A fixed-width binary value must have exactly its width. */
export function checkBinaryLength(start: number, end: number, expected: number): void {
  if (end - start < expected) throw insufficientData();
  if (end - start > expected) throw invalidBinary('incorrect binary data format');
}
