/**
 * A cursor of SQL (DECLARE): a running query and a place in its rows. Position 0 is before the first row, n on row n.
 *
 * Without SCROLL rows stream by and only forward moves are possible. With SCROLL the rows met so far are kept; WITH HOLD keeps
 * all of them when the transaction commits.
 */
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { FetchStmt } from '../parser/utility-syntax.ts';
import type { FieldDescription } from '../protocol/backend.ts';
import type { Datum } from '../types/datum.ts';
import type { Batch } from '../types/batch.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import { DatumSource } from './datum-batch.ts';
import type { PlanRun, RunProgress } from './plan-run.ts';
import { type CachedPlan, fieldsOf } from './prepared-statement.ts';
import { DatumRows, discardedRows, type RowSink } from './row-sink.ts';

export interface CursorOptions {
  readonly name: string;
  readonly sql: string;
  readonly isScrollable: boolean;
  readonly isHeld: boolean;
  readonly isBinary: boolean;
  /** Counts up over the session's cursors: a rollback to a savepoint closes the later ones. */
  readonly number: number;
  readonly createdAt: number;
}

/** Rows to pass over, then rows to give; backwards over kept rows if `reverse`. */
interface Move {
  skip: number;
  give: number;
  readonly reverse: boolean;
}

export class Cursor {
  readonly options: CursorOptions;
  /** Rows the last move went over (MOVE) or gave (FETCH). */
  moved = 0;
  readonly #plan: CachedPlan;
  readonly #kept: DatumRows | undefined;
  readonly #source: DatumSource;
  #run: PlanRun | undefined;
  #position = 0;
  #move: Move = { skip: 0, give: 0, reverse: false };

  constructor(run: PlanRun, options: CursorOptions) {
    this.options = options;
    this.#plan = run.plan;
    this.#run = run;
    this.#kept = options.isScrollable ? new DatumRows(run.plan.output.map((column) => column.type)) : undefined;
    this.#source = new DatumSource(run.plan.handlers);
  }

  get handlers(): readonly TypeHandler[] {
    return this.#plan.handlers;
  }

  get isBinary(): boolean {
    return this.options.isBinary;
  }

  fields(): readonly FieldDescription[] | undefined {
    return fieldsOf(this.#plan.output, () => (this.isBinary ? 1 : 0));
  }

  // ---- moving

  /** Begins a FETCH or MOVE; `advance` then carries it out. */
  move(direction: FetchStmt['direction'], howMany: number): void {
    this.moved = 0;
    switch (direction) {
      case 'FETCH_FORWARD':
        this.#move = howMany >= 0 ? this.#forward(howMany) : this.#backward(-howMany);
        return;
      case 'FETCH_BACKWARD':
        this.#move = howMany > 0 ? this.#backward(howMany) : this.#forward(-howMany);
        return;
      case 'FETCH_ABSOLUTE':
        this.#move = this.#absolute(howMany);
        return;
      case 'FETCH_RELATIVE':
        this.#move = howMany > 0 ? { skip: howMany - 1, give: 1, reverse: false } : this.#back(-howMany);
    }
  }

  #forward(count: number): Move {
    return count === 0 ? this.#back(0) : { skip: 0, give: count, reverse: false };
  }

