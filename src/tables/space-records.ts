/**
 * Records about whole spaces.
 *
 *   branch   0 4 target, 4 4 source, 8 4 number of transactions unfinished in the source; for each
 *            0 8 LSN of its last record, 8 8 undo cursor, 16 8 where that undo stops, 24 1 whether it is rolling back as a whole
 *   drop     0 4 space
 */
import { ByteWriter } from '../common/byte-writer.ts';
import type { Lsn, SpaceId } from '../common/ids.ts';
import type { LogRecord } from '../storage/log/record.ts';

export const spaceRecordKind = { branch: 27, drop: 28 } as const;

const entryBytes = 25;

/** A transaction whose changes do not belong into the branch. */
export interface BranchEntry {
  readonly lastLsn: Lsn;
  /** An undo that is under way at that moment, noLsn if none. */
  readonly undoCursor: Lsn;
  readonly undoUntil: Lsn;
  readonly isRollingBack: boolean;
}

export function branchBody(source: SpaceId, target: SpaceId, entries: readonly BranchEntry[]): Buffer {
  const body = new ByteWriter(64);
  body.uint32LE(target);
  body.uint32LE(source);
  body.uint32LE(entries.length);
  for (const { lastLsn, undoCursor, undoUntil, isRollingBack } of entries) {
    body.uint53LE(lastLsn);
    body.uint53LE(undoCursor);
    body.uint53LE(undoUntil);
    body.uint8(isRollingBack ? 1 : 0);
  }
  return body.toBytes();
}

export function readBranch(record: LogRecord): {
  readonly source: SpaceId;
  readonly target: SpaceId;
  readonly entries: readonly BranchEntry[];
} {
  const { view, start } = record;
  const lsn = (at: number): Lsn => (view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000) as Lsn;
  const count = view.getUint32(start + 8, true);
  return {
    target: view.getUint32(start, true) as SpaceId,
    source: view.getUint32(start + 4, true) as SpaceId,
    entries: Array.from({ length: count }, (_, i): BranchEntry => {
      const at = start + 12 + i * entryBytes;
      const isRollingBack = view.getUint8(at + 24) === 1;
      return { lastLsn: lsn(at), undoCursor: lsn(at + 8), undoUntil: lsn(at + 16), isRollingBack };
    }),
  };
}
