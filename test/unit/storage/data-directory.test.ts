import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Lsn } from '../../../src/common/ids.ts';
import { DirectoryLock, layout, prepareDataDirectory } from '../../../src/storage/data-directory.ts';
import { NodeDisk } from '../../../src/storage/node-disk.ts';
import { PageStorage } from '../../../src/storage/page-storage.ts';

let parent: string;
let disk: NodeDisk;

beforeEach(() => {
  parent = fs.mkdtempSync(join(os.tmpdir(), 'hyrax-directory-'));
  disk = new NodeDisk(join(parent, 'data'));
});
afterEach(() => fs.rmSync(parent, { recursive: true }));

function lockText(pid: number, ticks: string): void {
  fs.mkdirSync(disk.root, { recursive: true });
  fs.writeFileSync(join(disk.root, layout.lock), `${pid}\n${ticks}\nnonce\n`);
}

describe('the lock', () => {
  test('makes the directory, keeps a second server out, and is gone after release', () => {
    const lock = new DirectoryLock(disk);
    expect(() => new DirectoryLock(disk)).toThrow(
      `data directory "${disk.root}" is in use by another server (PID ${process.pid})`,
    );
    lock.release();
    lock.release();
    new DirectoryLock(disk).release();
    expect(fs.readdirSync(disk.root)).toEqual([]);
  });

  test('of a living process is respected, whatever wrote it is gone when the process is', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const pid = child.pid as number;
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] as string;
    lockText(pid, ticks);
    expect(() => new DirectoryLock(disk)).toThrow(`is in use by another server (PID ${pid})`);
    lockText(pid, '1');
    new DirectoryLock(disk).release();
    lockText(pid, ticks);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    new DirectoryLock(disk).release();
  });

  test('left by an earlier process with our own pid, as in a container, is taken over', () => {
    lockText(process.pid, '1');
    new DirectoryLock(disk).release();
  });

  test('that makes no sense is taken over', () => {
    lockText(-1, '');
    new DirectoryLock(disk).release();
    fs.writeFileSync(join(disk.root, layout.lock), '');
    new DirectoryLock(disk).release();
  });
});

test.each(['/proc/hyrax-data', '/dev/null/data'])('%s cannot be a data directory: one clear line', (path) => {
  expect(() => new DirectoryLock(new NodeDisk(path))).toThrow(`could not use data directory "${path}"`);
});

describe('a directory', () => {
  test('with foreign files is refused and left alone', () => {
    fs.mkdirSync(disk.root);
    fs.writeFileSync(join(disk.root, 'thesis.txt'), 'x');
    expect(() => prepareDataDirectory(disk)).toThrow('exists but is not empty');
    expect(fs.readdirSync(disk.root)).toEqual(['thesis.txt']);
  });

  test('with data files but no control file is refused and left alone', async () => {
    const storage = PageStorage.open(new NodeDisk(emptyRoot()), { poolBytes: 0 });
    await storage.checkpoint({ lsn: 1 as Lsn, blob: new Uint8Array() });
    await storage.close();
    fs.rmSync(join(disk.root, layout.control));
    expect(() => prepareDataDirectory(disk)).toThrow('has data files but no "hyrax.control"');
    expect(fs.readdirSync(join(disk.root, layout.pages))).toEqual(['00000']);
  });

  test('whose first checkpoint never completed is started afresh', async () => {
    const first = PageStorage.open(new NodeDisk(emptyRoot()), { poolBytes: 0 });
    expect(first.isNew).toBe(true);
    await first.close();
    fs.writeFileSync(join(disk.root, layout.log, 'leftover'), 'x');
    const second = PageStorage.open(disk, { poolBytes: 0 });
    expect(second.isNew).toBe(true);
    expect(fs.readdirSync(join(disk.root, layout.log))).toEqual([]);
    await second.close();
  });

  test('keeps its system identifier, and loses its temporary files', async () => {
    const first = PageStorage.open(new NodeDisk(emptyRoot()), { poolBytes: 0 });
    await first.checkpoint({ lsn: 9 as Lsn, blob: Buffer.from('state') });
    await first.close();
    fs.writeFileSync(join(disk.root, layout.tmp, 'spill'), 'x');
    const second = PageStorage.open(disk, { poolBytes: 0 });
    expect(second.isNew).toBe(false);
    expect(second.systemId).toBe(first.systemId);
    expect(second.lastCheckpoint.lsn).toBe(9);
    expect(Buffer.from(second.lastCheckpoint.blob).toString()).toBe('state');
    expect(fs.readdirSync(join(disk.root, layout.tmp))).toEqual([]);
    await second.close();
  });
});

function emptyRoot(): string {
  fs.mkdirSync(disk.root);
  return disk.root;
}
