/** Sessions by process number with the secret that a CancelRequest must show. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Session } from '../engine/session.ts';

const secretBytes = 4;

export class Backends {
  readonly #entries = new Map<number, { readonly session: Session; readonly secret: Buffer }>();

  get count(): number {
    return this.#entries.size;
  }

  /** Returns the new session's secret. */
  add(processId: number, session: Session): Buffer {
    const secret = randomBytes(secretBytes);
    this.#entries.set(processId, { session, secret });
    return secret;
  }

  remove(processId: number): void {
    this.#entries.delete(processId);
  }

  /** Wrong numbers and secrets are ignored: a cancel request gets no answer. */
  cancel(processId: number, secret: Buffer): void {
    const entry = this.#entries.get(processId);
    if (entry === undefined || secret.length !== secretBytes || !timingSafeEqual(secret, entry.secret)) return;
    entry.session.cancel();
  }
}
