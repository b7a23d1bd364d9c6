/**
 * Conversations in the raw protocol, each in a fresh session. What PostgreSQL 15 answers is in expected.json (generate.ts); the
 * test wants the same of us, message for message.
 */
import { serialize } from 'pg-protocol';
import { describeMessage, RawClient, type RawMessage } from '../raw-client.ts';

export interface Place {
  readonly port: number;
  readonly database: string;
}

type Scenario = (client: RawClient, place: Place) => Promise<readonly RawMessage[]>;

const { parse, bind, describe, execute, close, sync, flush, query } = serialize;

/** The type's own `bind` knows values as text or Buffers; formats are for all columns alike. */
const bindTo = (
  statement: string,
  values: (string | Buffer | null)[] = [],
  portal: string = '',
  binary: boolean = false,
) => bind({ portal, statement, values, binary });

/** A message of any kind. */
function raw(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type), length, body]);
}

const copyData = (text: string): Buffer => raw('d', Buffer.from(text));
const copyDone = raw('c');
const copyFail = (reason: string): Buffer => raw('f', Buffer.from(`${reason}\0`));

/** Sends each batch and takes the answer up to its ReadyForQuery. */
function batches(...list: readonly (readonly Buffer[])[]): Scenario {
  return async (client) => {
    const messages: RawMessage[] = [];
    for (const batch of list) messages.push(...(await client.exchange(...batch)));
    return messages;
  };
}

const queries = (...texts: readonly string[]): Scenario => batches(...texts.map((text) => [query(text)]));

