import fc from 'fast-check';
import { serialize } from 'pg-protocol';
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/common/sql-error.ts';
import { FrameReader, messageBytesMax } from '../../../src/protocol/frames.ts';

interface Frame {
  readonly type: string;
  readonly body: Buffer;
}

function takeAll(reader: FrameReader): Frame[] {
  const frames: Frame[] = [];
  while (reader.next()) {
    const body = Buffer.from(reader.buffer.subarray(reader.start, reader.end));
    frames.push({ type: String.fromCharCode(reader.type), body });
  }
  return frames;
}

function encode({ type, body }: Frame): Buffer {
  const frame = Buffer.alloc(5 + body.length);
  frame.write(type);
  frame.writeInt32BE(4 + body.length, 1);
  body.copy(frame, 5);
  return frame;
}

function header(type: string, length: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.write(type);
  bytes.writeInt32BE(length, 1);
  return bytes;
}

describe('typed messages', () => {
  test('several in one chunk are given without copying', () => {
    const chunk = Buffer.concat([serialize.query('SELECT 1'), serialize.sync(), serialize.query('SELECT 2')]);
    const reader = new FrameReader();
    reader.feed(chunk);
    const buffers: Buffer[] = [];
    const types: string[] = [];
    while (reader.next()) {
      buffers.push(reader.buffer);
      types.push(String.fromCharCode(reader.type));
    }
    expect(types).toEqual(['Q', 'S', 'Q']);
    expect(buffers.every((buffer) => buffer === chunk)).toBe(true);
    expect(reader.pendingBytes).toBe(0);
  });

  test('a message split into single bytes is put together', () => {
    const reader = new FrameReader();
    const frames: Frame[] = [];
    for (const byte of serialize.query('SELECT 1')) {
      reader.feed(Buffer.from([byte]));
      frames.push(...takeAll(reader));
    }
    expect(frames).toEqual([{ type: 'Q', body: Buffer.from('SELECT 1\0') }]);
  });

  test('any frames, split at any places, come out as they went in', () => {
    const frame = fc.record({
      type: fc.constantFrom(...'BCDEFHPQSXcdfp'),
      body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 20 }), fc.array(fc.nat(6_000)), (frames, cuts) => {
        const bytes = Buffer.concat(frames.map(encode));
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
        const reader = new FrameReader();
        const seen: Frame[] = [];
        for (let i = 1; i < places.length; i++) {
          // A copy, spoilt once it is used up: nobody may look at it afterwards.
          const chunk = Buffer.from(bytes.subarray(places[i - 1], places[i]));
          reader.feed(chunk);
          seen.push(...takeAll(reader));
          if (reader.pendingBytes === 0) chunk.fill(0xee);
        }
        expect(seen).toEqual(frames);
      }),
      { numRuns: 500 },
    );
  });

  test('a long message in small chunks costs no more than its length times a constant', () => {
    const body = Buffer.alloc(8 * 1024 * 1024, 0x61);
    const reader = new FrameReader();
    reader.feed(header('d', 4 + body.length));
    for (let at = 0; at < body.length; at += 1024) {
      expect(reader.next()).toBe(false);
      reader.feed(body.subarray(at, at + 1024));
    }
    expect(reader.next()).toBe(true);
    expect(reader.end - reader.start).toBe(body.length);
  });

  test('a length that was only claimed takes no memory', () => {
    const reader = new FrameReader();
    reader.feed(header('Q', 4 + messageBytesMax));
    expect(reader.next()).toBe(false);
    reader.feed(Buffer.from('SELECT'));
    expect(reader.next()).toBe(false);
    expect(reader.buffer.length).toBeLessThan(10_000);
  });

  test.each([
    ['an unknown type', Buffer.from('y\0\0\0\x04'), 'invalid frontend message type 121'],
    ['an unknown type, before its length is there', Buffer.from('\0'), 'invalid frontend message type 0'],
    ['a length below its own size', header('Q', 3), 'invalid message length'],
    ['a negative length', header('Q', -1), 'invalid message length'],
    ['more than a gigabyte', header('d', 0x4000_0010), 'invalid message length'],
    ['a large Sync', header('S', 20_000), 'invalid message length'],
    ['a large password', header('p', 70_000), 'invalid message length'],
  ])('%s is fatal', (_name, bytes, message) => {
    const reader = new FrameReader();
    reader.feed(bytes);
    expect(() => reader.next()).toThrowError(
      expect.objectContaining({ sqlState: '08P01', message, fields: { fatal: true } }),
    );
  });
});

describe('startup packets', () => {
  test('come before typed messages, maybe in the same chunk', () => {
    const startup = serialize.startup({ user: 'bob' });
    const reader = new FrameReader();
    reader.feed(Buffer.concat([serialize.requestSsl(), startup, serialize.query('SELECT 1')]));
    expect(reader.nextStartupPacket()).toBe(true);
    expect(reader.end - reader.start).toBe(4);
    expect(reader.nextStartupPacket()).toBe(true);
    expect(reader.end - reader.start).toBe(startup.length - 4);
    expect(reader.next()).toBe(true);
    expect(reader.nextStartupPacket()).toBe(false);
  });

  test.each([
    ['too short', Buffer.from([0, 0, 0, 7, 0, 0, 0])],
    ['too long', Buffer.from([0, 0, 0x30, 0, 0, 3, 0, 0])],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n')],
    ['a TLS ClientHello', Buffer.from([0x16, 3, 1, 2, 0, 1])],
  ])('%s is refused', (_name, bytes) => {
    const reader = new FrameReader();
    reader.feed(bytes);
    expect(() => reader.nextStartupPacket()).toThrowError(SqlError);
  });
});
