/** Builds descriptors from catalog rows: pg_class, pg_attribute, pg_attrdef, pg_index, pg_constraint, pg_rewrite. */
import type { Oid, SpaceId } from '../common/ids.ts';
import { ArrayValue, type Datum } from '../types/datum.ts';
import type { StoredTable } from '../tables/access-method.ts';
import type {
  ColumnDescriptor,
  ConstraintDescriptor,
  ForeignKeyAction,
  IndexDescriptor,
  RelationKind,
  TableDescriptor,
} from './descriptors.ts';
import { readRows, type CatalogReading, type CatalogRow } from './catalog-rows.ts';

export interface RelationSource extends CatalogReading {
  readonly space: SpaceId;
  namespaceName(oid: Oid): string | undefined;
  /** Storage of a table as the transaction sees it; undefined for relations without any. */
  stored(tableOid: Oid): StoredTable | undefined;
}

/** pg_index.indoption bits. */
const descendingBit = 1;
const nullsFirstBit = 2;

export function readRelation(source: RelationSource, row: CatalogRow): TableDescriptor {
  const oid = row['oid'] as Oid;
  const kind = row['relkind'] as RelationKind;
  const namespaceOid = row['relnamespace'] as Oid;
  const hasRows = kind === 'r' || kind === 'm';
  const storage = hasRows ? source.stored(oid) : undefined;
  return {
    oid,
    name: row['relname'] as string,
    namespaceOid,
    schema: source.namespaceName(namespaceOid) ?? 'pg_temp',
    kind,
    ownerOid: row['relowner'] as Oid,
    rowTypeOid: row['reltype'] as Oid,
    space: source.space,
    columns: readColumns(source, oid, storage),
    indexes: hasRows ? readIndexes(source, oid, storage) : [],
    constraints: hasRows ? readConstraints(source, oid) : [],
    referencedBy: hasRows ? readReferences(source, oid) : [],
    viewQuery: kind === 'v' ? readViewQuery(source, oid) : undefined,
    analyzedRows: row['reltuples'] as number,
    analyzedPages: row['relpages'] as number,
    storage,
    system: false,
    persistence: row['relpersistence'] as 'p',
  };
}

function readColumns(source: CatalogReading, oid: Oid, storage: StoredTable | undefined): ColumnDescriptor[] {
  const defaults = new Map<number, string>();
  for (const row of readRows(source, 'pg_attrdef', 'pg_attrdef_adrelid_adnum_index', [oid])) {
    defaults.set(row['adnum'] as number, row['adbin'] as string);
  }
  const owned = ownedSequences(source, oid);
  return readRows(source, 'pg_attribute', 'pg_attribute_relid_attnum_index', [oid])
    .filter((row) => (row['attnum'] as number) > 0)
    .map((row) => {
      const number = row['attnum'] as number;
      return {
        number,
        name: row['attname'] as string,
        // A dropped column has no type in the catalog any more, but rows still have room for it.
        typeOid:
          (row['attisdropped'] === true ? storage?.columns[number - 1]?.typeOid : undefined) ??
          (row['atttypid'] as Oid),
        typmod: row['atttypmod'] as number,
        collation: row['attcollation'] as Oid,
        notNull: row['attnotnull'] as boolean,
        dropped: row['attisdropped'] as boolean,
        defaultExpression: defaults.get(number),
        identity: row['attidentity'] as '' | 'a' | 'd',
        generated: row['attgenerated'] as '' | 's',
        ownedSequence: owned.get(number) ?? 0,
      };
    });
}

const classOfRelations: Oid = 1259;

/** Sequences owned by columns: pg_depend rows of kind auto (serial) or internal (identity). */
function ownedSequences(source: CatalogReading, oid: Oid): Map<number, Oid> {
  const owned = new Map<number, Oid>();
  for (const row of readRows(source, 'pg_depend', 'pg_depend_reference_index', [classOfRelations, oid])) {
    const column = row['refobjsubid'] as number;
    if (column === 0 || row['classid'] !== classOfRelations) continue;
    const [relation] = readRows(source, 'pg_class', 'pg_class_oid_index', [row['objid'] as Oid]);
    if (relation?.['relkind'] === 'S') owned.set(column, row['objid'] as Oid);
  }
  return owned;
}

