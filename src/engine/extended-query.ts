/**
 * The extended query protocol: Parse, Bind, Describe, Execute, Close, Sync. Everything up to a Sync is one transaction unless
 * it contains transaction commands; after an error the conversation skips to the Sync.
 */
import { SqlError, sqlState, type SqlState } from '../common/sql-error.ts';
import { checkUtf8 } from '../common/utf8.ts';
import type {
  BindMessage,
  ExecuteMessage,
  FormatList,
  ParseMessage,
  TargetMessage,
  ValueList,
} from '../protocol/frontend.ts';
import { parse, parseInSlices, slicedBytesMin, type ParsedStatement } from '../parser/parse.ts';
import type { Datum } from '../types/datum.ts';
import { findType } from '../types/registry.ts';
import type { Conversation, Operation } from './conversation.ts';
import { LruMap } from './lru-map.ts';
import { makePortal } from './make-portal.ts';
import type { Portal } from './portal.ts';
import { PreparedStatement, typeHandler } from './prepared-statement.ts';
import { describeStatement } from './describe.ts';
import { ClientRows } from './row-sink.ts';
import type { Progress } from './scheduler.ts';
import { inFailedTransaction } from './simple-query.ts';

const rememberedMax = 128;
const rememberedLengthMax = 8 * 1024;

