/**
 * How a log block gets to disk fastest: the figures of docs/decisions/0002-log-flush.md.
 *
 *   bin/with-node bench/log-flush.ts [directory]
 *
 * For 1, 8 and 64 clients that each append 600 bytes and wait for them to be durable: commits per second, latency, and processor
 * time of the whole process per commit.
 */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';

const segmentBytes = 16 * 1024 * 1024;
const commitBytes = 600;
const runMs = 1500;

type Flush = (block: Buffer, position: number, done: () => void) => void;
interface Method {
  readonly name: string;
  readonly open: (path: string) => { readonly flush: Flush; readonly close: () => void };
  /** Wait for the end of the event loop's turn before a flush starts. */
  readonly gather: boolean;
}

function prefill(path: string): void {
  const fd = fs.openSync(path, 'w');
  for (let at = 0; at < segmentBytes; at += 1 << 20) fs.writeSync(fd, Buffer.alloc(1 << 20), 0, 1 << 20, at);
  fs.fsyncSync(fd);
  fs.closeSync(fd);
}

function openDsync(path: string): { flush: Flush; close: () => void } {
  const fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_DSYNC);
  return {
    flush: (block, position, done) => fs.write(fd, block, 0, block.length, position, done),
    close: () => fs.closeSync(fd),
  };
}

function openTwoCalls(path: string): { flush: Flush; close: () => void } {
  const fd = fs.openSync(path, 'r+');
  return {
    flush: (block, position, done) => fs.write(fd, block, 0, block.length, position, () => fs.fdatasync(fd, done)),
    close: () => fs.closeSync(fd),
  };
}

const workerSource = `
  const { workerData } = require('node:worker_threads');
  const fs = require('node:fs');
  const { shared, port, path } = workerData;
  const control = new Int32Array(shared, 0, 4);
  const bytes = new Uint8Array(shared, 16);
  const fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_DSYNC);
  for (let seen = 0; ; ) {
    Atomics.wait(control, 0, seen);
    seen = Atomics.load(control, 0);
    if (control[1] < 0) break;
    fs.writeSync(fd, bytes, 0, control[1], control[2]);
    port.postMessage(0);
  }
`;

/** A thread that sleeps on a futex and answers by message. */
function openThread(path: string): { flush: Flush; close: () => void } {
  const shared = new SharedArrayBuffer(16 + (1 << 20));
  const control = new Int32Array(shared, 0, 4);
  const bytes = new Uint8Array(shared, 16);
  const { port1, port2 }: { port1: MessagePort; port2: MessagePort } = new MessageChannel();
  const worker = new Worker(workerSource, {
    eval: true,
    workerData: { shared, port: port2, path },
    transferList: [port2],
  });
  let waiting: (() => void) | undefined;
  port1.on('message', () => waiting?.());
  const go = (length: number, position: number): void => {
    control[1] = length;
    control[2] = position;
    Atomics.add(control, 0, 1);
    Atomics.notify(control, 0);
  };
  return {
    flush: (block, position, done): void => {
      bytes.set(block);
      waiting = done;
      go(block.length, position);
    },
    close: (): void => {
      go(-1, 0);
      port1.close();
      void worker.terminate();
    },
  };
}

const methods: readonly Method[] = [
  { name: 'O_DSYNC, thread pool, gather', open: openDsync, gather: true },
  { name: 'O_DSYNC, thread pool, at once', open: openDsync, gather: false },
  { name: 'write + fdatasync', open: openTwoCalls, gather: true },
  { name: 'own thread', open: openThread, gather: true },
];

async function measure(method: Method, clients: number, directory: string): Promise<string> {
  const path = join(directory, 'segment');
  prefill(path);
  const file = method.open(path);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const ring = Buffer.alloc(1 << 20, 7);
  const latencies: number[] = [];
  let waiting: (() => void)[] = [];
  let position = 0;
  let busy = false;
  let scheduled = false;
  let stopped = false;
  let flushes = 0;
  const start = (): void => {
    scheduled = false;
    if (busy || waiting.length === 0) return;
    busy = true;
    flushes++;
    const riders = waiting;
    waiting = [];
    const length = riders.length * commitBytes;
    if (position + length > segmentBytes) position = 0;
    file.flush(ring.subarray(0, length), position, () => {
      busy = false;
      position += length;
      for (const wake of riders) wake();
      if (waiting.length > 0) schedule();
    });
  };
  const schedule = (): void => {
    if (!method.gather) return start();
    if (!scheduled && !busy) setImmediate(start);
    scheduled = true;
  };
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  setTimeout(() => (stopped = true), runMs);
  await new Promise<void>((resolve) => {
    let live = clients;
    const client = (): void => {
      const begun = performance.now();
      waiting.push(() => {
        latencies.push(performance.now() - begun);
        if (!stopped) setImmediate(client);
        else if (--live === 0) resolve();
      });
      schedule();
    };
    for (let i = 0; i < clients; i++) client();
  });
  const elapsed = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  file.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number): string => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(3);
  const perSecond = Math.round((latencies.length / elapsed) * 1000);
  return `${perSecond} commits/s, ${Math.round((flushes / elapsed) * 1000)} flushes/s, median ${at(0.5)} ms, p99 ${at(0.99)} ms, ${((user + system) / latencies.length).toFixed(1)} µs of processor per commit`;
}

const directory = fs.mkdtempSync(join(process.argv[2] ?? tmpdir(), 'hyrax-log-flush-'));
for (let round = 0; round < 2; round++) {
  for (const clients of [1, 8, 64]) {
    for (const method of methods) {
      console.log(
        `${String(clients).padStart(2)} clients, ${method.name}: ${await measure(method, clients, directory)}`,
      );
    }
  }
}
fs.rmSync(directory, { recursive: true });
