/**
 * A statement with its parameters, about to run, running or suspended between rows. Both protocols, cursors and EXECUTE run
 * statements through portals.
 */
import type { FieldDescription } from '../protocol/backend.ts';
import type { OutputColumn } from '../algebra/query.ts';
import type { Datum } from '../types/datum.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import { PlanRun, type RunProgress } from './plan-run.ts';
import type { CachedPlan, PreparedStatement } from './prepared-statement.ts';
import { fieldsOf } from './prepared-statement.ts';
import { DatumSource } from './datum-batch.ts';
import { DatumRows, type RowSink } from './row-sink.ts';
import type { Session } from './session.ts';

export interface Portal {
  readonly name: string;
  readonly prepared: PreparedStatement;
  /** undefined: no result rows. */
  fields(): readonly FieldDescription[] | undefined;
  /** Types and formats of the result's columns. */
  readonly handlers: readonly TypeHandler[];
  readonly formats: readonly number[];
  /** Runs until done, or until `rowsMax` more rows are with the sink. */
  run(rowsMax: number, sink: RowSink): RunProgress;
  /** The command tag, and the row count it ends in or -1; once `run` is done. */
  readonly tag: string;
  readonly tagRows: number;
  /** Frees what it holds. Idempotent. */
  close(): void;
}

const tags = { SELECT: 'SELECT ', INSERT: 'INSERT 0 ', UPDATE: 'UPDATE ', DELETE: 'DELETE ' } as const;

/** SELECT, INSERT, UPDATE, DELETE. */
export class QueryPortal implements Portal {
  readonly name: string;
  readonly prepared: PreparedStatement;
  readonly formats: readonly number[];
  readonly #run: PlanRun;
  #rows = 0;
  #kept: DatumRows | undefined = undefined;
  #given = 0;

  constructor(
    session: Session,
    name: string,
    prepared: PreparedStatement,
    plan: CachedPlan,
    parameters: readonly Datum[],
    formats: readonly number[],
  ) {
    this.name = name;
    this.prepared = prepared;
    this.formats = formats;
    this.#run = new PlanRun(session, prepared, plan, parameters);
  }

  get handlers(): readonly TypeHandler[] {
    return this.#run.plan.handlers;
  }

  get output(): readonly OutputColumn[] {
    return this.#run.plan.output;
  }

  fields(): readonly FieldDescription[] | undefined {
    const { output } = this.#run.plan;
    return this.hasRows ? fieldsOf(output, (i) => this.formats[i] ?? 0) : undefined;
  }

  /** A SELECT may have rows of no columns. */
  get hasRows(): boolean {
    const { output, planned } = this.#run.plan;
    return output.length > 0 || planned.command === 'SELECT';
  }

  run(rowsMax: number, sink: RowSink): RunProgress {
    const isModification = this.#run.plan.planned.command !== 'SELECT';
    if (this.#kept !== undefined || (isModification && rowsMax !== Infinity && this.hasRows)) {
      return this.#runKept(rowsMax, sink);
    }
    const progress = this.#run.advance(rowsMax, sink);
    if (progress === 'done' || progress === 'suspended') {
      this.#rows = this.#run.rowCount;
      this.#run.rowCount = 0;
    }
    return progress;
  }

  /** A modification runs to its end at the first Execute, however few of its rows are wanted; they are kept. */
  #runKept(rowsMax: number, sink: RowSink): RunProgress {
    this.#kept ??= new DatumRows(this.output.map((column) => column.type));
    const progress = this.#run.advance(Infinity, this.#kept);
    if (progress !== 'done') return progress;
    if (sink.isFull) return 'wait';
    const { rows } = this.#kept;
    const end = Math.min(this.#given + rowsMax, rows.length);
    new DatumSource(this.handlers).give(rows, this.#given, end, sink);
    this.#given = end;
    return end < rows.length ? 'suspended' : 'done';
  }

  get tag(): string {
    return tags[this.#run.plan.planned.command];
  }

  get tagRows(): number {
    return this.#run.plan.planned.command === 'SELECT' ? this.#rows : this.#run.modified;
  }

  close(): void {
    this.#run.close();
  }
}
