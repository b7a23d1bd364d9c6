/**
 * The log on a disk that crashes at every single call that changes something, and loses or tears what was not durable: after
 * it, the log holds a prefix of what was appended, and everything whose flush was acknowledged.
 */
import { describe, expect, it } from 'vitest';
import { noLsn, type Lsn, type Xid } from '../../src/common/ids.ts';
import { defaultLogOptions, Log, type LogOptions } from '../../src/storage/log/log.ts';
import { LogRecord, recordBytes } from '../../src/storage/log/record.ts';
import { CrashSignal, FaultyDisk, randomFrom } from './faulty-disk.ts';

const base: LogOptions = {
  ...defaultLogOptions,
  segmentBytes: 16 * 1024,
  ringBytes: 32 * 1024,
  blockBytesMax: 4 * 1024,
  sparesMax: 2,
  // Long enough never to run out within a test: what happens when must come from the seed alone.
  writerDelayMs: 1_000_000,
};

/** What the log must hold: bodies by number, and how many of them were acknowledged. */
class History {
  readonly bodies: Buffer[] = [];
  readonly lsns: Lsn[] = [];
  acknowledged = 0;
  /** Where a reader starts: as a durable checkpoint would say. */
  start: Lsn;
  startNumber = 0;

  constructor(start: Lsn) {
    this.start = start;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Runs until done or crashed; true if it came to the end. */
async function write(disk: FaultyDisk, history: History, random: () => number, records: number): Promise<boolean> {
  let died = false;
  try {
    const log = open(disk, history, () => (died = true));
    for (let i = 0; i < records && !died; i++) {
      const body = Buffer.alloc(Math.floor(random() ** 3 * 3000), `${history.bodies.length};`);
      while (!died && !log.reserve(recordBytes(body.length), { wake: () => undefined })) await turn();
      if (died) break;
      history.lsns.push(log.append(20, 3 as Xid, history.lsns.at(-1) ?? noLsn, body));
      history.bodies.push(body);
      if (random() < 0.2) acknowledge(log, history);
      if (random() < 0.1) await turn();
      if (random() < 0.04) await moveStart(log, history, () => died);
    }
    acknowledge(log, history);
    while (!died && history.acknowledged < history.bodies.length) await turn();
    if (!died) await log.close();
  } catch (error) {
    if (!(error instanceof CrashSignal)) throw error;
    died = true;
  }
  // Nothing of the old process may run on.
  for (let i = 0; i < 5; i++) await turn();
  return !died;
}

function acknowledge(log: Log, history: History): void {
  const count = history.bodies.length;
  if (count === 0) return;
  const done = (): void => void (history.acknowledged = Math.max(history.acknowledged, count));
  if (log.flush(history.lsns.at(-1) as Lsn, { wake: done })) done();
}

/** A checkpoint: from now on readers start here, and the segments before may go. */
async function moveStart(log: Log, history: History, died: () => boolean): Promise<void> {
  const start = log.cut();
  const number = history.bodies.length;
  acknowledge(log, history);
  while (!died() && history.acknowledged < number) await turn();
  if (died()) return;
  history.start = start;
  history.startNumber = number;
  log.recycle(start);
}

/** Opens the log, checks what it holds, and makes that the history. */
function open(disk: FaultyDisk, history: History, onFatal: () => void): Log {
  const log = Log.open(disk, { ...base, onFatal });
  const cursor = log.cursor(history.start);
  const record = new LogRecord();
  let number = history.startNumber;
  for (; cursor.next(record); number++) {
    expect(record.lsn).toBe(history.lsns[number]);
    expect(record.copyBody().equals(history.bodies[number] as Buffer)).toBe(true);
  }
  expect(number).toBeGreaterThanOrEqual(history.acknowledged);
  history.bodies.length = number;
  history.lsns.length = number;
  history.acknowledged = number;
  log.startWriting(cursor.end, cursor.epoch + 1);
  return log;
}

function freshDisk(seed: number): { disk: FaultyDisk; history: History } {
  const disk = new FaultyDisk({ seed });
  const start = Log.create(disk, base);
  return { disk: disk.afterCrash(seed), history: new History(start) };
}

describe('log under crashes', () => {
  it('keeps what was acknowledged when the plug is pulled at any call', { timeout: 120_000 }, async () => {
    let crashes = 0;
    for (const variant of [1, 2, 3]) {
      for (let crashAt = 1; ; crashAt++) {
        const { disk: empty, history } = freshDisk(crashAt);
        const random = randomFrom(variant);
        const first = empty.afterCrash(crashAt, { crashAt });
        if (await write(first, history, random, 150)) break;
        crashes++;
        // The next process crashes too, early on; then one comes through, adds to the log and another finds it all.
        const second = first.afterCrash(crashAt * 31, { crashAt: 1 + (crashAt % 5) });
        await write(second, history, random, 10);
        const third = second.afterCrash(crashAt * 17);
        expect(await write(third, history, random, 20)).toBe(true);
        open(third.afterCrash(crashAt), history, () => undefined);
      }
    }
    expect(crashes).toBeGreaterThan(200);
  });

  it('tells the owner once when a write fails, and acknowledges nothing after it', async () => {
    const { disk: empty, history } = freshDisk(1);
    let failures = 0;
    const disk = empty.afterCrash(1, {
      fail: (call) => (call.kind === 'write' && call.path.endsWith('1') ? 'EIO' : undefined),
    });
    const log = open(disk, history, () => failures++);
    expect(log.reserve(100, { wake: () => undefined })).toBe(true);
    const lsn = log.append(20, 3 as Xid, noLsn, Buffer.from('x'));
    let woken = 0;
    expect(log.flush(lsn, { wake: () => woken++ })).toBe(false);
    for (let i = 0; i < 10; i++) await turn();
    log.flush(lsn, { wake: () => woken++ });
    for (let i = 0; i < 10; i++) await turn();
    expect({ failures, woken, durable: lsn < log.durableLsn }).toEqual({ failures: 1, woken: 0, durable: false });
    await log.close();
  });
});
