/** A whole server in the test's process, on a data directory of its own and a port the system picks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instance, type ServerLog } from '../../src/engine/instance.ts';
import { ServerSettings } from '../../src/engine/settings/server-settings.ts';
import { warmUp } from '../../src/parser/parse.ts';
import { Listener } from '../../src/server/listener.ts';
import { NodeDisk } from '../../src/storage/node-disk.ts';

export interface HyraxServer {
  readonly port: number;
  readonly instance: Instance;
  readonly directory: string;
  /** Errors the server logged: a test expects none. */
  readonly logged: readonly string[];
  /** A clean stop; the directory is removed unless it is to be opened again. */
  stop(options?: { readonly keepDirectory?: boolean }): Promise<void>;
}

export interface ServerOptions {
  readonly directory?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

export async function startServer(options: ServerOptions = {}): Promise<HyraxServer> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'hyrax-test-'));
  const settings = new ServerSettings();
  settings.set('shared_buffers', '16MB', 'command line');
  for (const [name, value] of Object.entries(options.settings ?? {})) settings.set(name, value, 'command line');
  const logged: string[] = [];
  const log: ServerLog = {
    info: () => undefined,
    warn: () => undefined,
    error: (facts, message) => void logged.push(`${message} ${JSON.stringify(facts)}`),
  };
  warmUp();
  const onFatal = (error: Error): void => {
    throw error;
  };
  const instance = await Instance.open({ disk: new NodeDisk(directory), settings, log, onFatal });
  const listener = await Listener.open(instance, { host: '127.0.0.1', port: 0 });
  return {
    port: listener.port,
    instance,
    directory,
    logged,
    async stop({ keepDirectory = false } = {}) {
      listener.stopAccepting();
      for (const session of instance.sessions.values()) session.interrupts.raise('terminate');
      while (instance.sessions.size > 0) await new Promise((done) => setTimeout(done, 5));
      listener.destroy();
      await instance.close();
      if (!keepDirectory) rmSync(directory, { recursive: true, force: true });
    },
  };
}
