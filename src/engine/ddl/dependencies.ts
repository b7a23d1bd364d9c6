/** What hangs on what: pg_depend walked to find everything that must go with an object, and to refuse or announce it. */
import type { Oid } from '../../common/ids.ts';
import { SqlError } from '../../common/sql-error.ts';
import { readRows, type CatalogRow } from '../../catalog/catalog-rows.ts';
import { classOid } from '../../catalog/row-builders.ts';
import type { CommandContext } from './context.ts';
import { kindWord } from './names.ts';

export interface ObjectAddress {
  readonly classOid: Oid;
  readonly oid: Oid;
  /** Column number, or 0 for the whole object. */
  readonly column: number;
}

export function sameObject(a: ObjectAddress, b: ObjectAddress): boolean {
  return a.classOid === b.classOid && a.oid === b.oid && a.column === b.column;
}

/** "table t", "constraint c on table t", "default value for column a of table t" … as DETAIL lines name objects. */
export function describeObject(object: ObjectAddress, context: CommandContext): string {
  const { catalog, writing } = context;
  switch (object.classOid) {
    case classOid.relation: {
      const row = readRows(writing, 'pg_class', 'pg_class_oid_index', [object.oid])[0];
      if (row === undefined) return `relation ${object.oid}`;
      const name = `${kindWord({ kind: row['relkind'] as 'r' })} ${visibleName(row, context)}`;
      if (object.column === 0) return name;
      const column = catalog.getRelation(object.oid)?.columns.find((candidate) => candidate.number === object.column);
      return `column ${column?.name ?? object.column} of ${name}`;
    }
    case classOid.constraint: {
      const row = readRows(writing, 'pg_constraint', 'pg_constraint_oid_index', [object.oid])[0];
      const table = relationAddress(row?.['conrelid'] as Oid);
      return `constraint ${row?.['conname'] as string} on ${describeObject(table, context)}`;
    }
    case classOid.attributeDefault: {
      const row = readRows(writing, 'pg_attrdef', 'pg_attrdef_oid_index', [object.oid])[0];
      const column = { ...relationAddress(row?.['adrelid'] as Oid), column: row?.['adnum'] as number };
      return `default value for ${describeObject(column, context)}`;
    }
    case classOid.rewrite: {
      const row = readRows(writing, 'pg_rewrite', 'pg_rewrite_oid_index', [object.oid])[0];
      return describeObject(relationAddress(row?.['ev_class'] as Oid), context);
    }
    case classOid.type: {
      const row = readRows(writing, 'pg_type', 'pg_type_oid_index', [object.oid])[0];
      return `type ${row?.['typname'] as string}`;
    }
    case classOid.namespace:
      return `schema ${catalog.namespaceName(object.oid) ?? object.oid}`;
    default:
      return `object ${object.oid}`;
  }
}

/** Qualified unless the search path finds it. */
function visibleName(row: CatalogRow, context: CommandContext): string {
  const name = row['relname'] as string;
  const namespace = row['relnamespace'] as Oid;
  if (context.catalog.findRelation(undefined, name)?.oid === row['oid'] || row['relkind'] === 'i') return name;
  return `${context.catalog.namespaceName(namespace) ?? ''}.${name}`;
}

export function relationAddress(oid: Oid): ObjectAddress {
  return { classOid: classOid.relation, oid, column: 0 };
}

interface Dependent {
  readonly object: ObjectAddress;
  readonly on: ObjectAddress;
  readonly kind: 'n' | 'a' | 'i';
}

function dependentsOf(object: ObjectAddress, context: CommandContext): Dependent[] {
  const key = [object.classOid, object.oid, ...(object.column === 0 ? [] : [object.column])];
  return readRows(context.writing, 'pg_depend', 'pg_depend_reference_index', key).map((row) => ({
    object: { classOid: row['classid'] as Oid, oid: row['objid'] as Oid, column: row['objsubid'] as number },
    on: { ...object, column: row['refobjsubid'] as number },
    kind: row['deptype'] as 'n',
  }));
}