export class ExtendedQuery {
  readonly #conversation: Conversation;
  readonly #execute: PortalExecution;
  /** Unnamed statements of the past, by their text. */
  readonly #unnamed = new LruMap<string, { readonly prepared: PreparedStatement; readonly types: readonly number[] }>(
    rememberedMax,
  );
  readonly #sync: SyncOperation;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
    this.#execute = new PortalExecution(conversation);
    this.#sync = new SyncOperation(conversation);
  }

  // ---- Parse

  parse(message: ParseMessage): Operation | undefined {
    const { buffer, textStart, textEnd, statementName } = message;
    const types = [...message.parameterTypes];
    const bytes = buffer.subarray(textStart, textEnd);
    this.#conversation.session.query = bytes.utf8Slice();
    if (bytes.length < slicedBytesMin) {
      const sql = this.#conversation.session.query;
      if (statementName === '' && this.#parseAgain(sql, types)) return undefined;
      this.#define(statementName, sql, types, parse(bytes));
      return undefined;
    }
    const copy = Buffer.from(bytes);
    return new LongParse(parseInSlices(copy), (statements) => {
      this.#define(statementName, copy.utf8Slice(), types, statements);
    });
  }

  /** The unnamed statement may be one that was there before: drivers send the same text with every execution. */
  #parseAgain(sql: string, types: readonly number[]): boolean {
    const { session, client } = this.#conversation;
    const known = session.block.state === 'failed' ? undefined : this.#unnamed.get(sql);
    if (known === undefined || !sameTypes(known.types, types)) return false;
    session.startTransaction();
    if (known.prepared.isPlannable) known.prepared.plan(session);
    session.prepared.set('', known.prepared);
    client.writer.parseComplete();
    return true;
  }

  #define(name: string, sql: string, types: readonly number[], statements: readonly ParsedStatement[]): void {
    const { session, client } = this.#conversation;
    if (statements.length > 1) {
      throw new SqlError(sqlState.syntaxError, 'cannot insert multiple commands into a prepared statement');
    }
    if (name !== '' && session.prepared.has(name)) {
      throw new SqlError(sqlState.duplicatePreparedStatement, `prepared statement "${name}" already exists`);
    }
    if (name === '') session.prepared.delete('');
    const unknown = types.find((type) => type !== 0 && type !== 705 && findType(type) === undefined);
    if (unknown !== undefined) throw new SqlError(sqlState.undefinedObject, `type with OID ${unknown} does not exist`);
    const statement = statements[0]?.statement;
    this.#requireUsable(statement);
    session.startTransaction();
    const options = { parametersAllowed: true, fromSql: false };
    const prepared = new PreparedStatement(session, name, sql, statement, types, options);
    session.prepared.set(name, prepared);
    if (name === '' && sql.length <= rememberedLengthMax) this.#unnamed.set(sql, { prepared, types });
    client.writer.parseComplete();
  }

  #requireUsable(statement: ParsedStatement['statement'] | undefined): void {
    if (this.#conversation.session.block.state !== 'failed' || statement === undefined) return;
    if (statement.kind !== 'TransactionStmt') throw inFailedTransaction();
  }

  #prepared(name: string): PreparedStatement {
    const prepared = this.#conversation.session.prepared.get(name);
    if (prepared === undefined) throw this.#conversation.session.unknownPrepared(name);
    return prepared;
  }

  // ---- Bind

  bind(message: BindMessage): void {
    const { session, client } = this.#conversation;
    const { portalName } = message;
    const prepared = this.#prepared(message.statementName);
    if (session.block.state === 'failed' && prepared.statement !== undefined && !prepared.isTransactionExit) {
      throw inFailedTransaction();
    }
    if (portalName !== '' && session.portals.has(portalName)) {
      throw new SqlError(sqlState.duplicateCursor, `cursor "${portalName}" already exists`);
    }
    session.portals.get(portalName)?.close();
    session.portals.delete(portalName);
    session.startTransaction();
    session.io.refresh();
    const parameters = this.#parameters(prepared, message);
    const { resultFormats } = message;
    const portal = makePortal(session, portalName, prepared, parameters, (index) => resultFormats.of(index));
    checkFormatCount(resultFormats, portal);
    session.portals.set(portalName, portal);
    client.writer.bindComplete();
  }

  #parameters(prepared: PreparedStatement, message: BindMessage): readonly Datum[] {
    const { parameterTypes, name } = prepared;
    const { parameters: values } = message;
    const { count } = values;
    if (count !== parameterTypes.length) {
      throw new SqlError(
        sqlState.protocolViolation,
        `bind message supplies ${count} parameters, but prepared statement "${name}" requires ${parameterTypes.length}`,
      );
    }
    if (count === 0) return noValues;
    const result: Datum[] = [];
    try {
      for (let i = 0; i < count; i++) result.push(this.#parameter(values, i, parameterTypes[i] as number));
    } catch (error) {
      throw this.#placeParameterError(error, message, result.length);
    }
    return result;
  }

  /** Adds which parameter an error is about; its value is not shown. */
  #placeParameterError(error: unknown, message: BindMessage, index: number): unknown {
    if (!(error instanceof SqlError)) return error;
    const { portalName, parameters } = message;
    const portal = portalName === '' ? 'unnamed portal' : `portal "${portalName}"`;
    const value = parameters.formats.of(index) === 0 ? " = '...'" : '';
    const where = `${portal} parameter $${index + 1}${value}`;
    return new SqlError(error.sqlState as SqlState, error.message, { ...error.fields, where });
  }

  #parameter(values: ValueList, index: number, type: number): Datum {
    const length = values.lengths[index] as number;
    if (length < 0) return null;
    const { io } = this.#conversation.session;
    const start = values.offsets[index] as number;
    const end = start + length;
    const handler = typeHandler(type);
    if (values.formats.of(index) === 1) return handler.parseBinary(values.buffer, start, end, -1, io);
    if (!isShortAscii(values.buffer, start, end)) checkUtf8(values.buffer, start, end);
    return handler.parseText(values.buffer.utf8Slice(start, end), -1, io);
  }

  // ---- Describe, Close

  describe(message: TargetMessage): void {
    const { session, client } = this.#conversation;
    const { writer } = client;
    if (message.kind === 'statement') {
      const prepared = this.#prepared(message.name);
      if (session.block.state === 'failed' && !prepared.isTransactionExit && prepared.statement !== undefined) {
        throw inFailedTransaction();
      }
      session.startTransaction();
      writer.parameterDescription(prepared.parameterTypes);
      const fields = describeStatement(session, prepared);
      if (fields === undefined) writer.noData();
      else writer.rowDescription(fields);
      return;
    }
    const fields = this.#portal(message.name).fields();
    if (fields === undefined) writer.noData();
    else writer.rowDescription(fields);
  }

  #portal(name: string): Portal {
    const portal = this.#conversation.session.portals.get(name);
    if (portal === undefined) throw new SqlError(sqlState.invalidCursorName, `portal "${name}" does not exist`);
    return portal;
  }

  close(message: TargetMessage): void {
    const { session, client } = this.#conversation;
    if (message.kind === 'statement') {
      session.prepared.delete(message.name);
    } else {
      session.portals.get(message.name)?.close();
      session.portals.delete(message.name);
    }
    client.writer.closeComplete();
  }

  // ---- Execute, Sync

  execute(message: ExecuteMessage): Operation {
    return this.#execute.start(this.#portal(message.portalName), message.rowsMax);
  }

  sync(): Operation {
    return this.#sync;
  }
}

