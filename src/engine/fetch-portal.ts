/** FETCH and MOVE: rows of a cursor, which is a portal of its own made by DECLARE. */
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { FetchStmt } from '../parser/utility-syntax.ts';
import type { FieldDescription } from '../protocol/backend.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import type { Cursor } from './cursor.ts';
import type { RunProgress } from './plan-run.ts';
import type { Portal } from './portal.ts';
import type { PreparedStatement } from './prepared-statement.ts';
import { discardedRows, type RowSink } from './row-sink.ts';
import type { Session } from './session.ts';

export class FetchPortal implements Portal {
  readonly name: string;
  readonly prepared: PreparedStatement;
  readonly formats: readonly number[];
  tagRows = 0;
  readonly #statement: FetchStmt;
  readonly #cursor: Cursor;
  #started = false;

  constructor(
    session: Session,
    name: string,
    prepared: PreparedStatement,
    statement: FetchStmt,
    formats: (column: number) => number,
  ) {
    this.name = name;
    this.prepared = prepared;
    this.#statement = statement;
    this.#cursor = findCursor(session, statement.portalname);
    this.formats = this.#cursor.handlers.map((_, i) => (this.#cursor.isBinary ? 1 : formats(i)));
  }

  get handlers(): readonly TypeHandler[] {
    return this.#cursor.handlers;
  }

  fields(): readonly FieldDescription[] | undefined {
    if (this.#statement.ismove) return undefined;
    return this.#cursor.fields()?.map((field, i) => ({ ...field, format: this.formats[i] ?? 0 }));
  }

  run(_rowsMax: number, sink: RowSink): RunProgress {
    const cursor = this.#cursor;
    if (!this.#started) {
      this.#started = true;
      cursor.move(this.#statement.direction, this.#statement.howMany);
    }
    const progress = cursor.advance(this.#statement.ismove ? discardedRows : sink);
    if (progress === 'done') this.tagRows = cursor.moved;
    return progress;
  }

  get tag(): string {
    return this.#statement.ismove ? 'MOVE ' : 'FETCH ';
  }

  close(): void {}
}

export function findCursor(session: Session, name: string): Cursor {
  const cursor = session.cursors.get(name);
  if (cursor !== undefined) return cursor;
  throw new SqlError(sqlState.invalidCursorName, `cursor "${name}" does not exist`);
}
