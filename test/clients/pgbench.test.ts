/** pgbench, unmodified, in every protocol mode; afterwards the books balance, also after a kill in the middle. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RawClient } from '../clients/raw-client.ts';
import { startServer, type RunningServer } from '../server.ts';

const pgbenchFound = spawnSync('pgbench', ['--version']).status === 0;
if (!pgbenchFound) console.warn('no pgbench here: its runs are not checked');

describe.skipIf(!pgbenchFound)('pgbench', () => {
  let server: RunningServer;
  const arguments_ = () => ['-h', '127.0.0.1', '-p', String(server.port), '-U', 'postgres'];
  beforeAll(async () => {
    server = await startServer();
    execFileSync('pgbench', [...arguments_(), '-i', '-q', '-s', '1', 'postgres'], { stdio: 'ignore' });
  });
  afterAll(() => server.dispose());

  async function sums(): Promise<string[]> {
    const { client } = await RawClient.start({ port: server.port });
    const answer = await client.query(
      `SELECT (SELECT sum(abalance) FROM pgbench_accounts), (SELECT sum(bbalance) FROM pgbench_branches),
              (SELECT sum(tbalance) FROM pgbench_tellers), (SELECT coalesce(sum(delta), 0) FROM pgbench_history)`,
    );
    client.end();
    const body = answer.find((message) => message.type === 'D')?.body as Buffer;
    const values: string[] = [];
    for (let at = 2; at < body.length;) {
      const length = body.readInt32BE(at);
      values.push(body.toString('utf8', at + 4, at + 4 + length));
      at += 4 + length;
    }
    return values;
  }

  test.each(['simple', 'extended', 'prepared'])('tpcb-like and select-only, %s', async (mode) => {
    for (const script of [[], ['-S']]) {
      const { status, stdout, stderr } = spawnSync(
        'pgbench',
        [...arguments_(), '-n', '-c', '8', '-j', '2', '-t', '40', '-M', mode, ...script, 'postgres'],
        { encoding: 'utf8' },
      );
      expect(stderr).not.toContain('ERROR');
      expect(status).toBe(0);
      expect(stdout).toContain('number of failed transactions: 0');
    }
    const [accounts, branches, tellers, history] = await sums();
    expect([branches, tellers, history]).toEqual([accounts, accounts, accounts]);
  });

  test('the books balance after a kill in the middle', async () => {
    const load = spawn('pgbench', [...arguments_(), '-n', '-c', '8', '-j', '2', '-T', '20', 'postgres'], {
      stdio: 'ignore',
    });
    await new Promise((done) => setTimeout(done, 1200));
    await server.kill();
    await new Promise((done) => load.once('exit', done));
    server = await server.restart();
    const [accounts, branches, tellers, history] = await sums();
    expect([branches, tellers, history]).toEqual([accounts, accounts, accounts]);
  });
});
