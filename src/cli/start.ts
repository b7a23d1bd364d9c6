/**
 * `hyrax start`: settings, storage, sockets, and the orderly end. Whatever keeps it from starting is one clear line and exit code 1.
 *
 *   starting ─▶ ready ──SIGTERM, SIGINT──▶ stopping (sessions ended, checkpoint) ─▶ exit 0
 *                 └──a broken invariant or a failed flush──▶ exit 1 at once; the next start recovers
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createLogger, type ServerLogger } from '../common/logger.ts';
import { SqlError } from '../common/sql-error.ts';
import type { Instance } from '../engine/instance.ts';
import { openInstance } from '../engine/open-instance.ts';
import { ServerSettings } from '../engine/settings/server-settings.ts';
import { warmUp } from '../parser/parse.ts';
import { Listener } from '../server/listener.ts';
import { NodeDisk } from '../storage/node-disk.ts';

export interface StartOptions {
  readonly dataDir: string;
  readonly host?: string;
  readonly port?: string;
  readonly config?: string;
  readonly set: readonly string[];
}

/** Something the user can mend: told in one line. */
class StartError extends Error {}

const stopSessionsMs = 3000;

export async function start(options: StartOptions): Promise<void> {
  try {
    await run(options);
  } catch (error) {
    process.stderr.write(`hyrax: ${explain(error)}\n`);
    process.exit(1);
  }
}

async function run(options: StartOptions): Promise<void> {
  const settings = readSettings(options);
  const host = options.host ?? String(settings.get('listen_addresses') || '127.0.0.1');
  const port = options.port === undefined ? settings.number('port') : readPort(options.port);
  const log = createLogger(process.stderr.isTTY ? 'text' : 'json');
  const directory = resolve(options.dataDir);
  makeDirectory(directory);
  warmUp();
  const fatal = (error: Error): never => {
    log.fatal({ error: error.stack ?? error.message }, 'stopping at once: what is in memory can no longer be trusted');
    process.exit(1);
  };
  process.on('uncaughtException', fatal);
  process.on('unhandledRejection', (reason) => fatal(reason instanceof Error ? reason : new Error(String(reason))));
  const instance = await openInstance({ disk: new NodeDisk(directory), settings, log, onFatal: fatal });
  const listener = await listen(instance, host, port);
  process.stdout.write(`hyrax is ready to accept connections on ${host}:${listener.port}, data in ${directory}\n`);
  onStopSignal(() => stop(instance, listener, log));
}

function readSettings(options: StartOptions): ServerSettings {
  const settings = new ServerSettings();
  if (options.config !== undefined) {
    let text: string;
    try {
      text = readFileSync(options.config, 'utf8');
    } catch (error) {
      throw new StartError(`could not read configuration file "${options.config}": ${(error as Error).message}`);
    }
    settings.readFile(text, options.config);
  }
  for (const option of options.set) settings.readOption(option);
  return settings;
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new StartError(`invalid port number: "${text}"`);
  return port;
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartError(`could not create data directory "${directory}": ${(error as Error).message}`);
  }
}

async function listen(instance: Instance, host: string, port: number): Promise<Listener> {
  try {
    return await Listener.open(instance, { host, port });
  } catch (error) {
    await instance.close();
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new StartError(`port ${port} on ${host} is in use: is another server running?`);
    throw new StartError(`could not listen on ${host}:${port}: ${message}`);
  }
}

function explain(error: unknown): string {
  if (error instanceof StartError) return error.message;
  if (error instanceof SqlError) {
    const { detail, hint } = error.fields;
    return [error.message, detail, hint].filter((part) => part !== undefined).join(' ');
  }
  const { message, stack } = error as Error;
  return stack ?? message;
}

function onStopSignal(stopServer: () => Promise<void>): void {
  let stopping = false;
  const onSignal = () => {
    // A second signal does not wait for anything.
    if (stopping) process.exit(1);
    stopping = true;
    void stopServer();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function stop(instance: Instance, listener: Listener, log: ServerLogger): Promise<void> {
  log.info('stopping: sessions are ended, then a checkpoint');
  listener.stopAccepting();
  for (const session of instance.sessions.values()) session.interrupts.raise('terminate');
  const end = performance.now() + stopSessionsMs;
  while (instance.sessions.size > 0 && performance.now() < end) await new Promise((done) => setTimeout(done, 5));
  listener.destroy();
  await instance.close();
  log.info('stopped');
  process.exit(0);
}
