/** Starts a real server process for a test, on a free port and a directory of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface RunningServer {
  readonly port: number;
  readonly dataDirectory: string;
  readonly process: ChildProcess;
  /** Everything it printed. */
  output(): string;
  /** SIGTERM and wait. */
  stop(): Promise<number | null>;
  /** SIGKILL and wait; the directory stays. */
  kill(): Promise<void>;
  /** Starts again on the same directory and port. */
  restart(): Promise<RunningServer>;
  /** Kills it if need be and removes the directory. */
  dispose(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

export interface ServerOptions {
  readonly settings?: readonly string[];
  readonly dataDirectory?: string;
  readonly port?: number;
}

export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const port = options.port ?? (await freePort());
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'hyrax-test-'));
  const settings = (options.settings ?? []).flatMap((setting) => ['-c', setting]);
  const child = spawn(
    resolve('bin/hyrax'),
    ['start', '--data-dir', dataDirectory, '--port', String(port), '--host', '127.0.0.1', ...settings],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let printed = '';
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  const ready = new Promise<void>((done, fail) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('ready to accept connections')) done();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void exited.then((code) => fail(new Error(`the server ended with ${code}: ${printed}`)));
  });
  await ready;
  const server: RunningServer = {
    port,
    dataDirectory,
    process: child,
    output: () => printed,
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    restart: () => startServer({ ...options, port, dataDirectory }),
    async dispose() {
      if (child.exitCode === null) {
        child.kill('SIGKILL');
        await exited;
      }
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
  return server;
}
