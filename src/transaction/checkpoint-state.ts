/**
 * What a checkpoint keeps of the transactions, beside the pages: who was active, and where purge was (LOG-3).
 *
 *   OFFSET  SIZE  DESCRIPTION (little-endian; 8-byte numbers are below 2^53)
 *        0     4  version of this layout: 1
 *        4     4  epoch of the log
 *        8     8  next xid to give
 *       16     8  purge position: a block of the log
 *       24     4  number of active transactions, each:
 *        0     8    xid
 *        8     8    LSN of its first record
 *       16     8    LSN of its last record
 *       24     8    undo cursor: the record to undo next, 0 if no undo was in progress
 */
import { assert } from '../common/assert.ts';
import { ByteWriter } from '../common/byte-writer.ts';
import type { Lsn, Xid } from '../common/ids.ts';

const layoutVersion = 1;
const headerBytes = 28;
const entryBytes = 32;
const twoTo32 = 0x1_0000_0000;

/** One transaction in the middle of its life. */
export interface ActiveEntry {
  readonly xid: Xid;
  readonly firstLsn: Lsn;
  readonly lastLsn: Lsn;
  readonly undoCursor: Lsn;
}

export interface CheckpointState {
  readonly epoch: number;
  readonly nextXid: Xid;
  readonly purgePosition: Lsn;
  readonly active: readonly ActiveEntry[];
}

/** The state of a database that nobody has written to. `logStart`: where its log starts. */
export function initialCheckpointState(logStart: Lsn): CheckpointState {
  return { epoch: 0, nextXid: 3 as Xid, purgePosition: logStart, active: [] };
}

export function encodeCheckpointState(state: CheckpointState): Uint8Array {
  const writer = new ByteWriter(headerBytes + state.active.length * entryBytes);
  writer.uint32LE(layoutVersion);
  writer.uint32LE(state.epoch);
  writer.uint53LE(state.nextXid);
  writer.uint53LE(state.purgePosition);
  writer.uint32LE(state.active.length);
  for (const { xid, firstLsn, lastLsn, undoCursor } of state.active) {
    for (const value of [xid, firstLsn, lastLsn, undoCursor]) writer.uint53LE(value);
  }
  return writer.toBytes();
}

export function decodeCheckpointState(bytes: Uint8Array): CheckpointState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = (offset: number): number => view.getUint32(offset + 4, true) * twoTo32 + view.getUint32(offset, true);
  assert(view.getUint32(0, true) === layoutVersion, 'LOG-3: the layout of the checkpoint state is known');
  const count = view.getUint32(24, true);
  assert(bytes.length >= headerBytes + count * entryBytes, 'LOG-3: the checkpoint state is complete');
  const active = Array.from({ length: count }, (_, i): ActiveEntry => {
    const at = headerBytes + i * entryBytes;
    return {
      xid: number(at) as Xid,
      firstLsn: number(at + 8) as Lsn,
      lastLsn: number(at + 16) as Lsn,
      undoCursor: number(at + 24) as Lsn,
    };
  });
  return {
    epoch: view.getUint32(4, true),
    nextXid: number(8) as Xid,
    purgePosition: number(16) as Lsn,
    active,
  };
}
