import type { Log } from '../storage/log/log.ts';

/**
 * Runs `section` as soon as the log has room for records of `bytes` altogether: at once, or after waiting. The section appends
 * them and does not yield. For utility commands; row operations answer 'wait' instead.
 */
export async function whenRoom<Result>(log: Log, bytes: number, section: () => Result): Promise<Result> {
  for (;;) {
    let woken: (() => void) | undefined;
    const room = new Promise<void>((resolve) => {
      woken = resolve;
    });
    if (log.reserve(bytes, { wake: () => woken?.() })) return section();
    await room;
  }
}
