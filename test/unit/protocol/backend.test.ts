import type { BackendMessage } from 'pg-protocol/dist/messages.js';
import { Parser } from 'pg-protocol/dist/parser.js';
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/common/sql-error.ts';
import { BackendWriter, type FieldDescription } from '../../../src/protocol/backend.ts';

/** What pg-protocol makes of what we write. */
function readBack(write: (writer: BackendWriter) => void): BackendMessage[] {
  const writer = new BackendWriter();
  write(writer);
  const messages: BackendMessage[] = [];
  new Parser().parse(Buffer.from(writer.out.written()), (message) => messages.push(message));
  return messages;
}

function readOne(write: (writer: BackendWriter) => void): BackendMessage {
  const [message, ...more] = readBack(write);
  expect(more).toEqual([]);
  return message as BackendMessage;
}

const field: FieldDescription = {
  name: 'é',
  tableOid: 4_000_000_000,
  columnNumber: 3,
  typeOid: 25,
  typeBytes: -1,
  typmod: -1,
  format: 1,
};

describe('what we write, pg-protocol reads', () => {
  test.each<[string, (writer: BackendWriter) => void, object]>([
    ['authenticationOk', (writer) => writer.authenticationOk(), { name: 'authenticationOk' }],
    ['cleartext', (writer) => writer.authenticationCleartextPassword(), { name: 'authenticationCleartextPassword' }],
    [
      'md5',
      (writer) => writer.authenticationMd5Password(Buffer.from('salt')),
      { name: 'authenticationMD5Password', salt: Buffer.from('salt') },
    ],
    [
      'SASL',
      (writer) => writer.authenticationSasl(['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256']),
      { name: 'authenticationSASL', mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] },
    ],
    [
      'SASLContinue',
      (writer) => writer.authenticationSaslContinue(Buffer.from('r=x')),
      { name: 'authenticationSASLContinue', data: 'r=x' },
    ],
    [
      'SASLFinal',
      (writer) => writer.authenticationSaslFinal(Buffer.from('v=x')),
      { name: 'authenticationSASLFinal', data: 'v=x' },
    ],
    [
      'parameterStatus',
      (writer) => writer.parameterStatus('TimeZone', 'Etc/UTC'),
      { parameterName: 'TimeZone', parameterValue: 'Etc/UTC' },
    ],
    [
      'backendKeyData',
      (writer) => writer.backendKeyData(77, Buffer.from([1, 2, 3, 4])),
      { processID: 77, secretKey: 0x01020304 },
    ],
    ['readyForQuery', (writer) => writer.readyForQuery('T'), { name: 'readyForQuery', status: 'T' }],
    [
      'rowDescription',
      (writer) => writer.rowDescription([field, { ...field, name: 'b', format: 0 }]),
      {
        fields: [
          { name: 'é', columnID: 3, dataTypeID: 25, dataTypeSize: -1, dataTypeModifier: -1, format: 'binary' },
          { name: 'b', tableID: 4_000_000_000, format: 'text' },
        ],
      },
    ],
    ['parameterDescription', (writer) => writer.parameterDescription([23, 25]), { dataTypeIDs: [23, 25] }],
    ['a tag', (writer) => writer.commandComplete('CREATE TABLE'), { text: 'CREATE TABLE' }],
    [
      'a tag with a count',
      (writer) => writer.commandComplete('SELECT ', 1_234_567_890_123),
      { text: 'SELECT 1234567890123' },
    ],
    ['a tag with no rows', (writer) => writer.commandComplete('INSERT 0 ', 0), { text: 'INSERT 0 0' }],
    ['emptyQuery', (writer) => writer.emptyQueryResponse(), { name: 'emptyQuery' }],
    ['noData', (writer) => writer.noData(), { name: 'noData' }],
    ['parseComplete', (writer) => writer.parseComplete(), { name: 'parseComplete' }],
    ['bindComplete', (writer) => writer.bindComplete(), { name: 'bindComplete' }],
    ['closeComplete', (writer) => writer.closeComplete(), { name: 'closeComplete' }],
    ['portalSuspended', (writer) => writer.portalSuspended(), { name: 'portalSuspended' }],
    [
      'copyIn',
      (writer) => writer.copyInResponse(0, [0, 0]),
      { name: 'copyInResponse', binary: false, columnTypes: [0, 0] },
    ],
    [
      'copyOut',
      (writer) => writer.copyOutResponse(1, [1]),
      { name: 'copyOutResponse', binary: true, columnTypes: [1] },
    ],
    ['copyBoth', (writer) => writer.copyBothResponse(0, []), { name: 'replicationStart' }],
    ['copyDone', (writer) => writer.copyDone(), { name: 'copyDone' }],
    [
      'notification',
      (writer) => writer.notificationResponse(5, 'chan', 'payload'),
      { processId: 5, channel: 'chan', payload: 'payload' },
    ],
  ])('%s', (_name, write, expected) => {
    expect(readOne(write)).toMatchObject(expected);
  });

  test('rows', () => {
    const row = readOne((writer) => {
      writer.beginRow(4);
      const first = writer.beginField();
      writer.out.utf8('é');
      writer.endField(first);
      writer.nullField();
      writer.bytesField(Buffer.from('xabcx'), 1, 4);
      writer.endField(writer.beginField());
      writer.endRow();
    });
    expect(row).toMatchObject({ name: 'dataRow', fields: ['é', null, 'abc', ''] });
  });

  test('COPY data', () => {
    const message = readOne((writer) => {
      const start = writer.beginCopyData();
      writer.out.latin1('1\tx\n');
      writer.endCopyData(start);
    });
    expect(message).toMatchObject({ name: 'copyData', chunk: Buffer.from('1\tx\n') });
  });

  test('an error with every field', () => {
    const fields = {
      detail: 'detail',
      hint: 'hint',
      position: 5,
      internalQuery: 'query',
      where: 'where',
      schema: 's',
      table: 't',
      column: 'c',
      dataType: 'd',
      constraint: 'n',
    };
    const message = readOne((writer) => writer.errorResponse(new SqlError('23505', 'double "é"', fields)));
    expect(message).toMatchObject({
      ...fields,
      severity: 'ERROR',
      code: '23505',
      message: 'double "é"',
      position: '5',
    });
  });

  test('severities', () => {
    const fatal = new SqlError('57P01', 'bye', { fatal: true });
    expect(readOne((writer) => writer.errorResponse(fatal))).toMatchObject({ severity: 'FATAL' });
    const notice = { severity: 'WARNING', sqlState: '01000', message: 'careful' } as const;
    expect(readOne((writer) => writer.noticeResponse(notice))).toMatchObject({
      name: 'notice',
      severity: 'WARNING',
      code: '01000',
      message: 'careful',
    });
  });

  test('many messages in one buffer, across growth', () => {
    const messages = readBack((writer) => {
      for (let i = 0; i < 5_000; i++) {
        writer.beginRow(1);
        const at = writer.beginField();
        writer.out.latin1(`value ${i}`);
        writer.endField(at);
        writer.endRow();
      }
      writer.commandComplete('SELECT ', 5_000);
      writer.readyForQuery('I');
    });
    expect(messages).toHaveLength(5_002);
    expect(messages[4_999]).toMatchObject({ fields: ['value 4999'] });
  });
});

