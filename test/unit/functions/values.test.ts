/**
 * Functions on values. Each line of values/*.txt is `name(types): arguments => result`, the results being PostgreSQL's. With
 * HYRAX_WRITE_EXPECTED=1 and a PostgreSQL 15 at hand (oracle.ts) the results are written anew.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findFunctions } from '../../../src/functions/registry.ts';
import { parseCase, runCase } from './function-runner.ts';
import type { FunctionCase } from './function-runner.ts';
import { queryOracle } from './oracle.ts';

const folder = join(import.meta.dirname, 'values');
const write = process.env['HYRAX_WRITE_EXPECTED'] === '1';

function isCase(line: string): boolean {
  return /^\w+\(.*\):/.test(line);
}

function literal(text: string | null, type: string): string {
  const quoted = text === null ? 'NULL' : `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return `${quoted}::pg_catalog.${type === 'char' ? '"char"' : type.startsWith('char[') ? '"char"[]' : type}`;
}

/** SQL that computes a case and gives one text. */
function sqlOf({ name, types, rows }: FunctionCase): string {
  const kind = findFunctions(name)[0]?.implementation;
  const call = (values: readonly (string | null)[]): string =>
    `pg_catalog.${name}(${values.map((value, i) => literal(value, types[i] as string)).join(', ')})`;
  const text = (value: string): string => `coalesce(replace(format('%s', ${value}), E'\\n', '⏎'), 'NULL')`;
  if (kind?.kind === 'set') {
    return `select coalesce(string_agg(case when x is null then 'NULL' else ${text('x')} end, ' ; '), '') from ${call(rows[0] ?? [])} x`;
  }
  if (kind?.kind !== 'aggregate')
    return `select case when v is null then 'NULL' else ${text('v')} end from (select ${call(rows[0] ?? [])}) t(v)`;
  const columns = types.map((_, i) => `c${i}`);
  const source = rows
    .map((row) => `(${row.map((value, i) => literal(value, types[i] as string)).join(', ')})`)
    .join(', ');
  const from =
    types.length === 0 ? `generate_series(1, ${rows.length})` : `(values ${source}) t(${columns.join(', ')})`;
  const ordered = kind.aggregateKind === 'o';
  const direct = ordered && kind.directArgs === 1 ? literal(rows[0]?.[0] ?? null, types[0] as string) : '';
  const value = ordered
    ? `pg_catalog.${name}(${direct}) within group (order by ${columns.at(-1)})`
    : `pg_catalog.${name}(${columns.length === 0 ? '*' : columns.join(', ')})`;
  return `select case when v is null then 'NULL' else ${text('v')} end from (select ${value} from ${from}) t(v)`;
}

const attempt = `
create function pg_temp.attempt(query text) returns text language plpgsql as $$
declare result text;
begin
  execute query into result;
  return result;
exception when others then
  return 'ERROR ' || sqlstate || ': ' || sqlerrm;
end $$;
`;

/** PostgreSQL's results for the lines. */
function expectedFor(lines: readonly string[]): string[] {
  const queries = lines.map((line) => `select pg_temp.attempt($query$${sqlOf(parseCase(line))}$query$);`);
  const rows = queryOracle(attempt + queries.join('\n'));
  if (rows?.length !== lines.length)
    throw new Error(`PostgreSQL gave ${rows?.length} results for ${lines.length} cases`);
  return rows.map((row) => row.join(''));
}

function rewrite(path: string): void {
  const lines = readFileSync(path, 'utf8').split('\n');
  const inputs = lines.map((line) => line.split(' => ')[0] as string);
  const results = expectedFor(inputs.filter(isCase));
  let next = 0;
  writeFileSync(path, inputs.map((line) => (isCase(line) ? `${line} => ${results[next++]}` : line)).join('\n'));
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
  const path = join(folder, file);
  if (write) rewrite(path);
  const cases = readFileSync(path, 'utf8').split('\n').filter(isCase);
  describe(file, () => {
    it.each(cases)('%s', (line) => {
      const [input, expected] = line.split(' => ') as [string, string];
      expect(runCase(input)).toBe(expected);
    });
  });
}
