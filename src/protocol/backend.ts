/**
 * Encoder for the server's messages. Everything a client pipelined in one packet is answered into one buffer, which then is
 * one write to the socket. Nothing is allocated per row or value: lengths are left open and filled in afterwards.
 */
import { ByteWriter } from '../common/byte-writer.ts';
import type { Notice, SqlError, SqlErrorFields } from '../common/sql-error.ts';
import { backendMessage as messageType } from './message-types.ts';

/** A column of a result. */
export interface FieldDescription {
  readonly name: string;
  /** OID of the table and number of the column it comes from, else 0. */
  readonly tableOid: number;
  readonly columnNumber: number;
  readonly typeOid: number;
  /** pg_type.typlen */
  readonly typeBytes: number;
  readonly typmod: number;
  /** 0 text, 1 binary */
  readonly format: number;
}

/** In no transaction, in one, in a failed one. */
export type TransactionStatus = 'I' | 'T' | 'E';

/** A buffer that grew beyond this is not kept for the next answer. */
const keptBytesMax = 256 * 1024;
const initialBytes = 8 * 1024;

export class BackendWriter {
  /** Where the messages are: values are written here between `beginField` and `endField`. */
  out: ByteWriter;
  #rowStart = 0;

  constructor() {
    this.out = new ByteWriter(initialBytes);
  }

  get length(): number {
    return this.out.length;
  }

  /** What was written; valid until the next write. */
  written(): Buffer {
    return this.out.written();
  }

  /** Forgets what was written, once it is sent. */
  reset(): void {
    if (this.out.bytes.length > keptBytesMax) this.out = new ByteWriter(initialBytes);
    else this.out.reset();
  }

  /** Gives what was written away, for a socket that did not take it at once, and starts on a fresh buffer. */
  detach(): Buffer {
    const written = this.out.written();
    this.out = new ByteWriter(initialBytes);
    return written;
  }

  /** Takes back what was written from `length` on: the rows of a statement that failed before they were sent. */
  truncate(length: number): void {
    this.out.length = length;
  }

  // ---------------------------------------------------------------------------------------------------------- start-up

  authenticationOk(): void {
    this.#authentication(0, noBytes);
  }

  authenticationCleartextPassword(): void {
    this.#authentication(3, noBytes);
  }

  authenticationMd5Password(salt: Uint8Array): void {
    this.#authentication(5, salt);
  }

  authenticationSasl(mechanisms: readonly string[]): void {
    this.#authentication(10, Buffer.from(`${mechanisms.join('\0')}\0\0`));
  }

  authenticationSaslContinue(data: Uint8Array): void {
    this.#authentication(11, data);
  }

  authenticationSaslFinal(data: Uint8Array): void {
    this.#authentication(12, data);
  }

