/** An error with its place in the input: CONTEXT. */
import { SqlError, type SqlState } from '../../common/sql-error.ts';

export class CopyProblem extends SqlError {
  constructor(error: SqlError, where: string) {
    super(error.sqlState as SqlState, error.message, { ...error.fields, where });
  }
}
