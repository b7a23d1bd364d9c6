import fc from 'fast-check';
import { serialize } from 'pg-protocol';
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/common/sql-error.ts';
import { FrontendDecoder, type ValueList } from '../../../src/protocol/frontend.ts';

const decoder = new FrontendDecoder();

/** Calls a decoder with the body of a message, which stands somewhere inside a larger buffer. */
function decodeBody<Message>(decode: (buffer: Buffer, start: number, end: number) => Message, body: Buffer): Message {
  const buffer = Buffer.concat([Buffer.from('before'), body, Buffer.from('after\0')]);
  return decode.call(decoder, buffer, 6, 6 + body.length);
}

/** The same for a whole message, type and length included. */
function decodeFrame<Message>(decode: (buffer: Buffer, start: number, end: number) => Message, frame: Buffer): Message {
  return decodeBody(decode, frame.subarray(5));
}

function valuesOf(list: ValueList): (string | null)[] {
  return Array.from({ length: list.count }, (_, i) => {
    const start = list.offsets[i] as number;
    const length = list.lengths[i] as number;
    return length === -1 ? null : list.buffer.toString('utf8', start, start + length);
  });
}

describe('what pg-protocol writes, we read', () => {
  test('Query', () => {
    const { buffer, textStart, textEnd } = decodeFrame(decoder.query, serialize.query("SELECT 'é'"));
    expect(buffer.toString('utf8', textStart, textEnd)).toBe("SELECT 'é'");
  });

  test('Parse', () => {
    const frame = serialize.parse({ name: 's1', text: 'SELECT $1', types: [23, 0, 4_000_000_000] });
    const message = decodeFrame(decoder.parse, frame);
    expect(message).toMatchObject({ statementName: 's1', parameterTypes: [23, 0, 4_000_000_000] });
    expect(message.buffer.toString('utf8', message.textStart, message.textEnd)).toBe('SELECT $1');
  });

  test('Bind', () => {
    const values = ['1', null, '', 'é', Buffer.from('bin')];
    const message = decodeFrame(decoder.bind, serialize.bind({ portal: 'p', statement: 's', values, binary: true }));
    expect(message).toMatchObject({ portalName: 'p', statementName: 's' });
    expect(valuesOf(message.parameters)).toEqual(['1', null, '', 'é', 'bin']);
    expect(values.map((_, i) => message.parameters.formats.of(i))).toEqual([0, 0, 0, 0, 1]);
    expect([message.resultFormats.of(0), message.resultFormats.of(7)]).toEqual([1, 1]);
  });

  test('Bind, with more parameters than before and then fewer', () => {
    const many = Array.from({ length: 1_000 }, (_, i) => String(i));
    expect(valuesOf(decodeFrame(decoder.bind, serialize.bind({ values: many })).parameters)).toEqual(many);
    expect(valuesOf(decodeFrame(decoder.bind, serialize.bind({ values: ['x'] })).parameters)).toEqual(['x']);
  });

  test('Describe, Close, Execute', () => {
    const describe = (buffer: Buffer, start: number, end: number) => decoder.target(buffer, start, end, 'DESCRIBE');
    expect(decodeFrame(describe, serialize.describe({ type: 'S', name: 'a' }))).toEqual({
      kind: 'statement',
      name: 'a',
    });
    expect(decodeFrame(describe, serialize.close({ type: 'P' }))).toEqual({ kind: 'portal', name: '' });
    expect(decodeFrame(decoder.execute, serialize.execute({ portal: 'p', rows: 10 }))).toEqual({
      portalName: 'p',
      rowsMax: 10,
    });
    expect(decodeFrame(decoder.execute, serialize.execute())).toEqual({ portalName: '', rowsMax: 0 });
  });

  test('passwords, SASL, CopyFail, empty messages', () => {
    expect(decodeFrame(decoder.text, serialize.password('sécret'))).toBe('sécret');
    expect(decodeFrame(decoder.text, serialize.copyFail('why'))).toBe('why');
    const message = decodeFrame(
      decoder.saslInitialResponse,
      serialize.sendSASLInitialResponseMessage('SCRAM-SHA-256', 'n,,n=,r=x'),
    );
    expect(message.mechanism).toBe('SCRAM-SHA-256');
    expect(message.buffer.toString('utf8', message.start, message.end)).toBe('n,,n=,r=x');
    for (const frame of [serialize.sync(), serialize.flush(), serialize.end(), serialize.copyDone()]) {
      decodeFrame(decoder.empty, frame);
    }
  });
});

