/**
 * A client that speaks the protocol message by message, for tests that care about exactly what comes back: which messages, in
 * which order, with which bytes. It works against any server: run a scenario on PostgreSQL and on ours, and compare.
 *
 * Messages to send are best made with pg-protocol's `serialize`; anything else can be sent as bytes.
 */
import { connect, type Socket } from 'node:net';
import { serialize } from 'pg-protocol';

export interface RawMessage {
  /** The type byte as a character. */
  readonly type: string;
  readonly body: Buffer;
}

export interface RawClientOptions {
  readonly host?: string;
  readonly port: number;
  readonly user?: string;
  readonly database?: string;
  /** How long to wait for a message. */
  readonly timeoutMs?: number;
}

export class RawClient {
  readonly #socket: Socket;
  readonly #timeoutMs: number;
  #received: Buffer = Buffer.alloc(0);
  #closed = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on('error', () => this.#close());
    socket.on('close', () => this.#close());
  }

  #close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Connects without sending anything. */
  static async open({ host = '127.0.0.1', port, timeoutMs = 10_000 }: RawClientOptions): Promise<RawClient> {
    const socket = connect({ host, port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawClient(socket, timeoutMs);
  }

  /** Connects and starts a session under trust; `startup` are the messages up to ReadyForQuery. */
  static async start(options: RawClientOptions): Promise<{ client: RawClient; startup: RawMessage[] }> {
    const client = await RawClient.open(options);
    const { database = 'postgres', user = 'postgres' } = options;
    client.send(serialize.startup({ user, database }));
    return { client, startup: await client.untilReady() };
  }

  send(...messages: readonly Buffer[]): void {
    this.#socket.write(Buffer.concat(messages));
  }

  /** One message, or undefined when the server has closed the connection. */
  async next(): Promise<RawMessage | undefined> {
    const header = await this.bytes(5, 0);
    if (header === undefined) return undefined;
    const length = header.readInt32BE(1);
    const frame = await this.bytes(1 + length);
    return frame && { type: frame.toString('latin1', 0, 1), body: frame.subarray(5) };
  }

  /** Exactly `count` bytes, of which `taken` are used up: for the single byte that answers SSLRequest. */
  async bytes(count: number, taken: number = count): Promise<Buffer | undefined> {
    while (this.#received.length < count) {
      if (this.#closed) return undefined;
      await this.#moreBytes();
    }
    const bytes = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(taken);
    return bytes;
  }

  async #moreBytes(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error('no answer from the server')), this.#timeoutMs);
    this.#wake = resolve;
    try {
      await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The messages up to one of the given type, it included, or up to the end of the connection. */
  async until(type: string): Promise<RawMessage[]> {
    const messages: RawMessage[] = [];
    for (;;) {
      const message = await this.next();
      if (message === undefined) return messages;
      messages.push(message);
      if (message.type === type) return messages;
    }
  }

  untilReady(): Promise<RawMessage[]> {
    return this.until('Z');
  }

  /** Sends, and takes the answer up to ReadyForQuery. */
  exchange(...messages: readonly Buffer[]): Promise<RawMessage[]> {
    this.send(...messages);
    return this.untilReady();
  }

  query(sql: string): Promise<RawMessage[]> {
    return this.exchange(serialize.query(sql));
  }

  /** Whether the server has closed the connection, waiting for it as long as for a message. */
  async isClosed(): Promise<boolean> {
    while (!this.#closed) await this.#moreBytes();
    return this.#received.length === 0;
  }

  /** Terminates the session as a client should. */
  end(): void {
    this.#socket.end(serialize.end());
  }

  /** Breaks the connection. */
  destroy(): void {
    this.#socket.destroy();
  }
}

/** A message in one line, for comparing and for golden files: `DataRow 1 | NULL | x`, `ErrorResponse C=42601 M=…`. */
export function describeMessage({ type, body }: RawMessage): string {
  switch (type) {
    case 'C':
      return `CommandComplete ${cString(body, 0)}`;
    case 'D':
      return `DataRow ${rowValues(body).join(' | ')}`;
    case 'E':
      return `ErrorResponse ${reportFields(body)}`;
    case 'N':
      return `NoticeResponse ${reportFields(body)}`;
    case 'S':
      return `ParameterStatus ${cString(body, 0)}`;
    case 'T':
      return `RowDescription ${columns(body).join(' | ')}`;
    case 'Z':
      return `ReadyForQuery ${body.toString('latin1')}`;
    case 'd':
      return `CopyData ${JSON.stringify(body.toString('utf8'))}`;
    case 't':
      return `ParameterDescription ${uint32s(body, 2).join(' ')}`;
    default:
      return messageNames[type] ?? `unknown message ${type}`;
  }
}

const messageNames: Readonly<Record<string, string>> = {
  '1': 'ParseComplete',
  '2': 'BindComplete',
  '3': 'CloseComplete',
  A: 'NotificationResponse',
  G: 'CopyInResponse',
  H: 'CopyOutResponse',
  I: 'EmptyQueryResponse',
  K: 'BackendKeyData',
  R: 'Authentication',
  V: 'FunctionCallResponse',
  W: 'CopyBothResponse',
  c: 'CopyDone',
  n: 'NoData',
  s: 'PortalSuspended',
  v: 'NegotiateProtocolVersion',
};

function cString(body: Buffer, at: number): string {
  return body.toString('utf8', at, body.indexOf(0, at));
}

/** Values of a DataRow as text; binary ones look odd but compare well. */
export function rowValues(body: Buffer): string[] {
  const values: string[] = [];
  let at = 2;
  for (let i = body.readInt16BE(0); i > 0; i--) {
    const length = body.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? 'NULL' : body.toString('utf8', at, at + length));
    at += Math.max(length, 0);
  }
  return values;
}

/** `name:type` or `name:type:binary` of each column. */
function columns(body: Buffer): string[] {
  const result: string[] = [];
  let at = 2;
  for (let i = body.readInt16BE(0); i > 0; i--) {
    const name = cString(body, at);
    const fixed = body.indexOf(0, at) + 1;
    const format = body.readInt16BE(fixed + 16) === 1 ? ':binary' : '';
    result.push(`${name}:${body.readUInt32BE(fixed + 6)}${format}`);
    at = fixed + 18;
  }
  return result;
}

function uint32s(body: Buffer, start: number): number[] {
  const result: number[] = [];
  for (let at = start; at < body.length; at += 4) result.push(body.readUInt32BE(at));
  return result;
}

/** The fields of an error or notice; not where in the server's source it was raised. */
export function errorFields(body: Buffer): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (let at = 0; body[at] !== 0; at = body.indexOf(0, at) + 1) {
    fields.set(body.toString('latin1', at, at + 1), cString(body, at + 1));
  }
  for (const code of ['F', 'L', 'R']) fields.delete(code);
  return fields;
}

function reportFields(body: Buffer): string {
  return [...errorFields(body)].map(([code, value]) => `${code}=${value}`).join(' ');
}
