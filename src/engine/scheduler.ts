/**
 * Who runs when on the engine thread. A task is a session (or a background job) with something to do; it runs for a slice of
 * about 2 ms and then gives the thread back: finished, waiting to be woken, or ready to go on. Ready tasks take turns; between
 * turns the event loop brings packets, finished writes and timers, so a long query delays the others by a few slices at most.
 */
export type Progress = 'done' | 'yield' | 'wait';

export interface Task {
  /** Managed by the scheduler: in the queue. */
  queued: boolean;
  /** Runs for at most about a slice. Must not throw. */
  run(): void;
}

/** How long a task may keep the thread. */
export const sliceMs = 2;
/** How long tasks run before the event loop gets a look. */
const turnMs = 6;

export class Scheduler {
  #ready: Task[] = [];
  #scheduled = false;

  /** Puts the task in the queue, unless it is there: waking twice is waking once. */
  wake(task: Task): void {
    if (task.queued) return;
    task.queued = true;
    this.#ready.push(task);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    const tasks = this.#ready;
    this.#ready = [];
    const end = performance.now() + turnMs;
    let next = 0;
    while (next < tasks.length) {
      const task = tasks[next++] as Task;
      task.queued = false;
      task.run();
      if (performance.now() > end) break;
    }
    if (next < tasks.length) this.#ready = [...tasks.slice(next), ...this.#ready];
    if (this.#ready.length > 0) this.#schedule();
  };
}
