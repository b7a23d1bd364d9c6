/** Bit masks the grammar leaves in the tree, with PostgreSQL's values (parsenodes.h, datetime.h). */

/** WindowDef.frameOptions */
export const frameOption = {
  nonDefault: 0x00001,
  range: 0x00002,
  rows: 0x00004,
  groups: 0x00008,
  between: 0x00010,
  startUnboundedPreceding: 0x00020,
  endUnboundedPreceding: 0x00040,
  startUnboundedFollowing: 0x00080,
  endUnboundedFollowing: 0x00100,
  startCurrentRow: 0x00200,
  endCurrentRow: 0x00400,
  startOffsetPreceding: 0x00800,
  endOffsetPreceding: 0x01000,
  startOffsetFollowing: 0x02000,
  endOffsetFollowing: 0x04000,
  excludeCurrentRow: 0x08000,
  excludeGroup: 0x10000,
  excludeTies: 0x20000,
} as const;

/** DeclareCursorStmt.options */
export const cursorOption = {
  binary: 0x0001,
  scroll: 0x0002,
  noScroll: 0x0004,
  insensitive: 0x0008,
  asensitive: 0x0010,
  hold: 0x0020,
} as const;

/** TableLikeClause.options */
export const tableLikeOption = {
  comments: 0x001,
  compression: 0x002,
  constraints: 0x004,
  defaults: 0x008,
  generated: 0x010,
  identity: 0x020,
  indexes: 0x040,
  statistics: 0x080,
  storage: 0x100,
  all: 0x7fffffff,
} as const;

/** The field bits in the first typmod of INTERVAL, e.g. HOUR TO MINUTE is `hour | minute`; all fields is 0x7fff. */
export const intervalField = {
  month: 1 << 1,
  year: 1 << 2,
  day: 1 << 3,
  hour: 1 << 10,
  minute: 1 << 11,
  second: 1 << 12,
  all: 0x7fff,
} as const;