  #backward(count: number): Move {
    this.#requireScroll();
    return { skip: 0, give: count, reverse: true };
  }

  /** To the row `distance` before the present one, and only that; 0 gives the present row again. */
  #back(distance: number): Move {
    this.#requireScroll();
    if (distance > 0) return { skip: distance - 1, give: 1, reverse: true };
    const isOnRow = this.#position > 0 && this.#position <= (this.#kept?.rows.length ?? 0);
    if (isOnRow) this.#position--;
    return { skip: 0, give: isOnRow ? 1 : 0, reverse: false };
  }

  #absolute(row: number): Move {
    if (row > this.#position) return { skip: row - this.#position - 1, give: 1, reverse: false };
    this.#requireScroll();
    if (row < 0) return { skip: Infinity, give: row, reverse: false };
    this.#position = Math.max(row - 1, 0);
    return { skip: 0, give: row === 0 ? 0 : 1, reverse: false };
  }

  #requireScroll(): void {
    if (this.#kept !== undefined) return;
    throw new SqlError(sqlState.objectNotInPrerequisiteState, 'cursor can only scan forward', {
      hint: 'Declare it with SCROLL option to enable backward scan.',
    });
  }

  /** Carries the move out; 'done' when it is over. */
  advance(sink: RowSink): RunProgress {
    if (this.#kept === undefined) return this.#stream(sink);
    const progress = this.#load(this.#move.reverse ? 0 : this.#position + this.#move.skip + Math.abs(this.#move.give));
    if (progress !== 'done') return progress;
    if (sink.isFull) return 'wait';
    this.#giveKept(this.#kept.rows, sink);
    return 'done';
  }

  #stream(sink: RowSink): RunProgress {
    const run = this.#run;
    if (run === undefined || run.isOver) return 'done';
    const move = this.#move;
    if (move.skip > 0) {
      const progress = run.advance(move.skip, discardedRows);
      if (progress === 'yield' || progress === 'wait') return progress;
      move.skip = 0;
      if (progress === 'done') return 'done';
    }
    const counted = new CountedRows(sink, () => this.#gave());
    const progress = run.advance(move.give, counted);
    return progress === 'suspended' ? 'done' : progress;
  }

  #gave(): void {
    this.moved++;
    this.#position++;
  }

  /** Fetches rows until `count` are kept or there are no more. */
  #load(count: number): RunProgress {
    const kept = this.#kept as DatumRows;
    while (this.#run !== undefined && !this.#run.isOver && kept.rows.length < count) {
      const progress = this.#run.advance(count - kept.rows.length, kept);
      if (progress === 'yield' || progress === 'wait') return progress;
    }
    return 'done';
  }

  #giveKept(rows: readonly (readonly Datum[])[], sink: RowSink): void {
    const { skip, give, reverse } = this.#move;
    if (give < 0) {
      this.#position = Math.max(rows.length + give, 0);
      this.#giveForward(rows, rows.length + give < 0 ? 0 : 1, sink);
    } else if (reverse) {
      this.#giveBackward(rows, skip, give, sink);
    } else {
      this.#position = Math.min(this.#position + skip, rows.length);
      this.#giveForward(rows, give, sink);
    }
  }

  #giveForward(rows: readonly (readonly Datum[])[], count: number, sink: RowSink): void {
    const end = Math.min(this.#position + count, rows.length);
    this.#source.give(rows, this.#position, end, sink);
    this.moved = end - this.#position;
    // A forward move that ran out of rows stands behind the last.
    this.#position = this.moved < count ? rows.length + 1 : end;
  }

  #giveBackward(rows: readonly (readonly Datum[])[], skip: number, count: number, sink: RowSink): void {
    const from = Math.min(this.#position, rows.length + 1) - 1 - skip;
    const picked: (readonly Datum[])[] = [];
    for (let row = from; row > 0 && picked.length < count; row--) picked.push(rows[row - 1] as readonly Datum[]);
    this.#source.give(picked, 0, picked.length, sink);
    this.moved = picked.length;
    this.#position = picked.length < count ? 0 : from - count + 1;
  }

  // ---- the end of the transaction

  /** WITH HOLD: fetches what is left; called until 'done', then the cursor needs no transaction any more. */
  materialize(): RunProgress {
    const progress = this.#load(Infinity);
    if (progress === 'done') this.#closeRun();
    return progress;
  }

  get isMaterialized(): boolean {
    return this.#run === undefined;
  }

  close(): void {
    this.#closeRun();
  }

  #closeRun(): void {
    this.#run?.close();
    this.#run = undefined;
  }
}

/** Counts the rows that go by. */
class CountedRows implements RowSink {
  readonly #sink: RowSink;
  readonly #gave: () => void;

  constructor(sink: RowSink, gave: () => void) {
    this.#sink = sink;
    this.#gave = gave;
  }

  get isFull(): boolean {
    return this.#sink.isFull;
  }

  take(batch: Batch, columns: readonly number[]): void {
    this.#sink.take(batch, columns);
    for (let i = 0; i < batch.selectedCount; i++) this.#gave();
  }
}
