/**
 * Runs the statements of a file on a server through the simple protocol and writes down everything that comes back, one block
 * per statement. The same file run on PostgreSQL 15 and on Hyrax must give the same transcript.
 *
 * Statements end with a semicolon at the end of a line. `-- reconnect` starts a new session. The lines after a COPY … FROM STDIN,
 * up to one that is `\.`, are the data the server gets when it asks for it.
 */
import { serialize } from 'pg-protocol';
import type { RawMessage } from '../clients/raw-client.ts';
import { RawClient } from '../clients/raw-client.ts';

export interface Target {
  readonly port: number;
  readonly database: string;
}

export function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let current: string[] = [];
  for (const line of text.split('\n')) {
    if (current.length === 0 && (line.trim() === '' || (line.startsWith('--') && line !== '-- reconnect'))) continue;
    if (line === '-- reconnect') {
      statements.push(line);
      continue;
    }
    current.push(line);
    const isData = copyFrom.test(current[0] as string);
    if (isData ? line !== endOfData : !line.trimEnd().endsWith(';')) continue;
    statements.push(current.join('\n'));
    current = [];
  }
  if (current.length > 0) statements.push(current.join('\n'));
  return statements;
}

/** A statement on one line, with its data beneath. */
const copyFrom = /^copy\b.*\bfrom stdin\b.*;$/i;
const endOfData = '\\.';

async function run(client: RawClient, statement: string): Promise<RawMessage[]> {
  if (!copyFrom.test(statement.split('\n', 1)[0] as string)) return client.query(statement);
  const [sql, ...data] = statement.split('\n') as [string, ...string[]];
  const lines = data.slice(0, -1).map((line) => `${line}\n`);
  client.send(serialize.query(sql));
  const messages: RawMessage[] = [];
  for (;;) {
    const message = await client.next();
    if (message === undefined) return messages;
    messages.push(message);
    if (message.type === 'Z') return messages;
    if (message.type === 'G') client.send(serialize.copyData(Buffer.from(lines.join(''))), serialize.copyDone());
  }
}

export async function transcribe(text: string, target: Target): Promise<string> {
  let { client } = await RawClient.start(target);
  const blocks: string[] = [];
  try {
    for (const statement of splitStatements(text)) {
      if (statement === '-- reconnect') {
        client.end();
        ({ client } = await RawClient.start(target));
        continue;
      }
      const messages = await run(client, statement);
      blocks.push(`${statement}\n${describe(messages).join('\n')}`);
      if (messages.at(-1)?.type !== 'Z') {
        blocks.push('(connection closed)');
        ({ client } = await RawClient.start(target));
      }
    }
  } finally {
    client.end();
  }
  return `${blocks.join('\n\n')}\n`;
}

function describe(messages: readonly RawMessage[]): string[] {
  const lines: string[] = [];
  let isBinaryCopy = false;
  for (const message of messages) {
    switch (message.type) {
      case 'H':
        isBinaryCopy = message.body[0] === 1;
        break;
      case 'd':
        lines.push(`< ${isBinaryCopy ? message.body.toString('hex') : JSON.stringify(message.body.toString('utf8'))}`);
        break;
      case 'T':
        lines.push(`| ${columns(message.body).join(' | ')}`);
        break;
      case 'D':
        lines.push(`| ${fields(message.body).join(' | ')}`);
        break;
      case 'C':
        lines.push(`> ${message.body.toString('utf8', 0, message.body.length - 1)}`);
        break;
      case 'I':
        lines.push('> (empty)');
        break;
      case 'E':
      case 'N':
        lines.push(problem(message.body));
        break;
      default:
        break;
    }
  }
  // PostgreSQL describes the rows before it runs the statement; we when the first rows are there. Where an error comes first the
  // description tells a client nothing.
  return lines.filter((line, i) => !(line.startsWith('| ') && lines[i + 1]?.startsWith('! ERROR') === true && isHeader(messages, line)));
}

function isHeader(messages: readonly RawMessage[], line: string): boolean {
  return messages.some((message) => message.type === 'T' && `| ${columns(message.body).join(' | ')}` === line);
}

/** name:type oid[:typmod]; OIDs of user types differ between servers. */
function columns(body: Buffer): string[] {
  const count = body.readInt16BE(0);
  const result: string[] = [];
  let at = 2;
  for (let i = 0; i < count; i++) {
    const end = body.indexOf(0, at);
    const name = body.toString('utf8', at, end);
    const oid = body.readUInt32BE(end + 7);
    const typmod = body.readInt32BE(end + 13);
    result.push(`${name}:${oid >= 16384 ? 'user' : oid}${typmod === -1 ? '' : `:${typmod}`}`);
    at = end + 19;
  }
  return result;
}

function fields(body: Buffer): string[] {
  const count = body.readInt16BE(0);
  const result: string[] = [];
  let at = 2;
  for (let i = 0; i < count; i++) {
    const length = body.readInt32BE(at);
    at += 4;
    if (length < 0) {
      result.push('∅');
      continue;
    }
    result.push(body.toString('utf8', at, at + length).replaceAll('\n', '\\n'));
    at += length;
  }
  return result;
}

const shown: readonly (readonly [string, string])[] = [
  ['D', 'detail'],
  ['H', 'hint'],
  ['P', 'position'],
  ['W', 'context'],
  ['s', 'schema'],
  ['t', 'table'],
  ['c', 'column'],
  ['n', 'constraint'],
];

function problem(body: Buffer): string {
  const parts = new Map<string, string>();
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const end = body.indexOf(0, at + 1);
    parts.set(String.fromCharCode(body[at] as number), body.toString('utf8', at + 1, end));
    at = end + 1;
  }
  const extra = shown.flatMap(([key, label]) => (parts.has(key) ? [`  ${label}: ${parts.get(key)}`] : []));
  return [`! ${parts.get('S')} ${parts.get('C')} ${parts.get('M')}`, ...extra].join('\n').replaceAll(/\b\d{5,}\b(?= depends)/g, 'N');
}
