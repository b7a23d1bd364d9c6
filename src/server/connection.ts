/**
 * One client's socket: the startup packet, then a conversation. Bytes are handed to the engine as they come; answers are
 * written in one go per packet of requests.
 *
 *   starting ──(SSLRequest, GSSENCRequest: 'N')──▶ starting ──(StartupMessage)──▶ talking ──▶ over
 *      └──(CancelRequest)──▶ over
 */
import type { Socket } from 'node:net';
import { SqlError, sqlState } from '../common/sql-error.ts';
import { BackendWriter } from '../protocol/backend.ts';
import { FrameReader } from '../protocol/frames.ts';
import { decodeStartupPacket, protocolMinorMax, type StartupMessage } from '../protocol/startup.ts';
import type { Client } from '../engine/client.ts';
import { Conversation } from '../engine/conversation.ts';
import type { Instance } from '../engine/instance.ts';
import type { Backends } from './backends.ts';
import { admit } from './startup.ts';

/** While this much is unsent the session does not produce more. */
const unsentBytesMax = 256 * 1024;
/** A client that sends this far ahead of what is worked off is not read from for a while. */
const unreadBytesMax = 1024 * 1024;
const startupTimeoutMs = 60_000;
/** Answers up to this size are copied; larger ones take their buffer along. */
const copiedBytesMax = 4096;

export class Connection implements Client {
  readonly writer = new BackendWriter();
  readonly address: string | undefined;
  readonly port: number | undefined;
  readonly serverAddress: string | undefined;
  readonly serverPort: number | undefined;
  readonly #socket: Socket;
  readonly #instance: Instance;
  readonly #backends: Backends;
  readonly #reader = new FrameReader();
  #conversation: Conversation | undefined = undefined;
  #isOver = false;
  #isPaused = false;

  constructor(socket: Socket, instance: Instance, backends: Backends) {
    this.#socket = socket;
    this.#instance = instance;
    this.#backends = backends;
    this.address = socket.remoteAddress;
    this.port = socket.remotePort;
    this.serverAddress = socket.localAddress;
    this.serverPort = socket.localPort;
    socket.setNoDelay(true);
    socket.setTimeout(startupTimeoutMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('drain', () => this.#drained());
    socket.on('error', () => this.#gone());
    socket.on('close', () => this.#gone());
  }

  // ---- Client

  get keepsUp(): boolean {
    return this.#socket.writableLength < unsentBytesMax;
  }

  flush(): void {
    const { writer } = this;
    this.#resumeReading();
    if (writer.length === 0) return;
    if (this.#isOver || this.#socket.destroyed) writer.reset();
    // The socket keeps what it cannot send at once: it gets a copy if that is cheap, else the buffer itself (SERVER-2).
    else if (writer.length < copiedBytesMax) {
      this.#socket.write(Buffer.from(writer.written()));
      writer.reset();
    } else this.#socket.write(writer.detach());
  }

  end(): void {
    this.flush();
    this.#isOver = true;
    this.#socket.end();
  }

  // ---- the socket

  #receive(chunk: Buffer): void {
    if (this.#isOver) return;
    const conversation = this.#conversation;
    if (conversation === undefined) {
      this.#starting(chunk);
      return;
    }
    conversation.receive(chunk);
    if (this.#isAhead && !conversation.isIdle) {
      this.#isPaused = true;
      this.#socket.pause();
    }
  }

  /** A message that is longer than this is waited for. */
  get #isAhead(): boolean {
    return this.#reader.pendingBytes > unreadBytesMax && this.#reader.hasMessage;
  }

  #resumeReading(): void {
    if (!this.#isPaused || this.#isAhead) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  #drained(): void {
    this.#conversation?.session.wake();
  }

  #gone(): void {
    this.#isOver = true;
    this.#conversation?.hangUp();
    this.#socket.destroy();
  }

  // ---- startup

  #starting(chunk: Buffer): void {
    try {
      this.#reader.feed(chunk);
      while (this.#conversation === undefined && !this.#isOver && this.#reader.nextStartupPacket()) this.#packet();
    } catch (error) {
      this.#refuse(error);
    }
  }

  #packet(): void {
    const { buffer, start, end } = this.#reader;
    const packet = decodeStartupPacket(buffer, start, end);
    switch (packet.kind) {
      case 'sslRequest':
      case 'gssEncryptionRequest':
        // A client that sends on without waiting for the answer may be a man in the middle's victim.
        if (this.#reader.pendingBytes > 0) {
          throw new SqlError(sqlState.protocolViolation, 'received unencrypted data after SSL request', {
            fatal: true,
          });
        }
        this.#socket.write('N');
        return;
      case 'cancelRequest':
        this.#backends.cancel(packet.processId, packet.secretKey);
        this.#isOver = true;
        this.#socket.end();
        return;
      case 'startup':
        this.#start(packet);
    }
  }

  #start(packet: StartupMessage): void {
    if (packet.mustNegotiate) this.writer.negotiateProtocolVersion(protocolMinorMax, packet.unknownOptions);
    const admitted = admit(packet.parameters, this.#instance);
    const processId = this.#instance.newProcessId();
    const { database, userOid, userName } = admitted;
    const start = { processId, database, userOid, userName };
    const conversation = new Conversation(this.#instance, this, this.#reader, start, () => this.#ended(processId));
    const { session } = conversation;
    for (const [name, value] of admitted.settings) session.settings.start(name, value);
    session.settings.start('session_authorization', userName, true);
    session.settings.start('is_superuser', admitted.isSuperuser ? 'on' : 'off', true);
    const secretKey = this.#backends.add(processId, session);
    this.#instance.sessions.set(processId, session);
    this.writer.authenticationOk();
    session.settings.reportAll();
    for (const [name, value] of session.settings.takeReports()) this.writer.parameterStatus(name, value);
    this.writer.backendKeyData(processId, secretKey);
    this.writer.readyForQuery('I');
    this.flush();
    this.#socket.setTimeout(0);
    this.#conversation = conversation;
    conversation.receive(Buffer.alloc(0));
  }

  #ended(processId: number): void {
    this.#backends.remove(processId);
    this.#instance.sessions.delete(processId);
  }

  /** An error before there is a session: told, then the connection ends. */
  #refuse(error: unknown): void {
    const reported =
      error instanceof SqlError
        ? new SqlError(error.sqlState as typeof sqlState.protocolViolation, error.message, {
            ...error.fields,
            fatal: true,
          })
        : new SqlError(sqlState.internalError, 'internal error', { fatal: true });
    if (!(error instanceof SqlError)) this.#instance.log.error({ error: (error as Error).stack }, 'startup failed');
    this.writer.errorResponse(reported);
    this.end();
  }
}
