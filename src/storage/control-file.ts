/**
 * hyrax.control: where the durable image begins. Two slots with the same content, written one after the other (CKPT-1), so
 * that one whole one is always there; the newer wins.
 *
 *   OFFSET SIZE  SLOT (512 bytes, at 0 and 8,192 of the file)
 *        0    8  "HYRAXDB" and a zero byte
 *        8    4  format version
 *       12    4  crc32 of bytes 0 … 11 and 16 … 511
 *       16    8  system identifier: tells this database cluster from all others
 *       24    8  checkpoint number, counting from 1
 *       32    8  C: the LSN whose state the image is
 *       40    4  slot of the root page (checkpoint-root.ts)
 *       44    4  its checksum
 *       48    8  when the checkpoint completed, Unix milliseconds
 *
 * The first 16 bytes mean the same in every format version.
 */
import { crc32 } from 'node:zlib';
import type { Lsn } from '../common/ids.ts';
import { sqlState, SqlError } from '../common/sql-error.ts';
import { layout } from './data-directory.ts';
import { type Disk, type DiskFile, DiskFullError, FatalIoError, zeroFillSync } from './disk.ts';

const formatVersion = 1;
const magic = Buffer.from('HYRAXDB\0', 'latin1');
const slotBytes = 512;
const slotOffsets = [0, 8192] as const;
const fileBytes = 16_384;

export interface ControlRecord {
  readonly systemId: bigint;
  readonly checkpointNumber: number;
  readonly lsn: Lsn;
  readonly rootSlot: number;
  readonly rootCrc: number;
  readonly completedAtMs: number;
}

type SlotContent =
  | { readonly kind: 'valid'; readonly record: ControlRecord }
  | { readonly kind: 'otherVersion'; readonly version: number }
  | { readonly kind: 'damaged' };

export class ControlFile {
  readonly #file: DiskFile;
  /** What both slots hold. */
  #slot: Uint8Array;

  private constructor(file: DiskFile, slot: Uint8Array) {
    this.#file = file;
    this.#slot = slot;
  }

  /** A control file without a checkpoint; `readControl` refuses it until the first `write`. */
  static create(disk: Disk): ControlFile {
    const file = disk.openSync(layout.control, 'create');
    zeroFillSync(file, 0, fileBytes);
    file.flushSync();
    file.closeSync();
    disk.syncDirectorySync('');
    return new ControlFile(disk.openSync(layout.control, 'existingDsync'), Buffer.alloc(slotBytes));
  }

  /**
   * Opens the file of an existing directory. If its slots differ (a crash between them, or damage), the newer whole one is
   * written over the other before anything else happens: the slots of an older image are reused from now on.
   */
  static open(disk: Disk): { readonly file: ControlFile; readonly record: ControlRecord } {
    const file = disk.openSync(layout.control, 'existingDsync');
    const contents = slotOffsets.map((offset) => readSlot(file, offset));
    const record = chooseRecord(disk, contents);
    const slot = encodeSlot(record);
    for (const [index, offset] of slotOffsets.entries()) {
      const content = contents[index] as SlotContent;
      const isCurrent = content.kind === 'valid' && content.record.checkpointNumber === record.checkpointNumber;
      if (!isCurrent) file.writeSync(slot, offset);
    }
    return { file: new ControlFile(file, slot), record };
  }

  /**
   * Makes the record the truth. If the disk is full the old one is put back, and it is a DiskFullError. After any other
   * failure nobody knows which record will be found, so it is fatal.
   */
  async write(record: ControlRecord): Promise<void> {
    const slot = encodeSlot(record);
    try {
      await this.#writeSlot(slot, slotOffsets[0]);
    } catch (error) {
      if (!(error instanceof DiskFullError)) throw fatal(error);
      await this.#writeSlot(this.#slot, slotOffsets[0]).catch(throwFatal);
      throw error;
    }
    await this.#writeSlot(slot, slotOffsets[1]).catch(throwFatal);
    this.#slot = slot;
  }

  #writeSlot(slot: Uint8Array, offset: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#file.write(slot, offset, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  close(): void {
    this.#file.closeSync();
  }
}

function readSlot(file: DiskFile, offset: number): SlotContent {
  const bytes = Buffer.alloc(slotBytes);
  return file.readSync(bytes, offset) === slotBytes ? decodeSlot(bytes) : { kind: 'damaged' };
}

function throwFatal(cause: unknown): never {
  throw fatal(cause);
}

function fatal(cause: unknown): FatalIoError {
  if (cause instanceof FatalIoError) return cause;
  return new FatalIoError(`could not update "${layout.control}"`, { cause });
}

function chooseRecord(disk: Disk, contents: readonly SlotContent[]): ControlRecord {
  let newest: ControlRecord | undefined;
  for (const content of contents) {
    if (content.kind !== 'valid') continue;
    if (newest === undefined || content.record.checkpointNumber > newest.checkpointNumber) newest = content.record;
  }
  if (newest !== undefined) return newest;
  for (const content of contents) {
    if (content.kind !== 'otherVersion') continue;
    throw new SqlError(sqlState.objectNotInPrerequisiteState, 'database files are incompatible with server', {
      detail: `The data directory "${disk.root}" has format version ${content.version}, this server needs version ${formatVersion}.`,
    });
  }
  throw new SqlError(sqlState.dataCorrupted, `both copies in control file "${layout.control}" are damaged`);
}

function slotCrc(slot: Uint8Array): number {
  return crc32(slot.subarray(16), crc32(slot.subarray(0, 12)));
}

function decodeSlot(slot: Buffer): SlotContent {
  const view = new DataView(slot.buffer, slot.byteOffset, slot.length);
  if (!slot.subarray(0, magic.length).equals(magic)) return { kind: 'damaged' };
  if (view.getUint32(12, true) !== slotCrc(slot)) return { kind: 'damaged' };
  const version = view.getUint32(8, true);
  if (version !== formatVersion) return { kind: 'otherVersion', version };
  const record = {
    systemId: view.getBigUint64(16, true),
    checkpointNumber: Number(view.getBigUint64(24, true)),
    lsn: Number(view.getBigUint64(32, true)) as Lsn,
    rootSlot: view.getUint32(40, true),
    rootCrc: view.getUint32(44, true),
    completedAtMs: Number(view.getBigUint64(48, true)),
  };
  return { kind: 'valid', record };
}

function encodeSlot(record: ControlRecord): Buffer {
  const slot = Buffer.alloc(slotBytes);
  const view = new DataView(slot.buffer, slot.byteOffset, slot.length);
  magic.copy(slot);
  view.setUint32(8, formatVersion, true);
  view.setBigUint64(16, record.systemId, true);
  view.setBigUint64(24, BigInt(record.checkpointNumber), true);
  view.setBigUint64(32, BigInt(record.lsn), true);
  view.setUint32(40, record.rootSlot, true);
  view.setUint32(44, record.rootCrc, true);
  view.setBigUint64(48, BigInt(record.completedAtMs), true);
  view.setUint32(12, slotCrc(slot), true);
  return slot;
}
