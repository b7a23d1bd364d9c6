/**
 * Makes the expected outputs in fixtures/ from a real PostgreSQL 15 (C.UTF-8):
 *
 *   PGHOST=127.0.0.1 PGPORT=… PGUSER=postgres bin/with-node test/unit/types/generate.ts
 *
 * Each literal of literals.ts goes through the type's input function under each group's settings. A fixture keeps the text
 * that comes out, the bytes of the binary format, and the rank of the value in the type's order; or the error.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { literalGroups, numericOperands, typmodCases, wrongBinaries } from './literals.ts';

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
  const {
    code = '',
    message,
    detail,
    hint,
  } = error as { code?: string; message: string; detail?: string; hint?: string };
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
  return rows[0]?.[0] ?? '';
}

async function literalFixture(type: string, literals: readonly string[], ordered: boolean): Promise<unknown[]> {
  const send = await scalar(`SELECT typsend::text FROM pg_type WHERE oid = ${quote(type)}::regtype`);
  const cases: unknown[] = [];
  const valid: string[] = [];
  for (const literal of literals) {
    const text = await attempt(`SELECT (${quote(literal)}::${type})::text`);
    if (typeof text !== 'string') {
      cases.push([literal, text]);
      continue;
    }
    const out = await attempt(`SELECT format('%s', ${quote(literal)}::${type})`);
    const binary = await attempt(`SELECT encode(${send}(${quote(literal)}::${type}), 'hex')`);
    valid.push(literal);
    cases.push([literal, out, binary]);
  }
  return ordered ? withRanks(type, cases, valid) : cases;
}

async function withRanks(type: string, cases: unknown[], valid: readonly string[]): Promise<unknown[]> {
  if (valid.length === 0) return cases;
  const rows = valid.map((literal, index) => `(${index}, ${quote(literal)}::${type})`).join(',');
  const { rows: ranks } = await client.query<[number, string]>({
    text: `SELECT i, dense_rank() OVER (ORDER BY v) FROM (VALUES ${rows}) t(i, v) ORDER BY i`,
    rowMode: 'array',
  });
  let next = 0;
  return cases.map((entry) => {
    const list = entry as unknown[];
    return typeof list[1] === 'string' ? [...list, Number(ranks[next++]?.[1])] : list;
  });
}

function write(name: string, value: unknown): void {
  const text = JSON.stringify(value, null, 0).replaceAll('],[', '],\n[');
  writeFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), `${text}\n`);
}

async function makeLiterals(): Promise<void> {
  for (const group of literalGroups) {
    for (const [name, value] of Object.entries(group.settings)) await client.query(`SET ${name} = ${quote(value)}`);
    const cases = await literalFixture(group.type, group.literals, group.ordered ?? true);
    write(group.file, { type: group.type, settings: group.settings, cases });
    await client.query('RESET ALL');
  }
}

/** What assignment to a column (implicit) and an explicit cast make of a value. */
async function makeTypmods(): Promise<void> {
  const cases: unknown[] = [];
  for (const { type, values } of typmodCases) {
    const typmod = await attempt(`SELECT NULL::${type}`);
    if (typeof typmod !== 'string') {
      cases.push([type, typmod]);
      continue;
    }
    await client.query(`DROP TABLE IF EXISTS typmod_case; CREATE TEMP TABLE typmod_case (v ${type})`);
    const encoded = await scalar(
      `SELECT atttypmod FROM pg_attribute WHERE attrelid = 'typmod_case'::regclass AND attnum = 1`,
    );
    const spelling = await scalar(
      `SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'typmod_case'::regclass AND attnum = 1`,
    );
    const base = await scalar(
      `SELECT atttypid FROM pg_attribute WHERE attrelid = 'typmod_case'::regclass AND attnum = 1`,
    );
    const results: unknown[] = [];
    for (const value of values) {
      const assigned = await attempt(
        `INSERT INTO typmod_case SELECT ${quote(value)}::${await baseName(base)} RETURNING format('%s', v)`,
      );
      const cast = await attempt(`SELECT format('%s', (${quote(value)}::${await baseName(base)})::${type})`);
      results.push([value, assigned, cast]);
    }
    cases.push([type, Number(base), Number(encoded), spelling, results]);
  }
  write('typmods', cases);
}