/** Messages that pg-protocol does not know, or reads in part. */
describe('bytes', () => {
  function bytesOf(write: (writer: BackendWriter) => void): string {
    const writer = new BackendWriter();
    write(writer);
    return writer.out.written().toString('latin1');
  }

  test('NegotiateProtocolVersion', () => {
    expect(bytesOf((writer) => writer.negotiateProtocolVersion(2, ['_pq_.x']))).toBe(
      'v\0\0\0\x13\0\x03\0\x02\0\0\0\x01_pq_.x\0',
    );
  });

  test('FunctionCallResponse', () => {
    expect(bytesOf((writer) => writer.functionCallResponse(Buffer.from('ab')))).toBe('V\0\0\0\x0a\0\0\0\x02ab');
    expect(bytesOf((writer) => writer.functionCallResponse(undefined))).toBe('V\0\0\0\x08\xff\xff\xff\xff');
  });

  test('an error has its fields in the order of PostgreSQL', () => {
    const error = new SqlError('42601', 'm', {
      position: 1,
      hint: 'h',
      detail: 'd',
      constraint: 'n',
      internalQuery: 'q',
    });
    expect(bytesOf((writer) => writer.errorResponse(error)).slice(5)).toBe(
      'SERROR\0VERROR\0C42601\0Mm\0Dd\0Hh\0nn\0P1\0qq\0\0',
    );
  });

  test('a NUL in a string cannot shift the fields after it', () => {
    expect(bytesOf((writer) => writer.parameterStatus('a\0b', 'c'))).toBe('S\0\0\0\x08a\0c\0');
  });
});

describe('the buffer', () => {
  test('is taken back, given away, and kept small', () => {
    const writer = new BackendWriter();
    writer.parseComplete();
    const { length } = writer;
    writer.noData();
    writer.truncate(length);
    const given = writer.detach();
    expect(given.toString('latin1')).toBe('1\0\0\0\x04');
    writer.noData();
    expect(given.toString('latin1')).toBe('1\0\0\0\x04');
    expect(writer.length).toBe(5);
    writer.encoded(Buffer.alloc(1024 * 1024));
    writer.reset();
    expect(writer.length).toBe(0);
    expect(writer.out.bytes.length).toBeLessThan(100_000);
  });
});