test('FunctionCall', () => {
  const body = Buffer.from('00000539 0001 0001 0002 00000004 0000002a ffffffff 0001'.replaceAll(' ', ''), 'hex');
  const message = decodeBody(decoder.functionCall, body);
  expect(message).toMatchObject({ functionOid: 1337, resultFormat: 1, args: { count: 2 } });
  expect(message.args.formats.of(1)).toBe(1);
  expect([...message.args.lengths.subarray(0, 2)]).toEqual([4, -1]);
});

test('the name of a statement is one string for ever', () => {
  const name = (text: string): string =>
    decodeFrame(decoder.bind, serialize.bind({ statement: text, values: [] })).statementName;
  for (const text of ['s1', 'é', 'x'.repeat(100), '', ...Array.from({ length: 200 }, (_, i) => `P0_${i}`)]) {
    expect(name(text)).toBe(text);
    expect(name(text)).toBe(text);
  }
});

describe('malformed bodies', () => {
  const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
  const describeTarget = (buffer: Buffer, start: number, end: number) => decoder.target(buffer, start, end, 'DESCRIBE');

  test.each<[string, (buffer: Buffer, start: number, end: number) => unknown, Buffer, string, string]>([
    ['a query without NUL', decoder.query, Buffer.from('SELECT 1'), '08P01', 'invalid string in message'],
    ['a query with NUL inside', decoder.query, Buffer.from('SEL\0ECT\0'), '08P01', 'invalid message format'],
    ['a Sync with a body', decoder.empty, Buffer.from('x'), '08P01', 'invalid message format'],
    ['a short Execute', decoder.execute, hex('00 0000'), '08P01', 'insufficient data left in message'],
    ['a name without end', decoder.execute, Buffer.from('abc'), '08P01', 'invalid string in message'],
    [
      'a name that is not UTF-8',
      decoder.execute,
      hex('ff00 00000000'),
      '22021',
      'invalid byte sequence for encoding "UTF8": 0xff',
    ],
    ['Describe of nothing', describeTarget, Buffer.from('x\0'), '08P01', 'invalid DESCRIBE message subtype 120'],
    [
      'a value longer than the message',
      decoder.bind,
      hex('0000 0000 0001 000000ff 41'),
      '08P01',
      'insufficient data left in message',
    ],
    ['a negative length', decoder.bind, hex('0000 0000 0001 fffffffe'), '08P01', 'insufficient data left in message'],
    ['an unknown format', decoder.bind, hex('0000 0001 0002'), '22023', 'unsupported format code: 2'],
    [
      'two formats for one value',
      decoder.bind,
      hex('0000 0002 0000 0000 0001 ffffffff 0000'),
      '08P01',
      'bind message has 2 parameter formats but 1 parameters',
    ],
  ])('%s', (_name, decode, body, sqlState, message) => {
    expect(() => decodeBody(decode, body)).toThrowError(expect.objectContaining({ sqlState, message }));
  });

  test('random bodies are read or refused, never more', () => {
    const { query, parse, bind, execute, functionCall, text, saslInitialResponse, empty } = decoder;
    const decoders = [query, parse, bind, execute, functionCall, text, saslInitialResponse, empty, describeTarget];
    const body = fc.array(fc.oneof(fc.constant(0), fc.constantFrom(1, 2, 0x53, 0xff), fc.nat(255)), { maxLength: 60 });
    fc.assert(
      fc.property(body, (bytes) => {
        for (const decode of decoders) {
          try {
            decodeBody<unknown>(decode, Buffer.from(bytes));
          } catch (error) {
            if (!(error instanceof SqlError)) throw error;
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
