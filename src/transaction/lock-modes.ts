/**
 * Lock modes and which of them conflict: PostgreSQL manual, "Explicit Locking". A set of modes is a bit mask, mode m being
 * bit m.
 */
import type { RowLockMode } from './transaction.ts';

/** The eight table lock modes, numbered as PostgreSQL numbers them. */
export const lockMode = {
  accessShare: 1,
  rowShare: 2,
  rowExclusive: 3,
  shareUpdateExclusive: 4,
  share: 5,
  shareRowExclusive: 6,
  exclusive: 7,
  accessExclusive: 8,
} as const;

export type LockMode = (typeof lockMode)[keyof typeof lockMode];

/** By mode: PostgreSQL's name for it in messages and pg_locks. */
export const lockModeNames = [
  '',
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const;

function mask(...modes: LockMode[]): number {
  return modes.reduce((bits, mode) => bits | (1 << mode), 0);
}

const {
  accessShare,
  rowShare,
  rowExclusive,
  shareUpdateExclusive,
  share,
  shareRowExclusive,
  exclusive,
  accessExclusive,
} = lockMode;

const conflicts: readonly number[] = [
  0,
  mask(accessExclusive),
  mask(exclusive, accessExclusive),
  mask(share, shareRowExclusive, exclusive, accessExclusive),
  mask(shareUpdateExclusive, share, shareRowExclusive, exclusive, accessExclusive),
  mask(rowExclusive, shareUpdateExclusive, shareRowExclusive, exclusive, accessExclusive),
  mask(rowExclusive, shareUpdateExclusive, share, shareRowExclusive, exclusive, accessExclusive),
  mask(rowShare, rowExclusive, shareUpdateExclusive, share, shareRowExclusive, exclusive, accessExclusive),
  mask(accessShare, rowShare, rowExclusive, shareUpdateExclusive, share, shareRowExclusive, exclusive, accessExclusive),
];

/** Mask of the table lock modes that conflict with `mode`. */
export function lockConflicts(mode: LockMode): number {
  return conflicts[mode] as number;
}

/** Row lock modes as numbers, weakest first; a stronger one covers every weaker one. */
export const rowLockStrength: Readonly<Record<RowLockMode, number>> = {
  'key share': 0,
  share: 1,
  'no key update': 2,
  update: 3,
};

/** By strength: mask of the strengths that conflict. */
const rowConflicts = [0b1000, 0b1100, 0b1110, 0b1111] as const;

/** Mask of the row lock strengths that conflict with `strength`. */
export function rowLockConflicts(strength: number): number {
  return rowConflicts[strength] as number;
}
