import { serialize } from 'pg-protocol';
import { expect, test } from 'vitest';
import { FrameReader } from '../../../src/protocol/frames.ts';
import { decodeStartupPacket, type StartupPacket } from '../../../src/protocol/startup.ts';

function decode(packet: Buffer): StartupPacket {
  const reader = new FrameReader();
  reader.feed(packet);
  expect(reader.nextStartupPacket()).toBe(true);
  return decodeStartupPacket(reader.buffer, reader.start, reader.end);
}

/** A packet of a code and a body. */
function packet(code: number, body: string | Buffer): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32BE(8 + body.length, 0);
  bytes.writeUInt32BE(code, 4);
  return Buffer.concat([bytes, Buffer.from(body as string)]);
}

const version = (major: number, minor: number): number => (major << 16) | minor;

test('the parameters of a start', () => {
  const startup = decode(serialize.startup({ user: 'bob', database: 'é', application_name: '' }));
  expect(startup).toMatchObject({ kind: 'startup', minorVersion: 0, mustNegotiate: false });
  expect(startup.kind === 'startup' && Object.fromEntries(startup.parameters)).toEqual({
    user: 'bob',
    database: 'é',
    application_name: '',
    client_encoding: 'UTF8',
  });
});

test.each([
  [0, 0, false],
  [1, 1, false],
  [2, 2, false],
  [3, 2, true],
  [9999, 2, true],
])('protocol 3.%i is spoken as 3.%i', (asked, minorVersion, mustNegotiate) => {
  expect(decode(packet(version(3, asked), 'user\0bob\0\0'))).toMatchObject({ minorVersion, mustNegotiate });
});

test('protocol options that we do not know are named, and are no parameters', () => {
  const startup = decode(packet(version(3, 2), 'user\0bob\0_pq_.x\x001\0\0'));
  expect(startup).toMatchObject({ mustNegotiate: true, unknownOptions: ['_pq_.x'] });
  expect(startup.kind === 'startup' && [...startup.parameters.keys()]).toEqual(['user']);
});

test('requests that come in the place of a start', () => {
  expect(decode(serialize.requestSsl())).toEqual({ kind: 'sslRequest' });
  expect(decode(packet(80_877_104, ''))).toEqual({ kind: 'gssEncryptionRequest' });
  expect(decode(serialize.cancel(77, 0x01020304))).toEqual({
    kind: 'cancelRequest',
    processId: 77,
    secretKey: Buffer.from([1, 2, 3, 4]),
  });
  const longKey = Buffer.alloc(32, 7);
  const body = Buffer.concat([Buffer.from([0, 0, 0, 77]), longKey]);
  expect(decode(packet(80_877_102, body))).toMatchObject({ processId: 77, secretKey: longKey });
});

test.each([
  ['protocol 2', packet(version(2, 0), 'user\0\0'), '0A000'],
  ['nothing after the version', packet(version(3, 0), ''), '08P01'],
  ['no terminator', packet(version(3, 0), 'user\0bob\0'), '08P01'],
  ['half a pair', packet(version(3, 0), 'user\0'), '08P01'],
  ['something after the terminator', packet(version(3, 0), 'user\0bob\0\0x'), '08P01'],
  ['a cancel request without a key', packet(80_877_102, 'abcd'), '08P01'],
])('%s is refused', (_name, bytes, sqlState) => {
  expect(() => decode(bytes)).toThrowError(expect.objectContaining({ sqlState, fields: { fatal: true } }));
});