/** A name for the type without modifier; plain character would mean character(1). */
function baseName(oid: string): Promise<string> {
  return scalar(
    `SELECT CASE ${oid} WHEN 1042 THEN 'bpchar' WHEN 1014 THEN 'bpchar[]' ELSE format_type(${oid}, NULL) END`,
  );
}

async function makeNumericMath(): Promise<void> {
  const { pairs, singles, powers } = numericOperands;
  const cases: unknown[] = [];
  const binary: Record<string, (a: string, b: string) => string> = {
    add: (a, b) => `${a} + ${b}`,
    subtract: (a, b) => `${a} - ${b}`,
    multiply: (a, b) => `${a} * ${b}`,
    divide: (a, b) => `${a} / ${b}`,
    modulo: (a, b) => `${a} % ${b}`,
    divideTruncated: (a, b) => `div(${a}, ${b})`,
    greatestCommonDivisor: (a, b) => `gcd(${a}, ${b})`,
    leastCommonMultiple: (a, b) => `lcm(${a}, ${b})`,
  };
  for (const [name, make] of Object.entries(binary)) {
    for (const [a, b] of pairs)
      cases.push([name, a, b, await attempt(`SELECT (${make(`${quote(a)}::numeric`, `${quote(b)}::numeric`)})::text`)]);
  }
  for (const [a, b] of powers) {
    cases.push(['power', a, b, await attempt(`SELECT power(${quote(a)}::numeric, ${quote(b)}::numeric)::text`)]);
    cases.push(['logarithm', a, b, await attempt(`SELECT log(${quote(a)}::numeric, ${quote(b)}::numeric)::text`)]);
  }
  for (const name of [
    'sqrt',
    'exp',
    'ln',
    'ceil',
    'floor',
    'abs',
    'trim_scale',
    'round',
    'trunc',
    'int8',
    'int4',
    'int2',
    'float8',
    'float4',
  ]) {
    for (const a of singles) cases.push([name, a, '', await attempt(`SELECT ${name}(${quote(a)}::numeric)::text`)]);
  }
  for (const places of [-3, -1, 0, 1, 2, 5, 20]) {
    for (const a of singles) {
      cases.push(['roundTo', a, String(places), await attempt(`SELECT round(${quote(a)}::numeric, ${places})::text`)]);
      cases.push([
        'truncateTo',
        a,
        String(places),
        await attempt(`SELECT trunc(${quote(a)}::numeric, ${places})::text`),
      ]);
    }
  }
  write('numeric-math', cases);
}

async function makeWrongBinaries(): Promise<void> {
  const cases: unknown[] = [];
  for (const [type, hex] of wrongBinaries) {
    cases.push([type, hex, await attempt(`SELECT format('%s', $1::${type})`, [Buffer.from(hex, 'hex')])]);
  }
  write('binaries', cases);
}

async function makeCatalog(): Promise<void> {
  const { rows } = await client.query<unknown[]>({
    text: `SELECT oid::int8::float8, typname, typlen, typtype, typcategory, typispreferred, typelem::int8::float8, typarray::int8::float8,
             typcollation::int8::float8, format_type(oid, NULL) FROM pg_type WHERE typnamespace = 11 AND typrelid = 0 AND oid < 10000 ORDER BY oid`,
    rowMode: 'array',
  });
  write('catalog', rows);
}

await client.connect();
await makeCatalog();
await makeLiterals();
await makeTypmods();
await makeNumericMath();
await makeWrongBinaries();
await client.end();
