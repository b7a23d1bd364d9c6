import { expect, test } from 'vitest';
import type { Lsn } from '../../../src/common/ids.ts';
import { SqlError } from '../../../src/common/sql-error.ts';
import { ControlFile, type ControlRecord } from '../../../src/storage/control-file.ts';
import { layout } from '../../../src/storage/data-directory.ts';
import { DiskFullError, FatalIoError } from '../../../src/storage/disk.ts';
import { FaultyDisk } from '../../crash/faulty-disk.ts';

const offsets = [0, 8192] as const;

function recordNumber(checkpointNumber: number): ControlRecord {
  return {
    systemId: 0x7123_4567_89ab_cdefn,
    checkpointNumber,
    lsn: (2 ** 52 + checkpointNumber) as Lsn,
    rootSlot: 0xffff_fff0,
    rootCrc: 0xdead_beef,
    completedAtMs: 1_700_000_000_123,
  };
}

async function diskWith(...records: ControlRecord[]): Promise<FaultyDisk> {
  const disk = new FaultyDisk();
  const file = ControlFile.create(disk);
  for (const record of records) await file.write(record);
  return disk;
}

test('reads back what was written', async () => {
  expect(ControlFile.open(await diskWith(recordNumber(1), recordNumber(2))).record).toEqual(recordNumber(2));
});

test.each(offsets)('one damaged slot, at %i: the other serves, and is written over it', async (offset) => {
  for (let at = 0; at < 512; at++) {
    const disk = await diskWith(recordNumber(1));
    disk.corrupt(layout.control, offset + at, (byte) => byte ^ 0x10);
    expect(ControlFile.open(disk).record).toEqual(recordNumber(1));
    disk.corrupt(layout.control, (8192 - offset) as number, () => 0);
    expect(ControlFile.open(disk).record).toEqual(recordNumber(1));
  }
});

test('both damaged: refused', async () => {
  const disk = await diskWith(recordNumber(1));
  for (const offset of offsets) disk.corrupt(layout.control, offset + 33, (byte) => byte + 1);
  expect(() => ControlFile.open(disk)).toThrow('both copies in control file "hyrax.control" are damaged');
});

test('another format version is refused by name', async () => {
  const disk = await diskWith(recordNumber(1));
  for (const offset of offsets) {
    disk.corrupt(layout.control, offset + 8, () => 77);
    await fixCrc(disk, offset);
  }
  const error = catchSqlError(() => ControlFile.open(disk));
  expect(error.message).toBe('database files are incompatible with server');
  expect(error.fields.detail).toContain('has format version 77, this server needs version 1');
});

async function fixCrc(disk: FaultyDisk, offset: number): Promise<void> {
  const { crc32 } = await import('node:zlib');
  const slot = new Uint8Array(512);
  disk.openSync(layout.control, 'existing').readSync(slot, offset);
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32(slot.subarray(16), crc32(slot.subarray(0, 12))));
  disk.openSync(layout.control, 'existing').writeSync(crc, offset + 12);
}

function catchSqlError(call: () => unknown): SqlError {
  try {
    call();
  } catch (error) {
    if (error instanceof SqlError) return error;
  }
  throw new Error('expected an SqlError');
}

test('a crash between the slots: the newer record is found, and both slots say so before anything else happens', async () => {
  const disk = await diskWith(recordNumber(1));
  const slotA = new Uint8Array(512);
  const newer = await diskWith(recordNumber(2));
  newer.openSync(layout.control, 'existing').readSync(slotA, 0);
  disk.openSync(layout.control, 'existingDsync').writeSync(slotA, 0);
  expect(ControlFile.open(disk).record).toEqual(recordNumber(2));
  disk.corrupt(layout.control, 20, (byte) => byte + 1);
  expect(ControlFile.open(disk).record).toEqual(recordNumber(2));
});

test('a full disk leaves the old record standing; any other failure is fatal', async () => {
  let code: 'EIO' | 'ENOSPC' | undefined;
  const disk = new FaultyDisk({
    fail: ({ kind }) => {
      const failure = kind === 'write' ? code : undefined;
      code = undefined;
      return failure;
    },
  });
  const file = ControlFile.create(disk);
  await file.write(recordNumber(1));
  code = 'ENOSPC';
  await expect(file.write(recordNumber(2))).rejects.toBeInstanceOf(DiskFullError);
  expect(ControlFile.open(disk.afterCrash(1)).record).toEqual(recordNumber(1));
  code = 'EIO';
  await expect(file.write(recordNumber(2))).rejects.toBeInstanceOf(FatalIoError);
});
