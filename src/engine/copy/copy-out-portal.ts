/** COPY … TO STDOUT: of a table's columns, or of a query. */
import { notSupported, SqlError, sqlState } from '../../common/sql-error.ts';
import { quoteIdentifier } from '../../functions/quoting.ts';
import { parse, type ParsedStatement } from '../../parser/parse.ts';
import type { Statement } from '../../parser/syntax.ts';
import type { CopyStmt } from '../../parser/utility-syntax.ts';
import type { OutputColumn } from '../../algebra/query.ts';
import type { TableDescriptor } from '../../catalog/descriptors.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import type { Client } from '../client.ts';
import { PlanRun, type RunProgress } from '../plan-run.ts';
import type { Portal } from '../portal.ts';
import { isSelectInto, PreparedStatement, requirePlannable } from '../prepared-statement.ts';
import { joinQualifiedName } from '../qualified-name.ts';
import { discardedRows } from '../row-sink.ts';
import type { Session } from '../session.ts';
import { BinaryEncoder } from './binary-encoder.ts';
import { checkForcedColumns, copiedColumns, copiedRelation, relationRefusal } from './copy-columns.ts';
import { type CopyOptions, readCopyOptions } from './copy-options.ts';
import { CopyRows, type RowEncoder } from './copy-rows.ts';
import { CsvEncoder } from './csv-encoder.ts';
import { TextEncoder } from './text-encoder.ts';

interface Started {
  readonly options: CopyOptions;
  readonly run: PlanRun;
}

export class CopyOutPortal implements Portal {
  readonly name: string;
  readonly prepared: PreparedStatement;
  readonly handlers: readonly never[] = [];
  readonly formats: readonly never[] = [];
  readonly tag = 'COPY ';
  tagRows = 0;
  readonly #session: Session;
  readonly #statement: CopyStmt;
  #started: Started | undefined = undefined;
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
    const started = (this.#started ??= this.#start());
    if (this.#rows === undefined) {
      // Locks and the snapshot first: what fails there fails before the copy begins.
      const opened = started.run.advance(0, discardedRows);
      if (opened === 'wait' || opened === 'yield') return opened;
      this.#rows = this.#begin(started, this.#session.client as Client);
    }
    const progress = started.run.advance(Infinity, this.#rows);
    if (progress !== 'done') return progress;
    this.#rows.end();
    this.tagRows = this.#rows.count;
    return 'done';
  }

  // ---- what to copy

  #start(): Started {
    const session = this.#session;
    const statement = this.#statement;
    if (statement.filename !== undefined || statement.is_program) throw notSupported('COPY to a file of the server');
    if (session.client === undefined) throw notSupported('COPY TO STDOUT without a client');
    return statement.query === undefined ? this.#startTable() : this.#startQuery(statement.query);
  }

  #startTable(): Started {
    const table = copiedRelation(this.#session, this.#statement);
    const refusal = relationRefusal(table, false);
    if (refusal !== undefined) throw refusal;
    const options = this.#options();
    const columns = copiedColumns(table, this.#statement).map((column) => quoteIdentifier(column.name));
    const sql = `SELECT ${columns.join(', ')} FROM ${joinQualifiedName(table.schema, table.name)}`;
    const { statement } = parse(sql)[0] as ParsedStatement;
    return { options, run: this.#plan(statement, sql, options, table) };
  }

  #startQuery(query: Statement): Started {
    const options = this.#options();
    if (isSelectInto(query)) throw new SqlError(sqlState.featureNotSupported, 'COPY (SELECT INTO) is not supported');
    requirePlannable(query);
    if (query.kind !== 'SelectStmt' && !('returningClause' in query && query.returningClause !== undefined)) {
      throw new SqlError(sqlState.featureNotSupported, 'COPY query must have a RETURNING clause');
    }
    return { options, run: this.#plan(query, this.prepared.sql, options, undefined) };
  }

  #options(): CopyOptions {
    return readCopyOptions(this.#statement, this.prepared.sql);
  }

  #plan(query: Statement, sql: string, options: CopyOptions, table: TableDescriptor | undefined): PlanRun {
    const session = this.#session;
    const prepared = new PreparedStatement(session, '', sql, query, [], { parametersAllowed: false, fromSql: true });
    const plan = prepared.plan(session);
    checkForcedColumns(options.forceQuote, 'FORCE_QUOTE', plan.output, table);
    return new PlanRun(session, prepared, plan, []);
  }

  // ---- how to write it

  #begin({ options, run }: Started, client: Client): CopyRows {
    const { output, handlers } = run.plan;
    const format = options.format === 'binary' ? 1 : 0;
    const formats = output.map(() => format);
    client.writer.copyOutResponse(format, formats);
    const rows = new CopyRows(client, this.#encoder(options, output, handlers));
    rows.begin(output.map((column) => column.name));
    return rows;
  }

  #encoder(options: CopyOptions, output: readonly OutputColumn[], handlers: readonly TypeHandler[]): RowEncoder {
    const { io } = this.#session;
    switch (options.format) {
      case 'text':
        return new TextEncoder(options, handlers, io);
      case 'csv': {
        const columns = output.map(({ name }, i) => ({ name, handler: handlers[i] as TypeHandler }));
        return new CsvEncoder(options, columns, io);
      }
      case 'binary':
        return new BinaryEncoder(handlers, io);
    }
  }

  close(): void {
    this.#started?.run.close();
  }
}
