/**
 * Asks a PostgreSQL 15 what it answers to the statements of syntax-errors.jsonl, and writes the answers back into it.
 * Run it with the usual PGHOST, PGPORT, PGUSER after adding statements: `bin/with-node test/unit/parser/generate-syntax-errors.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Client, type DatabaseError } from 'pg';

interface Answer {
  sql: string;
  sqlState?: string;
  message?: string;
  position?: number;
  hint?: string;
}

const file = new URL('syntax-errors.jsonl', import.meta.url);
const client = new Client();
await client.connect();
const answers: Answer[] = [];
for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
  const { sql } = JSON.parse(line) as Answer;
  answers.push({ sql, ...(await errorOf(sql)) });
}
await client.end();
writeFileSync(file, answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''));

async function errorOf(sql: string): Promise<Omit<Answer, 'sql'>> {
  try {
    await client.query(sql);
  } catch (error) {
    const { code, message, position, hint } = error as DatabaseError;
    return {
      ...(code === undefined ? {} : { sqlState: code }),
      message,
      ...(position === undefined ? {} : { position: Number(position) }),
      ...(hint === undefined ? {} : { hint }),
    };
  }
  throw new Error(`no error: ${sql}`);
}
