import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noLsn, type Lsn, type Xid } from '../../../../src/common/ids.ts';
import { NodeDisk } from '../../../../src/storage/node-disk.ts';
import { defaultLogOptions, Log, type LogOptions } from '../../../../src/storage/log/log.ts';
import { LogRecord, recordBytes } from '../../../../src/storage/log/record.ts';

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
  return new Promise((resolve) => {
    const attempt = { wake: (): void => (log.reserve(bytes, attempt) ? resolve() : undefined) };
    attempt.wake();
  });
}

async function append(log: Log, body: Buffer, previous: Lsn = noLsn): Promise<Lsn> {
  await room(log, recordBytes(body.length));
  return log.append(9, xid, previous, body);
}

function reopen(from: Lsn): { log: Log; bodies: string[]; end: Lsn } {
  const log = Log.open(disk, options);
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
});
