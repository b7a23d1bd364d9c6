/** Background work: checkpoints by time and by log volume, purge in slices, the clock. */
import type { Lsn } from '../common/ids.ts';
import { adjustClock } from './clock.ts';
import type { Instance } from './instance.ts';

const tickMs = 100;
const mebibyte = 1024 * 1024;
/** Part of a slice that purge may take while sessions work. */
const purgeSliceMs = 1;

export class Jobs {
  readonly #instance: Instance;
  #timer: NodeJS.Timeout | undefined = undefined;
  #purging: NodeJS.Immediate | undefined = undefined;
  #lastCheckpointAt = performance.now();
  #lastCheckpointLsn: Lsn = 0 as Lsn;
  #checkpointing = false;
  #lastPurgeLsn: Lsn = 0 as Lsn;

  constructor(instance: Instance) {
    this.#instance = instance;
  }

  start(): void {
    this.#lastCheckpointLsn = this.#instance.storage.log.appendLsn;
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#purging !== undefined) clearImmediate(this.#purging);
    this.#purging = undefined;
  }

  #tick(): void {
    const { log } = this.#instance.storage;
    if (log.appendLsn !== this.#lastPurgeLsn || this.#instance.storage.horizon > 0) this.#schedulePurge();
    this.#checkpointIfDue();
    this.#instance.autoAnalyze.tick();
    adjustClock();
  }

  #schedulePurge(): void {
    this.#purging ??= setImmediate(() => {
      this.#purging = undefined;
      this.#lastPurgeLsn = this.#instance.storage.log.appendLsn;
      try {
        if (this.#instance.storage.purgeSlice(purgeSliceMs) === 'more') this.#schedulePurge();
      } catch (error) {
        this.#instance.onFatal(error as Error);
      }
    });
  }

  #checkpointIfDue(): void {
    if (this.#checkpointing) return;
    const { settings, storage } = this.#instance;
    const written = storage.log.appendLsn - this.#lastCheckpointLsn;
    if (written === 0) return;
    const timeoutMs = settings.number('checkpoint_timeout') * 1000;
    const byTime = performance.now() - this.#lastCheckpointAt > timeoutMs;
    // Half of max_wal_size: the log of the checkpoint before is kept until the next one is durable.
    const byVolume = written > (settings.number('max_wal_size') * mebibyte) / 2;
    if (!byTime && !byVolume) return;
    const spreadMs = byVolume ? 30_000 : timeoutMs * (settings.get('checkpoint_completion_target') as number);
    void this.checkpoint(Math.min(spreadMs, 60_000));
  }

  /** Runs one now; `durationMs` spreads its writes. Rejects only for what also ends the process. */
  async checkpoint(durationMs: number = 0): Promise<void> {
    const { storage, log } = this.#instance;
    this.#checkpointing = true;
    this.#lastCheckpointAt = performance.now();
    this.#lastCheckpointLsn = storage.log.appendLsn;
    try {
      await storage.checkpoint(durationMs);
    } catch (error) {
      log.error({ error: String(error) }, 'checkpoint failed');
      if (!(error instanceof Error) || error.name !== 'SqlError') this.#instance.onFatal(error as Error);
    } finally {
      this.#checkpointing = false;
    }
  }
}