function numbers(value: Datum | undefined): number[] {
  return value instanceof ArrayValue ? (value.elements as number[]) : [];
}

function readIndexes(source: CatalogReading, oid: Oid, storage: StoredTable | undefined): IndexDescriptor[] {
  return readRows(source, 'pg_index', 'pg_index_indrelid_index', [oid]).map((row) => {
    const indexOid = row['indexrelid'] as Oid;
    const [relation] = readRows(source, 'pg_class', 'pg_class_oid_index', [indexOid]);
    const [constraint] = readRows(source, 'pg_depend', 'pg_depend_depender_index', [classOfRelations, indexOid])
      .filter((dependency) => dependency['refclassid'] === 2606)
      .map((dependency) => dependency['refobjid'] as Oid);
    const options = numbers(row['indoption']);
    const stored = storage?.indexes.some((index) => index.indexOid === indexOid) ?? false;
    return {
      oid: indexOid,
      name: (relation?.['relname'] as string | undefined) ?? '',
      unique: row['indisunique'] as boolean,
      primary: row['indisprimary'] as boolean,
      nullsNotDistinct: row['indnullsnotdistinct'] as boolean,
      clustered: (row['indisprimary'] as boolean) && !stored && storage?.clusterKey !== undefined,
      valid: row['indisvalid'] as boolean,
      columns: numbers(row['indkey']),
      descending: options.map((option) => (option & descendingBit) !== 0),
      nullsFirst: options.map((option) => (option & nullsFirstBit) !== 0),
      constraintOid: constraint ?? 0,
      deferrable: !(row['indimmediate'] as boolean),
    };
  });
}

function readConstraints(source: CatalogReading, oid: Oid): ConstraintDescriptor[] {
  return readRows(source, 'pg_constraint', 'pg_constraint_conrelid_contypid_conname_index', [oid]).map(constraintOf);
}

function constraintOf(row: CatalogRow): ConstraintDescriptor {
  const kind = row['contype'] as ConstraintDescriptor['kind'];
  return {
    oid: row['oid'] as Oid,
    name: row['conname'] as string,
    kind,
    columns: numbers(row['conkey']),
    indexOid: row['conindid'] as Oid,
    deferrable: row['condeferrable'] as boolean,
    initiallyDeferred: row['condeferred'] as boolean,
    validated: row['convalidated'] as boolean,
    checkExpression: kind === 'c' ? (row['conbin'] as string) : undefined,
    foreign:
      kind === 'f'
        ? {
            referencedTable: row['confrelid'] as Oid,
            referencedColumns: numbers(row['confkey']),
            onUpdate: row['confupdtype'] as ForeignKeyAction,
            onDelete: row['confdeltype'] as ForeignKeyAction,
            match: row['confmatchtype'] as 's' | 'f',
          }
        : undefined,
  };
}

/** Foreign keys of others to this table: they depend on it in pg_depend. */
function readReferences(source: CatalogReading, oid: Oid): TableDescriptor['referencedBy'] {
  const result: { constraintOid: Oid; tableOid: Oid }[] = [];
  const seen = new Set<Oid>();
  for (const row of readRows(source, 'pg_depend', 'pg_depend_reference_index', [classOfRelations, oid])) {
    if (row['classid'] !== 2606) continue;
    const constraintOid = row['objid'] as Oid;
    if (seen.has(constraintOid)) continue;
    seen.add(constraintOid);
    const [constraint] = readRows(source, 'pg_constraint', 'pg_constraint_oid_index', [constraintOid]);
    if (constraint?.['contype'] === 'f' && constraint['confrelid'] === oid) {
      result.push({ constraintOid, tableOid: constraint['conrelid'] as Oid });
    }
  }
  return result;
}

function readViewQuery(source: CatalogReading, oid: Oid): string | undefined {
  const [rule] = readRows(source, 'pg_rewrite', 'pg_rewrite_rel_rulename_index', [oid]);
  return rule?.['ev_action'] as string | undefined;
}
