/** COPY … TO STDOUT: of a table's columns, or of a query. */
import { notSupported } from '../../common/sql-error.ts';
import { quoteIdentifier } from '../../functions/quoting.ts';
import { parse } from '../../parser/parse.ts';
import type { Statement } from '../../parser/syntax.ts';
import type { CopyStmt } from '../../parser/utility-syntax.ts';
import { isPlannable } from '../../analyzer/analyze.ts';
import type { Client } from '../client.ts';
import { PlanRun, type RunProgress } from '../plan-run.ts';
import type { Portal } from '../portal.ts';
import { PreparedStatement } from '../prepared-statement.ts';
import type { Session } from '../session.ts';
import { checkForcedColumns, copiedColumns, copiedTable } from './copy-columns.ts';
import { type CopyOptions, readCopyOptions } from './copy-options.ts';
import { CopyRows } from './copy-rows.ts';

export class CopyOutPortal implements Portal {
  readonly name: string;
  readonly prepared: PreparedStatement;
  readonly handlers: readonly never[] = [];
  readonly formats: readonly never[] = [];
  readonly tag = 'COPY ';
  tagRows = 0;
  readonly #session: Session;
  readonly #statement: CopyStmt;
  #run: PlanRun | undefined = undefined;
  #rows: CopyRows | undefined = undefined;

  constructor(session: Session, name: string, prepared: PreparedStatement, statement: CopyStmt) {
    this.#session = session;
    this.name = name;
    this.prepared = prepared;
    this.#statement = statement;
  }

  fields(): undefined {
    return undefined;
  }

  run(): RunProgress {
    this.#run ??= this.#start();
    const client = this.#session.client as Client;
    if (this.#rows === undefined) {
      // Locks and the snapshot first: what fails there fails before the copy begins.
      const opened = this.#run.advance(0, { isFull: false, take: () => undefined });
      if (opened === 'wait' || opened === 'yield') return opened;
      this.#rows = this.#begin(this.#run, client);
    }
    const progress = this.#run.advance(Infinity, this.#rows);
    if (progress !== 'done') return progress;
    this.tagRows = this.#rows.count;
    client.writer.copyDone();
    return 'done';
  }

  #start(): PlanRun {
    const session = this.#session;
    const statement = this.#statement;
    if (statement.filename !== undefined || statement.is_program) throw notSupported('COPY to a file of the server');
    if (session.client === undefined) throw notSupported('COPY TO STDOUT without a client');
    const { query, sql } = this.#query();
    const prepared = new PreparedStatement(session, '', sql, query, [], { parametersAllowed: false, fromSql: true });
    return new PlanRun(session, prepared, prepared.plan(session), []);
  }

  #query(): { readonly query: Statement; readonly sql: string } {
    const { query } = this.#statement;
    if (query !== undefined) {
      if (!isPlannable(query)) throw notSupported('COPY of such a statement');
      return { query, sql: this.prepared.sql };
    }
    const table = copiedTable(this.#session, this.#statement);
    const columns = copiedColumns(table, this.#statement).map((column) => quoteIdentifier(column.name));
    const sql = `SELECT ${columns.join(', ')} FROM ${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
    return { query: (parse(sql)[0] as { readonly statement: Statement }).statement, sql };
  }

  #begin(run: PlanRun, client: Client): CopyRows {
    const options: CopyOptions = readCopyOptions(this.#statement);
    const { output, handlers } = run.plan;
    if (options.forceQuote !== '*') checkForcedColumns(options.forceQuote, 'FORCE_QUOTE', output);
    const columns = output.map(({ name }, i) => ({ name, handler: handlers[i] as (typeof handlers)[number] }));
    client.writer.copyOutResponse(
      0,
      output.map(() => 0),
    );
    const rows = new CopyRows(client, options, columns, this.#session.io);
    if (options.header === 'write') rows.header(output.map((column) => column.name));
    return rows;
  }

  close(): void {
    this.#run?.close();
  }
}