  #authentication(code: number, data: Uint8Array): void {
    const start = this.#begin(messageType.authentication);
    this.out.int32BE(code);
    this.out.copy(data);
    this.#end(start);
  }

  /** `newestMinor` is the one to speak. */
  negotiateProtocolVersion(newestMinor: number, unknownOptions: readonly string[]): void {
    const start = this.#begin(messageType.negotiateProtocolVersion);
    this.out.int32BE((3 << 16) | newestMinor);
    this.out.int32BE(unknownOptions.length);
    for (const option of unknownOptions) this.#string(option);
    this.#end(start);
  }

  parameterStatus(name: string, value: string): void {
    const start = this.#begin(messageType.parameterStatus);
    this.#string(name);
    this.#string(value);
    this.#end(start);
  }

  /** The key is 4 bytes in protocol 3.0, 4 to 256 in 3.2. */
  backendKeyData(processId: number, secretKey: Uint8Array): void {
    const start = this.#begin(messageType.backendKeyData);
    this.out.int32BE(processId);
    this.out.copy(secretKey);
    this.#end(start);
  }

  readyForQuery(status: TransactionStatus): void {
    const { out } = this;
    const at = out.reserve(6);
    out.bytes[at] = messageType.readyForQuery;
    out.view.setUint32(at + 1, 5);
    out.bytes[at + 5] = status.charCodeAt(0);
    out.length = at + 6;
  }

  // ------------------------------------------------------------------------------------------------------------ results

  rowDescription(fields: readonly FieldDescription[]): void {
    const { out } = this;
    const start = this.#begin(messageType.rowDescription);
    out.uint16BE(fields.length);
    for (const field of fields) {
      this.#string(field.name);
      out.uint32BE(field.tableOid);
      out.uint16BE(field.columnNumber & 0xffff);
      out.uint32BE(field.typeOid);
      out.uint16BE(field.typeBytes & 0xffff);
      out.int32BE(field.typmod);
      out.uint16BE(field.format);
    }
    this.#end(start);
  }

  parameterDescription(typeOids: readonly number[]): void {
    const start = this.#begin(messageType.parameterDescription);
    this.out.uint16BE(typeOids.length);
    for (const oid of typeOids) this.out.uint32BE(oid);
    this.#end(start);
  }

  /** A row: `beginRow`, for each field `nullField` or `beginField` … `endField`, then `endRow`. */
  beginRow(fieldCount: number): void {
    const { out } = this;
    const at = out.reserve(7);
    this.#rowStart = at + 1;
    out.bytes[at] = messageType.dataRow;
    out.view.setUint16(at + 5, fieldCount);
    out.length = at + 7;
  }

  /** Returns what `endField` wants to know. */
  beginField(): number {
    const at = this.out.reserve(4);
    this.out.length = at + 4;
    return at;
  }

  endField(at: number): void {
    this.out.view.setInt32(at, this.out.length - at - 4);
  }

  nullField(): void {
    const at = this.out.reserve(4);
    this.out.view.setInt32(at, -1);
    this.out.length = at + 4;
  }

  /** A field whose value is source[start, end). */
  bytesField(source: Uint8Array, start: number, end: number): void {
    const at = this.out.reserve(4 + end - start);
    this.out.view.setInt32(at, end - start);
    this.out.length = at + 4;
    this.out.copy(source, start, end);
  }

  endRow(): void {
    this.#end(this.#rowStart);
  }

  /** A whole tag (`CREATE TABLE`), or a tag that ends in a blank (`SELECT `, `INSERT 0 `) and a number of rows. */
  commandComplete(tag: string, rows: number = -1): void {
    const start = this.#begin(messageType.commandComplete);
    this.#ascii(tag);
    if (rows >= 0) this.#digits(rows);
    this.out.uint8(0);
    this.#end(start);
  }

  emptyQueryResponse(): void {
    this.#bare(messageType.emptyQueryResponse);
  }

  noData(): void {
    this.#bare(messageType.noData);
  }

  parseComplete(): void {
    this.#bare(messageType.parseComplete);
  }

  bindComplete(): void {
    this.#bare(messageType.bindComplete);
  }

  closeComplete(): void {
    this.#bare(messageType.closeComplete);
  }

  portalSuspended(): void {
    this.#bare(messageType.portalSuspended);
  }

  /** The result of a function call, or NULL; its format was asked for in the call. */
  functionCallResponse(value: Uint8Array | undefined): void {
    const start = this.#begin(messageType.functionCallResponse);
    this.out.int32BE(value === undefined ? -1 : value.length);
    if (value !== undefined) this.out.copy(value);
    this.#end(start);
  }

  // --------------------------------------------------------------------------------------------------------------- COPY

  /** Server waits for CopyData. Formats are 0 text, 1 binary. */
  copyInResponse(format: number, columnFormats: readonly number[]): void {
    this.#copyResponse(messageType.copyInResponse, format, columnFormats);
  }

  copyOutResponse(format: number, columnFormats: readonly number[]): void {
    this.#copyResponse(messageType.copyOutResponse, format, columnFormats);
  }

  copyBothResponse(format: number, columnFormats: readonly number[]): void {
    this.#copyResponse(messageType.copyBothResponse, format, columnFormats);
  }

  #copyResponse(type: number, format: number, columnFormats: readonly number[]): void {
    const start = this.#begin(type);
    this.out.uint8(format);
    this.out.uint16BE(columnFormats.length);
    for (const columnFormat of columnFormats) this.out.uint16BE(columnFormat);
    this.#end(start);
  }

  /** CopyData: write into `out` between these two. Returns what `endCopyData` wants to know. */
  beginCopyData(): number {
    return this.#begin(messageType.copyData);
  }

  endCopyData(start: number): void {
    this.#end(start);
  }

  copyDone(): void {
    this.#bare(messageType.copyDone);
  }

  // ------------------------------------------------------------------------------------------------- errors and notices

  errorResponse(error: SqlError): void {
    const severity = error.fields.fatal === true ? 'FATAL' : 'ERROR';
    this.#report(messageType.errorResponse, severity, error.sqlState, error.message, error.fields);
  }

  noticeResponse(notice: Notice): void {
    const { fields, message, severity, sqlState } = notice;
    this.#report(messageType.noticeResponse, severity, sqlState, message, fields ?? noFields);
  }

  /** Fields in the order of PostgreSQL's send_message_to_frontend. */
  #report(type: number, severity: string, state: string, message: string, fields: SqlErrorFields): void {
    const start = this.#begin(type);
    this.#field('S', severity);
    this.#field('V', severity);
    this.#field('C', state);
    this.#field('M', message);
    this.#field('D', fields.detail);
    this.#field('H', fields.hint);
    this.#field('W', fields.where);
    this.#field('s', fields.schema);
    this.#field('t', fields.table);
    this.#field('c', fields.column);
    this.#field('d', fields.dataType);
    this.#field('n', fields.constraint);
    if (fields.position !== undefined) this.#field('P', String(fields.position));
    this.#field('q', fields.internalQuery);
    this.out.uint8(0);
    this.#end(start);
  }

  #field(code: string, value: string | undefined): void {
    if (value === undefined) return;
    this.out.uint8(code.charCodeAt(0));
    this.#string(value);
  }

  notificationResponse(processId: number, channel: string, payload: string): void {
    const start = this.#begin(messageType.notificationResponse);
    this.out.int32BE(processId);
    this.#string(channel);
    this.#string(payload);
    this.#end(start);
  }

  // ------------------------------------------------------------------------------------------------------------- pieces

  /** Messages encoded before, e.g. the RowDescription of a prepared statement. */
  encoded(messages: Uint8Array): void {
    this.out.copy(messages);
  }

  /** Type byte, and room for the length; returns where the length is. */
  #begin(type: number): number {
    const { out } = this;
    const at = out.reserve(5);
    out.bytes[at] = type;
    out.length = at + 5;
    return at + 1;
  }

  #end(lengthAt: number): void {
    this.out.view.setUint32(lengthAt, this.out.length - lengthAt);
  }

  /** A message without a body. */
  #bare(type: number): void {
    const { out } = this;
    const at = out.reserve(5);
    out.bytes[at] = type;
    out.view.setUint32(at + 1, 4);
    out.length = at + 5;
  }

  /** A string and its NUL. A NUL inside would end the field early and shift the rest, so it is cut there. */
  #string(text: string): void {
    const nul = text.indexOf('\0');
    this.out.utf8(nul < 0 ? text : text.slice(0, nul));
    this.out.uint8(0);
  }

  #ascii(text: string): void {
    const { out } = this;
    const at = out.reserve(text.length);
    for (let i = 0; i < text.length; i++) out.bytes[at + i] = text.charCodeAt(i);
    out.length = at + text.length;
  }

  /** A non-negative integer in decimal. */
  #digits(value: number): void {
    const { out } = this;
    let count = 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) count++;
    const at = out.reserve(count);
    let rest = value;
    for (let i = at + count - 1; i >= at; i--) {
      const quotient = Math.floor(rest / 10);
      out.bytes[i] = 0x30 + rest - quotient * 10;
      rest = quotient;
    }
    out.length = at + count;
  }
}

const noBytes = new Uint8Array(0);
const noFields: SqlErrorFields = {};
