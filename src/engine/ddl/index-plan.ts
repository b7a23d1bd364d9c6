/** An index about to exist, and how storage is told of it. */
import type { Oid } from '../../common/ids.ts';
import { SqlError } from '../../common/sql-error.ts';
import { keyLengthMax } from '../../types/key-encoding.ts';
import { findType, getType } from '../../types/registry.ts';
import type { KeyPart } from '../../tables/access-method.ts';
import type { IndexDefinition } from '../../tables/storage.ts';
import type { NamedColumn } from './expressions.ts';

export interface IndexPlan {
  readonly oid: Oid;
  readonly name: string;
  readonly columns: readonly NamedColumn[];
  readonly descending: readonly boolean[];
  readonly nullsFirst: readonly boolean[];
  readonly unique: boolean;
  readonly primary: boolean;
  readonly nullsNotDistinct: boolean;
  readonly deferrable: boolean;
}

/** pg_index.indoption: 1 DESC, 2 NULLS FIRST. */
export function indexFlags(index: IndexPlan, i: number): number {
  return (index.descending[i] === true ? 1 : 0) | (index.nullsFirst[i] === true ? 2 : 0);
}

export function keyParts(index: IndexPlan): KeyPart[] {
  return index.columns.map((column, i) => ({
    column: column.number - 1,
    descending: index.descending[i] ?? false,
    nullsFirst: index.nullsFirst[i] ?? false,
  }));
}

export function indexDefinition(index: IndexPlan): IndexDefinition {
  const { oid: indexOid, unique, nullsNotDistinct, primary } = index;
  return { indexOid, unique, nullsNotDistinct, primary, parts: keyParts(index) };
}

const clusterKeyBytesMax = 64;

/** IDX-6: a primary key clusters its table when it is not deferrable, exact, and at most 64 bytes. */
export function canCluster(index: IndexPlan): boolean {
  if (!index.primary || index.deferrable) return false;
  let bytes = 0;
  for (const column of index.columns) {
    const type = findType(column.typeOid);
    if (type === undefined || !type.keyExact) return false;
    const length = keyLengthMax(type, column.typmod);
    if (length === undefined) return false;
    bytes += length;
  }
  return bytes <= clusterKeyBytesMax;
}

/** Throws 42704 for a type without a btree operator class. */
export function requireIndexable(column: NamedColumn): void {
  if (findType(column.typeOid)?.encodeKey !== undefined) return;
  const name = findType(column.typeOid) === undefined ? 'record' : getType(column.typeOid).sqlName;
  throw new SqlError('42704', `data type ${name} has no default operator class for access method "btree"`, {
    hint: 'You must specify an operator class for the index or define a default operator class for the data type.',
  });
}
