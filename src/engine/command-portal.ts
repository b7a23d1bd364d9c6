/**
 * A utility command: an async function that runs in the session's task. Whenever it waits for something, the session's wake
 * makes `run` let it go on. Its result rows, if any, are few and made in memory.
 */
import type { FieldDescription } from '../protocol/backend.ts';
import type { Statement } from '../parser/syntax.ts';
import type { Datum } from '../types/datum.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import { type CommandResult, type ResultColumn, runCommand } from './commands/command.ts';
import { DatumSource } from './datum-batch.ts';
import type { RunProgress } from './plan-run.ts';
import type { Portal } from './portal.ts';
import { type PreparedStatement, typeHandler } from './prepared-statement.ts';
import type { RowSink } from './row-sink.ts';
import type { Session } from './session.ts';

export class CommandPortal implements Portal {
  readonly name: string;
  readonly prepared: PreparedStatement;
  readonly handlers: readonly TypeHandler[];
  readonly formats: readonly number[];
  readonly #session: Session;
  readonly #statement: Statement;
  readonly #parameters: readonly Datum[];
  readonly #columns: readonly ResultColumn[] | undefined;
  #state: 'new' | 'running' | 'finished' = 'new';
  #result: CommandResult | undefined = undefined;
  #error: unknown = undefined;
  #given = 0;
  #settled = false;

  constructor(
    session: Session,
    name: string,
    prepared: PreparedStatement,
    statement: Statement,
    parameters: readonly Datum[],
    columns: readonly ResultColumn[] | undefined,
    formats: (column: number) => number,
  ) {
    this.name = name;
    this.prepared = prepared;
    this.#session = session;
    this.#statement = statement;
    this.#parameters = parameters;
    this.#columns = columns;
    this.handlers = (columns ?? []).map((column) => typeHandler(column.type));
    this.formats = (columns ?? []).map((_, i) => formats(i));
  }

  fields(): readonly FieldDescription[] | undefined {
    return this.#columns === undefined ? undefined : commandFields(this.#columns, (i) => this.formats[i] ?? 0);
  }

  run(rowsMax: number, sink: RowSink): RunProgress {
    if (this.#state === 'new') this.#start();
    else if (!this.#settled) this.#session.wakeSleeper();
    if (!this.#settled) return 'wait';
    if (this.#error !== undefined) throw this.#error;
    return this.#giveRows(rowsMax, sink);
  }

  #start(): void {
    this.#state = 'running';
    const parameters = { types: this.prepared.parameterTypes, values: this.#parameters };
    runCommand(this.#session, this.#statement, this.prepared.sql, parameters).then(
      (result) => this.#settle(result, undefined),
      (error: unknown) => this.#settle(undefined, error ?? new Error('command failed')),
    );
  }

  #settle(result: CommandResult | undefined, error: unknown): void {
    this.#settled = true;
    this.#state = 'finished';
    this.#result = result;
    this.#error = error;
    this.#session.releaseCatalogSnapshots();
    this.#session.wake();
  }

  #giveRows(rowsMax: number, sink: RowSink): RunProgress {
    const rows = this.#result?.rows ?? [];
    if (sink.isFull) return 'wait';
    const end = Math.min(this.#given + rowsMax, rows.length);
    new DatumSource(this.handlers).give(rows, this.#given, end, sink);
    this.#given = end;
    return end < rows.length ? 'suspended' : 'done';
  }

  get tag(): string {
    return this.#result?.tag ?? '';
  }

  get tagRows(): number {
    return this.#result?.tagRows ?? -1;
  }

  close(): void {}
}

export function commandFields(
  columns: readonly ResultColumn[],
  formats: (column: number) => number,
): FieldDescription[] {
  return columns.map(({ name, type }, i) => ({
    name,
    tableOid: 0,
    columnNumber: 0,
    typeOid: type,
    typeBytes: typeHandler(type).length,
    typmod: -1,
    format: formats(i),
  }));
}
