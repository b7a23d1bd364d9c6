/** An async function as something that is stepped: it goes on each time the session's task runs, until it is settled. */
import type { Session } from './session.ts';

export class AsyncStep<Result> {
  #state: 'new' | 'running' | 'fulfilled' | 'rejected' = 'new';
  #result: Result | undefined = undefined;
  #error: unknown = undefined;

  /** 'done' once `result` is there. Throws what the function threw. */
  step(session: Session, start: () => Promise<Result>): 'done' | 'wait' {
    if (this.#state === 'new') this.#begin(session, start);
    else if (this.#state === 'running') session.wakeSleeper();
    if (this.#state === 'rejected') throw this.#error;
    return this.#state === 'fulfilled' ? 'done' : 'wait';
  }

  #begin(session: Session, start: () => Promise<Result>): void {
    this.#state = 'running';
    start().then(
      (result) => {
        this.#state = 'fulfilled';
        this.#result = result;
        session.wake();
      },
      (error: unknown) => {
        this.#state = 'rejected';
        this.#error = error;
        session.wake();
      },
    );
  }

  get result(): Result {
    return this.#result as Result;
  }
}
