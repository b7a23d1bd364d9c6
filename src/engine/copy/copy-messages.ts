/** CopyData, CopyDone and CopyFail off a connection. Flush and Sync are ignored meanwhile, as in PostgreSQL. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { FrameReader } from '../../protocol/frames.ts';
import type { FrontendDecoder } from '../../protocol/frontend.ts';
import { frontendMessage } from '../../protocol/message-types.ts';
import type { CopyInput } from '../client.ts';

export class CopyMessages implements CopyInput {
  buffer: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  failure = '';
  readonly #reader: FrameReader;
  readonly #decoder: FrontendDecoder;
  readonly #onWait: () => void;

  /** `onWait` is told when there is nothing to be had. */
  constructor(reader: FrameReader, decoder: FrontendDecoder, onWait: () => void) {
    this.#reader = reader;
    this.#decoder = decoder;
    this.#onWait = onWait;
  }

  next(): 'none' | 'data' | 'done' | 'fail' {
    const reader = this.#reader;
    while (reader.next()) {
      switch (reader.type) {
        case frontendMessage.copyData:
          this.buffer = reader.buffer;
          this.start = reader.start;
          this.end = reader.end;
          return 'data';
        case frontendMessage.copyDone:
          return 'done';
        case frontendMessage.copyFail:
          this.failure = this.#decoder.text(reader.buffer, reader.start, reader.end);
          return 'fail';
        case frontendMessage.flush:
        case frontendMessage.sync:
          break;
        default:
          throw new SqlError(
            sqlState.protocolViolation,
            `unexpected message type 0x${reader.type.toString(16).toUpperCase().padStart(2, '0')} during COPY from stdin`,
          );
      }
    }
    this.#onWait();
    return 'none';
  }
}