export const scenarios: Readonly<Record<string, Scenario>> = {
  'simple: one statement': queries('select 1 as a, null::text as b, true as c'),
  'simple: nothing': queries('', '   ', ';', '-- comment'),
  'simple: several statements are one transaction': queries(
    'create table m (a int); insert into m values (1); select 1/0; insert into m values (2)',
    "select count(*) from pg_class where relname = 'm'",
    'begin; select 1; commit; select 2',
    'select 1; begin; select 2',
    'commit',
  ),
  'simple: transaction commands': queries(
    'begin',
    'begin',
    'select nonsense',
    'select 1',
    'savepoint a',
    'commit',
    'commit',
    'rollback',
    'begin isolation level repeatable read read only',
    'show transaction_isolation',
    'create table never (a int)',
    'rollback and chain',
    'show transaction_read_only',
    'rollback',
    'commit and chain',
  ),
  'simple: savepoints': queries(
    'create table s (a int primary key)',
    'begin',
    'insert into s values (1)',
    'savepoint x',
    'insert into s values (2)',
    'insert into s values (1)',
    'select 1',
    'rollback to x',
    'select a from s',
    'release x',
    'rollback to x',
    'rollback',
    'savepoint y',
    'release savepoint y',
    'rollback to savepoint y',
    'drop table s',
  ),
  'simple: errors with fields': queries(
    'create table e (a int primary key, b int not null check (b > 0), c text unique)',
    "insert into e values (1, 1, 'x')",
    "insert into e values (1, 1, 'y')",
    "insert into e values (2, 1, 'x')",
    'insert into e values (2, null)',
    'insert into e values (2, -1)',
    'select b2 from e',
    'select * from nowhere',
    'select nothing(1)',
    "select 'abc'::int",
    'select 1 +',
    'select 2147483647 + 1',
    'select a from e where c = 1',
    'drop table e',
  ),
  'simple: settings are reported': queries(
    "set application_name = 'me'",
    "begin; set datestyle = german; set local timezone = 'UTC'",
    'rollback',
    'set nonsense = 1',
    "set work_mem = 'x'",
    'show work_mem',
    'reset all',
    "set statement_timeout = '1ms'",
  ),
  'extended: a round': batches([
    parse({ text: 'select $1::int + 1 as a, $2::text as b' }),
    bindTo('', ['41', 'text']),
    describe({ type: 'P' }),
    execute(),
    sync(),
  ]),
  'extended: binary results': batches([
    parse({ text: "select 1::int4, 2::int8, 'x'::text, true, 1.5::float8" }),
    bindTo('', [], '', true),
    describe({ type: 'P' }),
    execute(),
    sync(),
  ]),
  'extended: named statement, described, run twice, closed': batches(
    [parse({ name: 'p', text: 'select $1::text' }), describe({ type: 'S', name: 'p' }), sync()],
    [bindTo('p', ['a']), execute(), bindTo('p', ['b']), execute(), sync()],
    [parse({ name: 'p', text: 'select 1' }), sync()],
    [close({ type: 'S', name: 'p' }), bindTo('p', ['c']), execute(), sync()],
  ),
  'extended: portal with row limit': batches(
    [
      parse({ text: 'select a from generate_series(1, 5) a' }),
      bindTo(''),
      execute({ rows: 2 }),
      execute({ rows: 2 }),
      execute({ rows: 2 }),
      execute({ rows: 2 }),
      sync(),
    ],
    [execute(), sync()],
  ),
  'extended: named portal lives in its transaction': batches(
    [query('begin')],
    [
      parse({ text: 'select a from generate_series(1, 3) a' }),
      bindTo('', [], 'c'),
      execute({ portal: 'c', rows: 1 }),
      sync(),
    ],
    [execute({ portal: 'c', rows: 1 }), describe({ type: 'P', name: 'c' }), sync()],
    [close({ type: 'P', name: 'c' }), execute({ portal: 'c' }), sync()],
    [query('rollback')],
  ),
  'extended: an error skips to Sync': batches(
    [
      parse({ text: 'select 1/a from generate_series(0, 0) a' }),
      bindTo(''),
      execute(),
      parse({ text: 'select 2' }),
      bindTo(''),
      execute(),
      sync(),
    ],
    [parse({ text: 'select 3' }), bindTo(''), execute(), sync()],
  ),
  'extended: what Bind refuses': batches(
    [parse({ name: 'two', text: 'select $1::int, $2::int' }), bindTo('two', ['1']), execute(), sync()],
    [bindTo('two', ['1', 'x']), execute(), sync()],
    [bindTo('none'), sync()],
    [bindTo('two', [Buffer.from([1, 2]), '2']), sync()],
  ),
  'extended: what Parse refuses': batches(
    [parse({ text: 'select 1; select 2' }), sync()],
    [parse({ text: 'selec' }), sync()],
    [parse({ text: 'select $1' }), describe({ type: 'S' }), sync()],
    [
      parse({ text: 'select * from pg_class where oid = $1 and relname = $2', types: [0, 0] }),
      describe({ type: 'S' }),
      sync(),
    ],
    [parse({ text: '' }), bindTo(''), describe({ type: 'P' }), execute(), sync()],
  ),
  'extended: failed transaction': batches(
    [query('begin')],
    [parse({ text: 'select 1/a from generate_series(0, 0) a' }), bindTo(''), execute(), sync()],
    [parse({ text: 'select 1' }), sync()],
    [parse({ text: 'rollback' }), bindTo(''), execute(), sync()],
    [parse({ text: 'select 1' }), bindTo(''), execute(), sync()],
  ),
  'extended: several statements until Sync are one transaction': batches(
    [query('create table x (a int)')],
    [
      parse({ text: 'insert into x values (1)' }),
      bindTo(''),
      execute(),
      parse({ text: 'select 1/a from generate_series(0, 0) a' }),
      bindTo(''),
      execute(),
      sync(),
    ],
    [query('select * from x')],
    [query('drop table x')],
  ),
  'extended: modification with a tag': batches(
    [query('create table t (a int)')],
    [
      parse({ text: 'insert into t values ($1), ($2)' }),
      bindTo('', ['1', '2']),
      describe({ type: 'P' }),
      execute(),
      sync(),
    ],
    [parse({ text: 'update t set a = a + 1 returning a' }), bindTo(''), describe({ type: 'P' }), execute(), sync()],
    [parse({ text: 'delete from t where a > $1' }), bindTo('', ['2']), execute(), sync()],
    [query('drop table t')],
  ),
  'extended: a modification runs to its end whatever the row limit': batches(
    [query('create table r (a int); insert into r values (1), (2), (3)')],
    [
      parse({ text: 'update r set a = a + 10 returning a' }),
      bindTo(''),
      execute({ rows: 1 }),
      execute({ rows: 1 }),
      sync(),
    ],
    [query('select a from r order by a')],
    [query('drop table r')],
  ),
  'extended: one prepared statement, many values': batches(
    [
      query(
        'create table many (a int primary key, b text); insert into many select i, i % 10 from generate_series(1, 1000) i',
      ),
    ],
    [parse({ name: 'range', text: 'select count(*) from many where a between $1 and $2 and b = $3' }), sync()],
    ...Array.from({ length: 8 }, (_, i) => [
      bindTo('range', [String(i), String(i * 100), String(i)]),
      execute(),
      sync(),
    ]),
    [query('drop table many')],
  ),
  'read only': batches(
    [query('create table ro (a int)')],
    [query('begin read only')],
    [query('savepoint s')],
    [query('insert into ro values (1)')],
    [query('rollback to s')],
    [query('select a from ro for update')],
    [query('rollback to s')],
    [query('select a from ro for key share')],
    [query('rollback to s')],
    [query('create table no (a int)')],
    [query('rollback to s')],
    [query('copy ro from stdin')],
    [query('rollback')],
    [query('drop table ro')],
  ),
  'extended: plan follows the catalog': batches(
    [query('create table g (a int)')],
    [parse({ name: 's', text: 'select * from g' }), bindTo('s'), execute(), sync()],
    [query('alter table g add column b int')],
    [bindTo('s'), execute(), sync()],
    [query('drop table g')],
    [bindTo('s'), sync()],
  ),
  'extended: flush answers without Sync': async (client) => {
    client.send(parse({ text: 'select 1' }), bindTo(''), execute(), flush());
    const messages = await client.until('C');
    return [...messages, ...(await client.exchange(sync()))];
  },
  cursors: queries(
    'declare c cursor for select 1',
    'begin',
    'declare c scroll cursor for select a from generate_series(1, 5) a',
    'fetch 2 from c',
    'fetch prior from c',
    'fetch last from c',
    'fetch absolute 2 from c',
    'fetch relative 2 from c',
    'move backward all in c',
    'fetch forward 0 from c',
    'fetch all from c',
    'fetch next from c',
    'fetch backward 1 from c',
    'close c',
    'fetch c',
    'rollback',
    'begin; declare h cursor with hold for select a from generate_series(1, 3) a; commit',
    'fetch 2 from h',
    'close h',
    'begin',
    'declare n no scroll cursor for select a from generate_series(1, 3) a',
    'fetch 1 from n',
    'fetch prior from n',
    'rollback',
  ),
  'prepared statements in SQL': queries(
    'prepare p (int) as select $1 + 1',
    'execute p (1)',
    "execute p ('2')",
    'execute p',
    'execute p (true)',
    'prepare p as select 1',
    'deallocate p',
    'deallocate p',
    'execute p (1)',
    'prepare q as select 1; deallocate all',
  ),
  'copy in': batches(
    [query('create table k (a int, b text)')],
    [query('copy k from stdin'), copyData('1\tx\n2\t'), copyData('\\N\n'), copyDone],
    [query('copy k (b) from stdin with (format csv, header)'), copyData('b\n"q,r"\n'), copyDone],
    [query('select * from k')],
    [query('copy k from stdin'), copyData('3\ty\n'), copyFail('changed my mind')],
    [query('copy k from stdin'), copyData('x\ty\n'), copyDone],
    [query('copy k from stdin'), copyData('1\n'), copyDone],
    [query('copy k (a, nope) from stdin')],
    [query('select count(*) from k')],
    [query('drop table k')],
  ),
  'copy in, extended': batches(
    [query('create table k2 (a int)')],
    [
      parse({ text: 'copy k2 from stdin' }),
      bindTo(''),
      describe({ type: 'P' }),
      execute(),
      copyData('1\n2\n'),
      copyDone,
      sync(),
    ],
    [parse({ text: 'copy k2 from stdin' }), bindTo(''), execute(), copyData('oops\n'), copyDone, sync()],
    [query('select a from k2')],
    [query('drop table k2')],
  ),
  'copy out': queries(
    "copy (select 1, 'a\tb', null, '\\x'::text) to stdout",
    "copy (select 1 as a, 'q\"r' as b, null as c, '' as d) to stdout with (format csv, header)",
    "copy (select 1) to stdout with (delimiter 'ab')",
  ),
};

export async function runScenario(name: string, place: Place): Promise<readonly string[]> {
  const { client } = await RawClient.start(place);
  try {
    const messages = await (scenarios[name] as Scenario)(client, place);
    // OIDs of new objects differ from run to run.
    return messages.map(describeMessage).map((line) => line.replaceAll(/:\d{5,}/g, ':OID'));
  } finally {
    client.end();
  }
}
