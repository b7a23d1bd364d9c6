import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noLsn, type Lsn, type Xid } from '../../../../src/common/ids.ts';
import type { Disk } from '../../../../src/storage/disk.ts';
import { NodeDisk } from '../../../../src/storage/node-disk.ts';
import { defaultLogOptions, Log, type LogOptions } from '../../../../src/storage/log/log.ts';
import { LogRecord, recordBytes } from '../../../../src/storage/log/record.ts';
import { FaultyDisk } from '../../../crash/faulty-disk.ts';

const options: LogOptions = {
  ...defaultLogOptions,
  segmentBytes: 64 * 1024,
  ringBytes: 128 * 1024,
  blockBytesMax: 16 * 1024,
  writerDelayMs: 5,
};

let root: string;
let disk: NodeDisk;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hyrax-log-'));
  disk = new NodeDisk(root);
});
afterEach(() => rmSync(root, { recursive: true }));

const xid = 7 as Xid;

function durable(log: Log, lsn: Lsn): Promise<void> {
  return new Promise((resolve) => {
    if (log.flush(lsn, { wake: resolve })) resolve();
  });
}

function room(log: Log, bytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const attempt = {
      wake: (): void => {
        try {
          if (log.reserve(bytes, attempt)) resolve();
        } catch (error) {
          reject(error as Error);
        }
      },
    };
    attempt.wake();
  });
}

async function append(log: Log, body: Buffer, previous: Lsn = noLsn): Promise<Lsn> {
  await room(log, recordBytes(body.length));
  return log.append(9, xid, previous, body);
}

function reopen(from: Lsn): { log: Log; bodies: string[]; end: Lsn } {
  return openOn(disk, from);
}

function openOn(on: Disk, from: Lsn): { log: Log; bodies: string[]; end: Lsn } {
  const log = Log.open(on, options);
  const cursor = log.cursor(from);
  const record = new LogRecord();
  const bodies: string[] = [];
  while (cursor.next(record)) bodies.push(record.copyBody().toString());
  log.startWriting(cursor.end, cursor.epoch + 1);
  return { log, bodies, end: cursor.end };
}

describe('Log', () => {
  it('gives back what was flushed, in order, with its frame', async () => {
    const start = Log.create(disk, options);
    const first = reopen(start);
    const a = await append(first.log, Buffer.from('one'));
    const b = await append(first.log, Buffer.from('two'), a);
    await durable(first.log, b);
    await append(first.log, Buffer.from('never flushed'));
    await first.log.close();

    const second = reopen(start);
    expect(second.bodies).toEqual(['one', 'two']);
    const record = new LogRecord();
    second.log.read(b, record);
    expect({ lsn: record.lsn, kind: record.kind, xid: record.xid, previous: record.previous }).toEqual({
      lsn: b,
      kind: 9,
      xid,
      previous: a,
    });
    await second.log.close();
  });

  it('wraps the ring and crosses segments; old records come from files', async () => {
    const start = Log.create(disk, options);
    const { log } = reopen(start);
    const lsns: Lsn[] = [];
    for (let i = 0; i < 400; i++) lsns.push(await append(log, Buffer.alloc(50 + ((i * 997) % 3000), `${i},`)));
    await durable(log, lsns.at(-1) as Lsn);
    const record = new LogRecord();
    for (const [i, lsn] of lsns.entries()) {
      log.read(lsn, record);
      expect(record.copyBody().equals(Buffer.alloc(50 + ((i * 997) % 3000), `${i},`))).toBe(true);
    }
    await log.close();
    const again = reopen(start);
    expect(again.bodies.length).toBe(400);
    await again.log.close();
  });

  it('takes a spoilt last block for the end, and refuses one with an intact block behind it', async () => {
    const faulty = new FaultyDisk();
    const start = Log.create(faulty, options);
    const first = openOn(faulty, start);
    const lsns: Lsn[] = [];
    for (let i = 0; i < 3; i++) {
      lsns.push(await append(first.log, Buffer.from(`record ${i}`)));
      await durable(first.log, lsns[i] as Lsn);
    }
    await first.log.close();
    const spoil = (lsn: Lsn): void => faulty.corrupt(`log/${'1'.padStart(16, '0')}`, (lsn % 65536) + 30, (b) => b ^ 1);
    spoil(lsns[2] as Lsn);
    expect(openOn(faulty, start).bodies).toEqual(['record 0', 'record 1']);
    spoil(lsns[2] as Lsn);
    spoil(lsns[1] as Lsn);
    expect(() => openOn(faulty, start)).toThrow(/the log is damaged at position .*, but one follows at/);
  });

  it('does not take blocks of another installation, or of an older use of the segment, for its own', async () => {
    const start = Log.create(disk, options);
    const first = reopen(start);
    await durable(first.log, await append(first.log, Buffer.from('theirs')));
    await first.log.close();
    const other = Log.open(disk, { ...options, salt: 77 });
    expect(other.cursor(start).next(new LogRecord())).toBe(false);
  });

  it('recycles segments; what they held is too old to read', async () => {
    const start = Log.create(disk, options);
    const { log } = reopen(start);
    const old = await append(log, Buffer.from('old'));
    for (let i = 0; i < 40; i++) await append(log, Buffer.alloc(8000, i));
    const keep = log.cut();
    await durable(log, (keep - 1) as Lsn);
    const before = readdirSync(join(root, 'log')).length;
    log.recycle(keep);
    expect(readdirSync(join(root, 'log')).length).toBeLessThanOrEqual(before);
    expect(log.start).toBe(Math.floor(keep / options.segmentBytes) * options.segmentBytes);
    expect(() => log.read(old, new LogRecord())).toThrow('snapshot too old');
    for (let i = 0; i < 40; i++) await append(log, Buffer.alloc(8000, i));
    await durable(log, (log.cut() - 1) as Lsn);
    await log.close();
    expect(reopen(keep).bodies.length).toBe(40);
  });

  it('refuses work with 53100 on a full disk, but has room for the ends of transactions, and recovers', async () => {
    let isFull = false;
    const fill = new FaultyDisk({ fail: (call) => (isFull && call.path === 'log/preparing' ? 'ENOSPC' : undefined) });
    const start = Log.create(fill, options);
    const { log } = openOn(fill, start);
    await append(log, Buffer.from('first'));
    await new Promise((resolve) => setTimeout(resolve, 10));
    isFull = true;
    let written = 0;
    const fillUp = async (): Promise<void> => {
      for (; written < 1000; written++) await append(log, Buffer.alloc(1000));
    };
    await expect(fillUp()).rejects.toMatchObject({ sqlState: '53100' });
    expect(written).toBeGreaterThan(50);
    for (let i = 0; i < 50; i++) {
      expect(log.reserve(recordBytes(16), { wake: () => undefined }, 'system')).toBe(true);
      log.append(2, xid, noLsn, Buffer.alloc(16));
    }
    await durable(log, (log.cut() - 1) as Lsn);
    isFull = false;
    await new Promise((resolve) => setTimeout(resolve, 1100));
    for (let i = 0; i < 200; i++) await append(log, Buffer.alloc(1000));
    await log.close();
  });
});
