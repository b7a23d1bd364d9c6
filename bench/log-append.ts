/**
 * What a log record costs the engine thread: appending it, reading it back from the ring and from a cached file.
 *
 *   bin/with-node bench/log-append.ts [directory]
 */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lsn, noLsn, type Xid } from '../src/common/ids.ts';
import { Log } from '../src/storage/log/log.ts';
import { LogRecord, recordBytes } from '../src/storage/log/record.ts';
import { NodeDisk } from '../src/storage/node-disk.ts';

const records = 300_000;
const slice = 1024;

const directory = fs.mkdtempSync(join(process.argv[2] ?? tmpdir(), 'hyrax-log-append-'));
const disk = new NodeDisk(directory);
const start = Log.create(disk);
const log = Log.open(disk);
log.startWriting(start, 1);

function report(what: string, ms: number, count: number): void {
  console.log(`${what}: ${Math.round((ms * 1e6) / count)} ns`);
}

/** Time spent appending, without the turns in which the disk catches up. */
async function append(bodyBytes: number, lsns: Lsn[]): Promise<void> {
  const body = Buffer.alloc(bodyBytes, 7);
  let busyMs = 0;
  for (let done = 0; done < records;) {
    const begun = performance.now();
    for (let i = 0; i < slice && log.reserve(recordBytes(bodyBytes), { wake: () => undefined }); i++, done++) {
      lsns.push(log.append(20, 5 as Xid, lsns.at(-1) ?? noLsn, body));
    }
    busyMs += performance.now() - begun;
    await new Promise((resolve) => setImmediate(resolve));
  }
  report(`append ${bodyBytes} bytes`, busyMs, records);
}

function read(what: string, lsns: readonly Lsn[]): void {
  const record = new LogRecord();
  const begun = performance.now();
  for (let i = 0; i < records; i++) log.read(lsns[(i * 7919) % lsns.length] as Lsn, record);
  report(what, performance.now() - begun, records);
}

for (const bodyBytes of [60, 200, 1000]) {
  const lsns: Lsn[] = [];
  await append(bodyBytes, lsns);
  read(`  read from the ring`, lsns.slice(-10_000));
  read(`  read from files`, lsns.slice(0, 10_000));
}
await log.close();
fs.rmSync(directory, { recursive: true });
