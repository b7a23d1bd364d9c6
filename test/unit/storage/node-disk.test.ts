import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SqlError } from '../../../src/common/sql-error.ts';
import { asDiskError, DiskFullError, FatalIoError, zeroFill, zeroFillSync } from '../../../src/storage/disk.ts';
import { NodeDisk } from '../../../src/storage/node-disk.ts';

let root: string;
let disk: NodeDisk;

beforeEach(() => {
  root = fs.mkdtempSync(join(os.tmpdir(), 'hyrax-disk-'));
  disk = new NodeDisk(root);
});
afterEach(() => fs.rmSync(root, { recursive: true }));

test('what is written is read, on and off the thread, through both kinds of handle', async () => {
  const file = disk.openSync('a', 'createNew');
  const durable = disk.openSync('a', 'existingDsync');
  file.writeSync(Buffer.from('hello'), 3);
  await new Promise<void>((resolve, reject) => {
    durable.write(Buffer.from('world'), 10, (error) => (error === null ? resolve() : reject(error)));
  });
  const buffer = Buffer.alloc(20);
  const count = await new Promise<number>((resolve, reject) => {
    file.read(buffer, 3, (error, bytes) => (error === null ? resolve(bytes) : reject(error)));
  });
  expect(count).toBe(12);
  expect(buffer.toString('latin1', 0, count)).toBe('hello\0\0world');
  expect(durable.readSync(buffer, 14)).toBe(1);
  expect(durable.readSync(buffer, 100)).toBe(0);
  file.flushSync();
  await new Promise<void>((resolve) => durable.flush(() => resolve()));
  file.truncateSync(4);
  expect(durable.sizeSync()).toBe(4);
  file.closeSync();
  durable.closeSync();
});

test('zero-filling, with and without waiting', async () => {
  const file = disk.openSync('z', 'create');
  zeroFillSync(file, 0, 2_500_000);
  expect(file.sizeSync()).toBe(2_500_000);
  await new Promise((resolve) => zeroFill(file, 2_500_000, 5_000_001, resolve));
  expect(file.sizeSync()).toBe(5_000_001);
  await new Promise((resolve) => zeroFill(file, 9_000_000, 9_000_000, resolve));
  expect(file.sizeSync()).toBe(5_000_001);
  file.closeSync();
});

test('names', () => {
  disk.makeDirectorySync('d');
  disk.makeDirectorySync('d');
  disk.openSync('d/b', 'create').closeSync();
  disk.openSync('d/a', 'create').closeSync();
  disk.syncDirectorySync('d');
  disk.syncDirectorySync('');
  expect(disk.listSync('d')).toEqual(['a', 'b']);
  disk.renameSync('d/a', 'd/c');
  disk.unlinkSync('d/b');
  disk.unlinkSync('d/b');
  expect(disk.listSync('d')).toEqual(['c']);
  expect(disk.existsSync('d/c')).toBe(true);
  expect(disk.existsSync('d/a')).toBe(false);
  expect(fs.statSync(join(root, 'd/c')).mode & 0o777).toBe(0o600);
});

test('errors say what could not be done to which file', () => {
  expect(() => disk.openSync('missing', 'existing')).toThrow('could not open file "missing": ENOENT');
  disk.openSync('there', 'create').closeSync();
  expect(() => disk.openSync('there', 'createNew')).toThrow('could not open file "there": EEXIST');
  expect(() => disk.listSync('nowhere')).toThrow('could not list file "nowhere": ENOENT');
});

test('a full disk is one error, a failed flush another, the rest a third', () => {
  const failure = (code: string): Error => Object.assign(new Error(code), { code });
  expect(asDiskError('write', 'f', failure('ENOSPC'))).toBeInstanceOf(DiskFullError);
  expect(asDiskError('write', 'f', failure('EDQUOT'))).toMatchObject({ sqlState: '53100' });
  expect(asDiskError('flush', 'f', failure('ENOSPC'))).toBeInstanceOf(FatalIoError);
  expect(asDiskError('flush', 'f', failure('EIO'))).toBeInstanceOf(FatalIoError);
  const other = asDiskError('read', 'f', failure('EIO'));
  expect(other).toBeInstanceOf(SqlError);
  expect(other).toMatchObject({ sqlState: '58030', message: 'could not read file "f": EIO' });
  expect(asDiskError('read', 'f', other)).toBe(other);
});
