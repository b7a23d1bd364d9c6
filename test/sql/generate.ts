/** Writes the expected transcripts from a real PostgreSQL 15: `bin/with-node test/sql/generate.ts [topic …]`. */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { transcribe } from './transcript.ts';

const port = Number(process.env['HYRAX_ORACLE_PORT'] ?? 54329);
const wanted = process.argv.slice(2);
const psql = (sql: string) =>
  execFileSync('psql', ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-qc', sql], { stdio: 'pipe' });

for (const file of globSync('test/sql/*/*.sql').sort()) {
  if (wanted.length > 0 && !wanted.some((topic) => file.includes(topic))) continue;
  psql('DROP DATABASE IF EXISTS hyrax_sql');
  psql('CREATE DATABASE hyrax_sql TEMPLATE template0');
  const output = await transcribe(readFileSync(file, 'utf8'), { port, database: 'hyrax_sql' });
  writeFileSync(file.replace(/\.sql$/, '.out'), output);
  console.log(file);
}
psql('DROP DATABASE IF EXISTS hyrax_sql');
