/**
 * Asks a real PostgreSQL 15 (C.UTF-8) for the expected outputs in fixtures/ and rewrites them in place:
 *
 *   PGHOST=127.0.0.1 PGPORT=… PGUSER=postgres bin/with-node test/unit/types/generate.ts
 *
 * What is asked stands in the fixtures themselves. To add a case, add a line with its question only, e.g. ["2001-02-03"], and
 * run this.
 *
 *   literals/*.json     [literal, text, binary form in hex, rank in the type's order] or [literal, error], under `settings`
 *   typmods.json        [type, OID, atttypmod, spelling, [value, after assignment, after explicit cast] …] or [type, error]
 *   numeric-math.json   [function, argument, argument, result]
 *   binaries.json       [type, bytes in hex, text or error]
 *   catalog.json        rows of pg_type
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

const folder = join(import.meta.dirname, 'fixtures');
const client = new pg.Client();

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
}

function quote(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

function failureOf(error: unknown): Failure {
  const { code = '', message, detail, hint } = error as Partial<Failure> & Error;
  return { code, message, ...(detail === undefined ? {} : { detail }), ...(hint === undefined ? {} : { hint }) };
}

async function attempt(sql: string, values: unknown[] = []): Promise<string | Failure> {
  try {
    const { rows } = await client.query<[string]>({ text: sql, values, rowMode: 'array' });
    return rows[0]?.[0] ?? 'NULL';
  } catch (error) {
    return failureOf(error);
  }
}

async function scalar(sql: string): Promise<string> {
  const { rows } = await client.query<[string]>({ text: sql, rowMode: 'array' });
  return String(rows[0]?.[0] ?? '');
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as T;
}

/** One case a line, so that changes can be read. */
function write(name: string, head: Record<string, unknown>, cases: readonly unknown[]): void {
  const lines = cases.map((entry) => JSON.stringify(entry)).join(',\n');
  const text = `${JSON.stringify(head).slice(0, -1)}${Object.keys(head).length === 0 ? '' : ','}"cases":[\n${lines}\n]}\n`;
  writeFileSync(join(folder, `${name}.json`), text);
}

interface LiteralFile {
  readonly type: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly ordered?: boolean;
  readonly cases: readonly (readonly [literal: string, ...rest: unknown[]])[];
}

async function makeLiterals(name: string): Promise<void> {
  const { cases, ...head } = read<LiteralFile>(name);
  for (const [setting, value] of Object.entries(head.settings)) await client.query(`SET ${setting} = ${quote(value)}`);
  const send = await scalar(`SELECT typsend::text FROM pg_type WHERE oid = ${quote(head.type)}::regtype`);
  const answers: unknown[][] = [];
  for (const [literal] of cases) {
    const typed = `${quote(literal)}::${head.type}`;
    const text = await attempt(`SELECT format('%s', ${typed})`);
    const isValid = typeof text === 'string';
    answers.push(isValid ? [literal, text, await attempt(`SELECT encode(${send}(${typed}), 'hex')`)] : [literal, text]);
  }
  if (head.ordered !== false)
    await addRanks(
      head.type,
      answers.filter((answer) => answer.length === 3),
    );
  write(name, head, answers);
  await client.query('RESET ALL');
}

async function addRanks(type: string, answers: unknown[][]): Promise<void> {
  const rows = answers.map(([literal], index) => `(${index}, ${quote(literal as string)}::${type})`).join(',');
  const { rows: ranks } = await client.query<[number, string]>({
    text: `SELECT i, dense_rank() OVER (ORDER BY v) FROM (VALUES ${rows}) t(i, v) ORDER BY i`,
    rowMode: 'array',
  });
  answers.forEach((answer, index) => answer.push(Number(ranks[index]?.[1])));
}

type TypmodCase = readonly [type: string, ...rest: unknown[]];

async function makeTypmods(): Promise<void> {
  const { cases } = read<{ cases: TypmodCase[] }>('typmods');
  const answers: unknown[] = [];
  for (const [type, ...rest] of cases) {
    const failure = await attempt(`SELECT NULL::${type}`);
    if (typeof failure !== 'string') {
      answers.push([type, failure]);
      continue;
    }
    const values = ((rest.at(-1) ?? []) as [string][]).map(([value]) => value);
    answers.push([type, ...(await coercions(type, values))]);
  }
  write('typmods', {}, answers);
}

