/**
 * What a container does before its first real start: makes the role and the database, then runs the files of the init directory
 * in name order: .sql and .sql.gz on the server, .sh by the shell. Speaks the protocol itself, so that the image needs no client.
 *
 *   run-init.ts PORT DIRECTORY     run-init.ts --check PORT
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const startTriesMax = 100;
const protocolVersion = 196608;

function frame(type: string, text: string): Buffer {
  const body = Buffer.from(`${text}\0`);
  const head = Buffer.alloc(5);
  head.write(type, 0);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function startup(user: string, database: string): Buffer {
  const body = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(protocolVersion, 4);
  return Buffer.concat([head, body]);
}

/** Severity and message of an ErrorResponse. */
function errorText(body: Buffer): string {
  const parts = new Map(
    body
      .toString('utf8')
      .split('\0')
      .map((field) => [field[0], field.slice(1)]),
  );
  return `${parts.get('S')}: ${parts.get('M')}`;
}

class Client {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #ended = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    const ended = () => {
      this.#ended = true;
      this.#wake();
    };
    socket.on('close', ended);
    socket.on('error', ended);
  }

  static async open(port: number, database: string): Promise<Client> {
    const socket = connect({ host: '127.0.0.1', port });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    const client = new Client(socket);
    socket.write(startup('postgres', database));
    await client.#untilReady();
    return client;
  }

  async run(sql: string): Promise<void> {
    this.#socket.write(frame('Q', sql));
    await this.#untilReady();
  }

  end(): void {
    this.#socket.destroy();
  }

  /** Throws the first error of the answer. */
  async #untilReady(): Promise<void> {
    let failure: string | undefined;
    for (;;) {
      while (this.#received.length < 5 || this.#received.length < 1 + this.#received.readInt32BE(1)) {
        if (this.#ended) throw new Error(failure ?? 'the server closed the connection');
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      const length = 1 + this.#received.readInt32BE(1);
      const type = String.fromCharCode(this.#received[0] as number);
      const body = this.#received.subarray(5, length);
      if (type === 'E') failure ??= errorText(body);
      this.#received = this.#received.subarray(length);
      if (type !== 'Z') continue;
      if (failure !== undefined) throw new Error(failure);
      return;
    }
  }
}

async function openWhenReady(port: number): Promise<Client> {
  for (let tries = 0; ; tries++) {
    try {
      return await Client.open(port, 'postgres');
    } catch (error) {
      if (tries >= startTriesMax) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function initialise(port: number, directory: string): Promise<void> {
  const user = process.env['POSTGRES_USER'] ?? 'postgres';
  const database = process.env['POSTGRES_DB'] ?? user;
  const client = await openWhenReady(port);
  if (user !== 'postgres') await client.run(`CREATE ROLE ${quote(user)} SUPERUSER LOGIN CREATEDB CREATEROLE`);
  if (database !== 'postgres') await client.run(`CREATE DATABASE ${quote(database)}`);
  client.end();
  const files = existsSync(directory) ? readdirSync(directory).sort() : [];
  for (const file of files) await runFile(port, database, join(directory, file));
}

async function runFile(port: number, database: string, path: string): Promise<void> {
  if (path.endsWith('.sh')) {
    console.log(`running ${path}`);
    const environment = {
      ...process.env,
      PGHOST: '127.0.0.1',
      PGPORT: String(port),
      PGUSER: 'postgres',
      PGDATABASE: database,
    };
    const { status } = spawnSync('sh', [path], { stdio: 'inherit', env: environment });
    if (status !== 0) throw new Error(`${path} ended with ${status}`);
    return;
  }
  const packed = path.endsWith('.sql.gz');
  if (!packed && !path.endsWith('.sql')) {
    console.log(`ignoring ${path}`);
    return;
  }
  console.log(`running ${path}`);
  const bytes = readFileSync(path);
  const client = await Client.open(port, database);
  await client.run((packed ? gunzipSync(bytes) : bytes).toString('utf8'));
  client.end();
}

const [first = '', second = ''] = process.argv.slice(2);
try {
  if (first === '--check') {
    const client = await Client.open(Number(second), 'postgres');
    await client.run('SELECT 1');
    client.end();
  } else {
    await initialise(Number(first), second);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
