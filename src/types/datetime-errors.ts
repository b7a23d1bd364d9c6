/** What can be wrong with a date or time literal, in PostgreSQL's words. */
import { SqlError, sqlState } from '../common/sql-error.ts';

export type DateTimeProblem =
  | 'format'
  | 'field overflow'
  | 'month or day overflow'
  | 'interval overflow'
  | 'zone displacement overflow';

export function dateTimeError(problem: DateTimeProblem, text: string, sqlName: string): SqlError {
  switch (problem) {
    case 'format':
      return new SqlError(sqlState.invalidDatetimeFormat, `invalid input syntax for type ${sqlName}: "${text}"`);
    case 'field overflow':
      return new SqlError(sqlState.datetimeFieldOverflow, `date/time field value out of range: "${text}"`);
    case 'month or day overflow':
      return new SqlError(sqlState.datetimeFieldOverflow, `date/time field value out of range: "${text}"`, {
        hint: 'Perhaps you need a different "datestyle" setting.',
      });
    case 'interval overflow':
      return new SqlError(sqlState.intervalFieldOverflow, `interval field value out of range: "${text}"`);
    case 'zone displacement overflow':
      return new SqlError(sqlState.invalidTimeZoneDisplacementValue, `time zone displacement out of range: "${text}"`);
  }
}

/** Thrown inside the decoders, which do not know the type's name; always caught where the literal is known. */
export class DateTimeFailure extends Error {
  readonly problem: DateTimeProblem;

  constructor(problem: DateTimeProblem) {
    super(problem);
    this.problem = problem;
  }
}

export function badFormat(): DateTimeFailure {
  return new DateTimeFailure('format');
}

export function fieldOverflow(): DateTimeFailure {
  return new DateTimeFailure('field overflow');
}

/** Runs a decoder and turns its failure into the error for this literal. */
export function decodeLiteral<T>(text: string, sqlName: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DateTimeFailure) throw dateTimeError(error.problem, text, sqlName);
    throw error;
  }
}