function sameTypes(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((type, i) => type === b[i]);
}

const noValues: readonly Datum[] = [];

/** Cheaper than a UTF-8 check for the usual short parameter. */
function isShortAscii(buffer: Buffer, start: number, end: number): boolean {
  if (end - start > 32) return false;
  for (let i = start; i < end; i++) {
    const byte = buffer[i] as number;
    if (byte >= 0x80 || byte === 0) return false;
  }
  return true;
}

function checkFormatCount(formats: FormatList, portal: Portal): void {
  if (formats.count <= 1) return;
  const columns = portal.fields()?.length ?? 0;
  if (formats.count === columns) return;
  throw new SqlError(
    sqlState.protocolViolation,
    `bind message has ${formats.count} result formats but query has ${columns} columns`,
  );
}

/** Parse of a long text, in slices. */
class LongParse implements Operation {
  readonly isExtended = true;
  readonly #parsing: Generator<undefined, readonly ParsedStatement[]>;
  readonly #define: (statements: readonly ParsedStatement[]) => void;

  constructor(
    parsing: Generator<undefined, readonly ParsedStatement[]>,
    define: (statements: readonly ParsedStatement[]) => void,
  ) {
    this.#parsing = parsing;
    this.#define = define;
  }

  step(): Progress {
    const step = this.#parsing.next();
    if (step.done !== true) return 'yield';
    this.#define(step.value);
    return 'done';
  }

  abandon(): void {}
}

class PortalExecution implements Operation {
  readonly isExtended = true;
  readonly #conversation: Conversation;
  readonly #rows: ClientRows;
  #portal: Portal | undefined = undefined;
  #rowsMax = 0;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
    this.#rows = new ClientRows(conversation.client, () => conversation.session.io);
  }

  start(portal: Portal, rowsMax: number): this {
    const { session } = this.#conversation;
    session.query = portal.prepared.sql;
    if (
      session.block.state === 'failed' &&
      portal.prepared.statement !== undefined &&
      !portal.prepared.isTransactionExit
    ) {
      throw inFailedTransaction();
    }
    session.startTransaction();
    this.#portal = portal;
    this.#rowsMax = rowsMax === 0 ? Infinity : rowsMax;
    this.#rows.begin(portal.handlers, portal.formats);
    return this;
  }

  step(): Progress {
    const portal = this.#portal as Portal;
    const { writer } = this.#conversation.client;
    const progress = portal.run(this.#rowsMax, this.#rows);
    switch (progress) {
      case 'yield':
      case 'wait':
        return progress;
      case 'suspended':
        writer.portalSuspended();
        break;
      case 'done':
        if (portal.prepared.statement === undefined) writer.emptyQueryResponse();
        else writer.commandComplete(portal.tag, portal.tagRows);
    }
    this.#portal = undefined;
    return 'done';
  }

  abandon(): void {
    this.#portal?.close();
    this.#portal = undefined;
  }
}

/** Ends the implicit transaction, then says that the server is ready. */
class SyncOperation implements Operation {
  readonly isExtended = true;
  readonly #conversation: Conversation;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  step(): Progress {
    const { session } = this.#conversation;
    if (!session.block.isExplicit) {
      const progress = session.commit();
      if (progress !== 'done') return progress;
    }
    this.#conversation.ready();
    return 'done';
  }

  abandon(): void {}
}