/** The object that this one is an inner part of (an index of its constraint), which must be dropped instead. */
export function ownerOf(object: ObjectAddress, context: CommandContext): ObjectAddress | undefined {
  const row = readRows(context.writing, 'pg_depend', 'pg_depend_depender_index', [object.classOid, object.oid]).find(
    (candidate) => candidate['deptype'] === 'i',
  );
  if (row === undefined) return undefined;
  return { classOid: row['refclassid'] as Oid, oid: row['refobjid'] as Oid, column: row['refobjsubid'] as number };
}

/**
 * Everything to drop with `roots`, dependents before what they depend on. With RESTRICT, throws 2BP01 if something that is
 * not part of a root depends on one; with CASCADE, a notice says what goes.
 */
export function collectDrops(
  roots: readonly ObjectAddress[],
  cascade: boolean,
  context: CommandContext,
): ObjectAddress[] {
  const order: ObjectAddress[] = [];
  const outside: Dependent[] = [];
  const seen: ObjectAddress[] = [];
  const walk = (object: ObjectAddress): void => {
    if (seen.some((other) => sameObject(other, object))) return;
    seen.push(object);
    const found: ObjectAddress[] = [];
    // A view depends through its rule, an array type through its row type: the whole is what goes, oldest first.
    const dependents = dependentsOf(object, context)
      .map((dependent) => ({ ...dependent, whole: wholeOf(dependent.object, context) }))
      .sort((a, b) => a.whole.oid - b.whole.oid);
    for (const { whole, ...dependent } of dependents) {
      const isPart = dependent.kind !== 'n' || roots.some((root) => sameObject(root, whole));
      if (!isPart && !seen.some((other) => sameObject(other, whole)) && !isCovered(whole, roots, context)) {
        outside.push({ ...dependent, object: whole });
      }
      found.push(whole);
    }
    // What depends directly is told of before what depends on a part.
    found.forEach(walk);
    order.push(object);
  };
  roots.forEach(walk);
  const unique = outside.filter((item, i) => outside.findIndex((other) => sameObject(other.object, item.object)) === i);
  if (unique.length > 0 && !cascade) throw stillNeeded(roots, unique, context);
  if (unique.length > 0) announce(unique, context);
  return order;
}

/** Whether an object goes anyway, being an automatic part of something that is dropped. */
function isCovered(object: ObjectAddress, roots: readonly ObjectAddress[], context: CommandContext): boolean {
  return readRows(context.writing, 'pg_depend', 'pg_depend_depender_index', [object.classOid, object.oid]).some(
    (row) =>
      row['deptype'] !== 'n' &&
      roots.some((root) => {
        const sameColumn = root.column === 0 || root.column === row['refobjsubid'];
        return root.classOid === row['refclassid'] && root.oid === row['refobjid'] && sameColumn;
      }),
  );
}

function wholeOf(object: ObjectAddress, context: CommandContext): ObjectAddress {
  if (object.classOid !== classOid.rewrite) return object;
  const row = readRows(context.writing, 'pg_rewrite', 'pg_rewrite_oid_index', [object.oid])[0];
  return relationAddress(row?.['ev_class'] as Oid);
}

function stillNeeded(
  roots: readonly ObjectAddress[],
  outside: readonly Dependent[],
  context: CommandContext,
): SqlError {
  // Where a whole object goes, it is not told of its columns.
  const whole = (on: ObjectAddress) => roots.find((root) => root.classOid === on.classOid && root.oid === on.oid) ?? on;
  const lines = outside.map(
    ({ object, on }) => `${describeObject(object, context)} depends on ${describeObject(whole(on), context)}`,
  );
  const what =
    roots.length > 1
      ? 'desired object(s) because other objects depend on them'
      : `${describeObject(roots[0] as ObjectAddress, context)} because other objects depend on it`;
  return new SqlError('2BP01', `cannot drop ${what}`, {
    detail: lines.join('\n'),
    hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
  });
}

function announce(outside: readonly Dependent[], context: CommandContext): void {
  const names = outside.map(({ object }) => describeObject(object, context));
  const [only] = names;
  context.notice(
    names.length === 1
      ? { severity: 'NOTICE', sqlState: '00000', message: `drop cascades to ${only}` }
      : {
          severity: 'NOTICE',
          sqlState: '00000',
          message: `drop cascades to ${names.length} other objects`,
          fields: { detail: names.map((name) => `drop cascades to ${name}`).join('\n') },
        },
  );
}
