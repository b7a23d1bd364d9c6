/** Rows for a client that has not been told the columns yet: RowDescription goes before the first row. */
import type { Batch } from '../types/batch.ts';
import type { IoContext } from '../types/type-handler.ts';
import type { Client } from './client.ts';
import type { Portal } from './portal.ts';
import { ClientRows, type RowSink } from './row-sink.ts';

export class DescribedRows implements RowSink {
  readonly #client: Client;
  readonly #rows: ClientRows;
  #portal: Portal | undefined = undefined;

  constructor(client: Client, io: () => IoContext) {
    this.#client = client;
    this.#rows = new ClientRows(client, io);
  }

  begin(portal: Portal): void {
    this.#portal = portal;
  }

  get isFull(): boolean {
    return this.#rows.isFull;
  }

  take(batch: Batch, columns: readonly number[]): void {
    if (this.#portal !== undefined) this.#describe(this.#portal);
    this.#rows.take(batch, columns);
  }

  /** After the last row: a result of none is described too. */
  finish(): void {
    if (this.#portal !== undefined) this.#describe(this.#portal);
  }

  #describe(portal: Portal): void {
    this.#portal = undefined;
    const fields = portal.fields();
    if (fields === undefined) return;
    this.#client.writer.rowDescription(fields);
    this.#rows.begin(portal.handlers, portal.formats);
  }
}
