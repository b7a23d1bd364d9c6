/**
 * Functions that wait (pg_sleep, advisory locks). A kernel cannot give the thread back, so it throws `suspension`, the statement
 * is put aside, and the row is evaluated again when the session is woken. Calls that were through before are remembered in
 * order and answer at once then. Only a statement without tables can be evaluated again; elsewhere such a call is refused.
 */
import type { Datum } from '../types/datum.ts';

/** Thrown, always the same: it carries nothing. */
export const suspension = Symbol('suspension');

/** What a waiting call answers while it is not through. */
export const stillWaiting = Symbol('still waiting');

export class SuspendedCalls {
  readonly #finished: Datum[] = [];
  #next = 0;

  /** Runs `attempt`, unless that call was through already in an earlier try. */
  call(attempt: () => Datum | typeof stillWaiting): Datum {
    const index = this.#next++;
    if (index < this.#finished.length) return this.#finished[index] as Datum;
    const result = attempt();
    if (result === stillWaiting) throw suspension;
    this.#finished.push(result);
    return result;
  }

  /** The row is evaluated again. */
  retry(): void {
    this.#next = 0;
  }

  reset(): void {
    this.#finished.length = 0;
    this.#next = 0;
  }
}
