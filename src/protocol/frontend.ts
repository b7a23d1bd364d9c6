/**
 * Decoders for the client's messages. Each is an object that is filled again for every message of its kind, so that a
 * pipelined statement costs no allocation: texts and values stay where they are, as positions in the buffer.
 *
 * A decoded message is valid as long as its buffer: until the next call of the frame reader.
 */
import { SqlError, sqlState } from '../common/sql-error.ts';
import { BodyReader, violation } from './body-reader.ts';
import { valueFormat } from './message-types.ts';

const noBytes = Buffer.alloc(0);

/** What Describe and Close are about. */
export type TargetKind = 'statement' | 'portal';

const targetStatement = 0x53; // S
const targetPortal = 0x50; // P

/** Query: the text of a simple query, buffer[textStart, textEnd). */
export class QueryMessage {
  buffer: Buffer = noBytes;
  textStart = 0;
  textEnd = 0;
}

/** Parse: a statement to prepare, buffer[textStart, textEnd), with the types of its first parameters (0: to be found out). */
export class ParseMessage {
  statementName = '';
  buffer: Buffer = noBytes;
  textStart = 0;
  textEnd = 0;
  parameterTypes: number[] = [];
}

/** Values as Bind and FunctionCall carry them: value i is buffer[offset, offset + length), NULL when length is -1. */
export class ValueList {
  buffer: Buffer = noBytes;
  count = 0;
  offsets: Int32Array = new Int32Array(16);
  lengths: Int32Array = new Int32Array(16);
  readonly formats: FormatList = new FormatList();
}

/** Format codes: none means all text, one stands for all, else one for each. */
export class FormatList {
  count = 0;
  codes: Uint16Array = new Uint16Array(16);

  /** The format of value or column `index`: 0 text, 1 binary. */
  of(index: number): number {
    if (this.count === 0) return valueFormat.text;
    return this.codes[this.count === 1 ? 0 : index] as number;
  }
}

export class BindMessage {
  portalName = '';
  statementName = '';
  readonly parameters: ValueList = new ValueList();
  readonly resultFormats: FormatList = new FormatList();
}

export class TargetMessage {
  kind: TargetKind = 'statement';
  name = '';
}

export class ExecuteMessage {
  portalName = '';
  /** 0: all. */
  rowsMax = 0;
}

export class FunctionCallMessage {
  functionOid = 0;
  readonly args: ValueList = new ValueList();
  resultFormat = 0;
}

/** SASLInitialResponse: the mechanism chosen, and the first response, buffer[start, end); start is -1 when there is none. */
export class SaslInitialResponse {
  mechanism = '';
  buffer: Buffer = noBytes;
  start = -1;
  end = -1;
}

/** Fills its messages from the body buffer[start, end) of a frame. One for each connection. */
export class FrontendDecoder {
  readonly #reader = new BodyReader();
  readonly #query = new QueryMessage();
  readonly #parse = new ParseMessage();
  readonly #bind = new BindMessage();
  readonly #target = new TargetMessage();
  readonly #execute = new ExecuteMessage();
  readonly #functionCall = new FunctionCallMessage();
  readonly #saslInitialResponse = new SaslInitialResponse();

  query(buffer: Buffer, start: number, end: number): QueryMessage {
    const message = this.#query;
    this.#reader.open(buffer, start, end);
    message.buffer = buffer;
    message.textStart = start;
    message.textEnd = this.#reader.stringEnd();
    this.#reader.finish();
    return message;
  }

  parse(buffer: Buffer, start: number, end: number): ParseMessage {
    const reader = this.#reader;
    const message = this.#parse;
    reader.open(buffer, start, end);
    message.statementName = reader.name();
    message.buffer = buffer;
    message.textStart = reader.at;
    message.textEnd = reader.stringEnd();
    const count = reader.uint16();
    message.parameterTypes.length = 0;
    for (let i = 0; i < count; i++) message.parameterTypes.push(reader.uint32());
    reader.finish();
    return message;
  }

