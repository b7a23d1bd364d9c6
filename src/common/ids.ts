/** Numbers that must not be mixed up. All are plain JS numbers at run time. */

/** Byte position in the log. Time in this database is the LSN. Fits 56 bits on disk, 2^53 in memory. */
export type Lsn = number & { readonly __brand: 'Lsn' };
/** Transaction id, given at the first write. 48 bits on disk, never wraps. 0 means none. */
export type Xid = number & { readonly __brand: 'Xid' };
/** Logical page number inside one page space. */
export type PageNumber = number & { readonly __brand: 'PageNumber' };
/** A page space: one database (its number is the database's OID), or 0 for the tables all databases share. */
export type SpaceId = number & { readonly __brand: 'SpaceId' };
/** A tree inside a page space. Never reused. */
export type TreeId = number & { readonly __brand: 'TreeId' };
/** Object identifier as in PostgreSQL's catalogs: unsigned 32 bit, 0 means none. */
export type Oid = number;

export const noLsn = 0 as Lsn;
export const noXid = 0 as Xid;
export const noPage = 0 as PageNumber;
export const sharedSpace = 0 as SpaceId;
export const invalidOid: Oid = 0;
