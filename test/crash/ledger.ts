/**
 * Writers that note what the server acknowledged, and the check after a crash: what was acknowledged is there, what was not is
 * there wholly or not at all.
 */
import pg from 'pg';

/** One transaction writes the same value into two tables and moves money between accounts, whose sum never changes. */
export interface Ledger {
  /** Values whose COMMIT was answered. */
  readonly acknowledged: Set<number>;
  /** Values begun: the others are unknown. */
  begun: number;
}

const accounts = 20;
const accountStart = 1000;

export async function prepare(port: number): Promise<void> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  await client.connect();
  await client.query('CREATE TABLE first (v int PRIMARY KEY, t text)');
  await client.query('CREATE TABLE second (v int, t text)');
  await client.query('CREATE INDEX second_v ON second (v)');
  await client.query('CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)');
  await client.query(`INSERT INTO account SELECT g, ${accountStart} FROM generate_series(1, ${accounts}) g`);
  await client.end();
}

/** Writes until the connection breaks. */
export async function write(port: number, ledger: Ledger): Promise<void> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    for (;;) {
      const value = ++ledger.begun;
      const [from, to] = [1 + (value % accounts), 1 + ((value * 7) % accounts)].sort((a, b) => a - b) as [
        number,
        number,
      ];
      await client.query('BEGIN');
      await client.query('INSERT INTO first VALUES ($1, $2)', [value, `value ${value}`]);
      await client.query('UPDATE account SET balance = balance - 1 WHERE id = $1', [from]);
      await client.query('UPDATE account SET balance = balance + 1 WHERE id = $1', [to]);
      await client.query('INSERT INTO second VALUES ($1, $2)', [value, 'x'.repeat(value % 500)]);
      await client.query('COMMIT');
      ledger.acknowledged.add(value);
    }
  } catch {
    // The server is gone, as it should be.
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What is wrong; empty if nothing. */
export async function findLosses(port: number, ledger: Ledger): Promise<string[]> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  await client.connect();
  const problems: string[] = [];
  const read = async (sql: string): Promise<number[]> =>
    (await client.query<{ v: number }>(sql)).rows.map((row) => row.v);
  const first = new Set(await read('SELECT v FROM first'));
  const second = new Set(await read('SELECT v FROM second'));
  const indexed = new Set(await read('SELECT v FROM second WHERE v > 0 ORDER BY v'));
  for (const value of ledger.acknowledged) if (!first.has(value)) problems.push(`acknowledged ${value} is lost`);
  for (const value of first) if (!second.has(value)) problems.push(`${value} is there by half`);
  for (const value of second) if (!first.has(value)) problems.push(`${value} is there by the other half`);
  if (indexed.size !== second.size) problems.push('the index misses rows');
  const sum = (await client.query<{ s: string }>('SELECT sum(balance) AS s FROM account')).rows[0]?.s;
  if (sum !== String(accounts * accountStart)) problems.push(`the sum of balances is ${sum}`);
  await client.end();
  return problems;
}