/** What assignment to a column (implicit) and an explicit cast make of values of the type without modifier. */
async function coercions(type: string, values: readonly string[]): Promise<unknown[]> {
  await client.query(`DROP TABLE IF EXISTS coerced; CREATE TEMP TABLE coerced (v ${type})`);
  const column = (what: string): Promise<string> =>
    scalar(`SELECT ${what} FROM pg_attribute WHERE attrelid = 'coerced'::regclass AND attnum = 1`);
  const base = await column(
    `CASE atttypid WHEN 1042 THEN 'bpchar' WHEN 1014 THEN 'bpchar[]' ELSE format_type(atttypid, NULL) END`,
  );
  const results: unknown[] = [];
  for (const value of values) {
    const typed = `${quote(value)}::${base}`;
    const assigned = await attempt(`INSERT INTO coerced SELECT ${typed} RETURNING format('%s', v)`);
    results.push([value, assigned, await attempt(`SELECT format('%s', (${typed})::${type})`)]);
  }
  const oid = Number(await column('atttypid'));
  return [oid, Number(await column('atttypmod')), await column('format_type(atttypid, atttypmod)'), results];
}

/** SQL for the functions whose name is not the SQL function's own. */
const numericSql: Readonly<Record<string, (a: string, b: string) => string>> = {
  add: (a, b) => `${a} + ${b}`,
  subtract: (a, b) => `${a} - ${b}`,
  multiply: (a, b) => `${a} * ${b}`,
  divide: (a, b) => `${a} / ${b}`,
  modulo: (a, b) => `${a} % ${b}`,
  divideTruncated: (a, b) => `div(${a}, ${b})`,
  greatestCommonDivisor: (a, b) => `gcd(${a}, ${b})`,
  leastCommonMultiple: (a, b) => `lcm(${a}, ${b})`,
  power: (a, b) => `power(${a}, ${b})`,
  logarithm: (a, b) => `log(${a}, ${b})`,
  roundTo: (a, b) => `round(${a}, ${b}::int)`,
  truncateTo: (a, b) => `trunc(${a}, ${b}::int)`,
};

async function makeNumericMath(): Promise<void> {
  const { cases } = read<{ cases: [name: string, a: string, b: string][] }>('numeric-math');
  const answers: unknown[] = [];
  for (const [name, a, b] of cases) {
    const [left, right] = [`${quote(a)}::numeric`, `${quote(b)}::numeric`];
    const sql = numericSql[name]?.(left, right) ?? `${name}(${left})`;
    answers.push([name, a, b, await attempt(`SELECT (${sql})::text`)]);
  }
  write('numeric-math', {}, answers);
}

async function makeBinaries(): Promise<void> {
  const { cases } = read<{ cases: [type: string, hex: string][] }>('binaries');
  const answers: unknown[] = [];
  for (const [type, hex] of cases) {
    answers.push([type, hex, await attempt(`SELECT format('%s', $1::${type})`, [Buffer.from(hex, 'hex')])]);
  }
  write('binaries', {}, answers);
}

async function makeCatalog(): Promise<void> {
  const { rows } = await client.query<unknown[]>({
    text: `SELECT oid::int8::float8, typname, typlen, typtype, typcategory, typispreferred, typelem::int8::float8,
             typarray::int8::float8, typcollation::int8::float8, format_type(oid, NULL)
           FROM pg_type WHERE typnamespace = 11 AND typrelid = 0 AND oid < 10000 ORDER BY oid`,
    rowMode: 'array',
  });
  write('catalog', {}, rows);
}

await client.connect();
await client.query('DROP TYPE IF EXISTS fixture_pair; CREATE TYPE fixture_pair AS (a int4, b text)');
for (const file of readdirSync(join(folder, 'literals'))) await makeLiterals(`literals/${file.replace('.json', '')}`);
await makeTypmods();
await makeNumericMath();
await makeBinaries();
await makeCatalog();
await client.end();