  bind(buffer: Buffer, start: number, end: number): BindMessage {
    const reader = this.#reader;
    const message = this.#bind;
    reader.open(buffer, start, end);
    message.portalName = reader.name();
    message.statementName = reader.name();
    this.#formats(message.parameters.formats);
    this.#values(message.parameters, 'bind message', 'parameter');
    this.#formats(message.resultFormats);
    reader.finish();
    return message;
  }

  /** Describe, or Close. */
  target(buffer: Buffer, start: number, end: number, messageName: 'DESCRIBE' | 'CLOSE'): TargetMessage {
    const reader = this.#reader;
    const message = this.#target;
    reader.open(buffer, start, end);
    const kind = reader.uint8();
    if (kind !== targetStatement && kind !== targetPortal) {
      throw violation(`invalid ${messageName} message subtype ${kind}`);
    }
    message.kind = kind === targetStatement ? 'statement' : 'portal';
    message.name = reader.name();
    reader.finish();
    return message;
  }

  execute(buffer: Buffer, start: number, end: number): ExecuteMessage {
    const message = this.#execute;
    this.#reader.open(buffer, start, end);
    message.portalName = this.#reader.name();
    message.rowsMax = Math.max(this.#reader.int32(), 0);
    this.#reader.finish();
    return message;
  }

  functionCall(buffer: Buffer, start: number, end: number): FunctionCallMessage {
    const reader = this.#reader;
    const message = this.#functionCall;
    reader.open(buffer, start, end);
    message.functionOid = reader.uint32();
    this.#formats(message.args.formats);
    this.#values(message.args, 'function call message', 'argument');
    message.resultFormat = checkedFormat(reader.uint16());
    reader.finish();
    return message;
  }

  /** Sync, Flush, Terminate, CopyDone. */
  empty(buffer: Buffer, start: number, end: number): void {
    this.#reader.open(buffer, start, end);
    this.#reader.finish();
  }

  /** The client's reason in CopyFail; the password in PasswordMessage. */
  text(buffer: Buffer, start: number, end: number): string {
    this.#reader.open(buffer, start, end);
    const text = this.#reader.text();
    this.#reader.finish();
    return text;
  }

  /** A SASLResponse, the later ones, is the whole body of its message and needs no decoder. */
  saslInitialResponse(buffer: Buffer, start: number, end: number): SaslInitialResponse {
    const reader = this.#reader;
    const message = this.#saslInitialResponse;
    reader.open(buffer, start, end);
    message.mechanism = reader.text();
    const length = reader.int32();
    message.buffer = buffer;
    message.start = length === -1 ? -1 : reader.bytes(length);
    message.end = length === -1 ? -1 : reader.at;
    reader.finish();
    return message;
  }

  #formats(list: FormatList): void {
    const count = this.#reader.uint16();
    if (count > list.codes.length) list.codes = new Uint16Array(2 * count);
    for (let i = 0; i < count; i++) list.codes[i] = checkedFormat(this.#reader.uint16());
    list.count = count;
  }

  #values(list: ValueList, messageName: string, valueName: string): void {
    const reader = this.#reader;
    const count = reader.uint16();
    const formats = list.formats.count;
    if (formats > 1 && formats !== count) {
      throw violation(`${messageName} has ${formats} ${valueName} formats but ${count} ${valueName}s`);
    }
    if (count > list.offsets.length) {
      list.offsets = new Int32Array(2 * count);
      list.lengths = new Int32Array(2 * count);
    }
    for (let i = 0; i < count; i++) {
      const length = reader.int32();
      list.lengths[i] = length;
      list.offsets[i] = length === -1 ? reader.at : reader.bytes(length);
    }
    list.buffer = reader.buffer;
    list.count = count;
  }
}

function checkedFormat(code: number): number {
  if (code > valueFormat.binary) {
    throw new SqlError(sqlState.invalidParameterValue, `unsupported format code: ${code}`);
  }
  return code;
}
