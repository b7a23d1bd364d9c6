/** The other end of a session, as the engine sees it. The server implements it over a socket. */
import type { BackendWriter } from '../protocol/backend.ts';

export interface Client {
  /** Messages go in here. */
  readonly writer: BackendWriter;
  readonly address: string | undefined;
  readonly port: number | undefined;
  readonly serverAddress: string | undefined;
  readonly serverPort: number | undefined;
  /** Sends what was written so far. */
  flush(): void;
  /** False while more is waiting to be sent than the client has room for; the session is woken when that changes. */
  readonly keepsUp: boolean;
  /** Sends what was written and closes the connection. */
  end(): void;
}

/** So much is collected before it is sent. */
export const flushBytes = 32 * 1024;

/** What a client sends while a COPY FROM STDIN runs; filled by `next`, valid until the call after. */
export interface CopyInput {
  buffer: Buffer;
  start: number;
  end: number;
  /** The client's reason, after 'fail'. */
  failure: string;
  next(): 'none' | 'data' | 'done' | 'fail';
}
