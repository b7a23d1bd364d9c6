import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { parseToJson } from '../../../src/parser/library.ts';
import { nodeFields } from '../../../src/parser/node-fields.ts';
import { corpus } from './corpus.ts';

/** Fields that only later stages of PostgreSQL fill: the grammar never sets them (`field`, or `field@Kind`). */
const notSetByTheGrammar = new Set(
  `
  xpr typeOid casetype casecollid row_typeid colnames@RowExpr minmaxtype minmaxcollid inputcollid
  coalescetype coalescecollid argisrow refs agglevelsup subLinkId type@SQLValueFunction cvarno
  cursor_param typeId typeMod collation@SetToDefault rtindex boolval@Integer cterecursive cterefcount
  ctecolnames ctecoltypes ctecoltypmods ctecolcollations viewQuery cycle_mark_type cycle_mark_typmod
  cycle_mark_collation cycle_mark_neop relationOid oid inhcount is_not_null is_from_type storage
  cooked_default identity identitySequence generated collOid constraints@CreateStmt nnconstraints
  cooked_expr old_conpfeqop old_pktable_oid reset_default_tblspc recurse ownerId for_identity
  excludeOpNames idxcomment indexOid oldNumber oldCreateSubid oldFirstRelfilelocatorSubid primary
  isconstraint iswithoutoverlaps transformed deferrable@IndexStmt initdeferred@IndexStmt funcexpr
  outargs coltypes@RangeTableFunc
  `.split(/\s+/),
);

/** Fields that say what `name` or the node's place says already, or whose value is always the same in a raw tree. */
const redundant = new Set([
  'typemod',
  'argnumber',
  'jumble_args',
  'isall',
  'list_start',
  'list_end',
  'rexpr_list_start',
  'rexpr_list_end',
]);

const libraryKinds = readLibraryKinds();

test('every field the grammar can set is declared, and read as what it is', () => {
  const wrong: string[] = [];
  for (const [kind, fields] of Object.entries(nodeFields) as [string, Record<string, string>][]) {
    const library = libraryKinds.get(kind);
    if (library === undefined) {
      wrong.push(`${kind} is unknown to the library`);
      continue;
    }
    for (const [field, type] of library) {
      const code = fields[field === 'kind' ? 'subkind' : field];
      const known = [field, `${field}@${kind}`].some((name) => notSetByTheGrammar.has(name) || redundant.has(name));
      if (code === undefined && !known) wrong.push(`${kind}.${field} (${type}) is left out`);
      if (code !== undefined && !fits(code, type)) wrong.push(`${kind}.${field} (${type}) is read as ${code}`);
    }
    for (const field of Object.keys(fields)) {
      if (!library.has(field === 'subkind' ? 'kind' : field)) wrong.push(`${kind}.${field} does not exist`);
    }
  }
  expect(wrong).toEqual([]);
});

test('the corpus has every kind we declare, and no field of its trees is lost', () => {
  const seen = new Set<string>();
  const lost = new Set<string>();
  for (const sql of corpus) {
    const result = parseToJson(Buffer.from(sql));
    if ('error' in result) throw new Error(`${result.error.message}: ${sql}`);
    walk('ParseResult', JSON.parse(result.json) as object, seen, lost);
  }
  expect([...lost]).toEqual([]);
  expect(Object.keys(nodeFields).filter((kind) => !seen.has(kind))).toEqual([]);
});

/** Visits a node of the library's tree, noting kinds seen and fields that our table would drop. */
function walk(kind: string, raw: object, seen: Set<string>, lost: Set<string>): void {
  seen.add(kind);
  const fields = (nodeFields as Record<string, Record<string, string>>)[kind];
  for (const [field, value] of Object.entries(raw)) {
    const name = field === 'kind' ? 'subkind' : field;
    if (fields !== undefined && fields[name] === undefined && !redundant.has(field)) lost.add(`${kind}.${field}`);
    const type = libraryKinds.get(kind)?.get(field) ?? '';
    for (const item of Array.isArray(value) ? value : [value]) {
      if (typeof item !== 'object') continue;
      if (type.startsWith('Node'))
        for (const [inner, node] of Object.entries(item)) walk(inner, node as object, seen, lost);
      else walk(type.replace('[]', ''), item as object, seen, lost);
    }
  }
}

function fits(code: string, type: string): boolean {
  switch (type) {
    case 'boolean':
      return code === 'bool';
    case 'number':
    case 'bigint':
      return code === 'int' || code === 'count';
    case 'Node':
      return code === 'node' || code === 'object';
    case 'Node[]':
      return ['nodes', 'names', 'rows', 'functions', 'targets', 'distinct'].includes(code);
    default:
      return libraryKinds.has(type) ? code === type : code === 'name' || code === 'text';
  }
}

/** Kind → field → type, from the library's type declarations. */
function readLibraryKinds(): Map<string, Map<string, string>> {
  const path = createRequire(import.meta.url)
    .resolve('@pgsql/types')
    .replace(/[^/]*$/, 'types.d.ts');
  const kinds = new Map<string, Map<string, string>>();
  for (const [, kind, body] of readFileSync(path, 'utf8').matchAll(/^export interface (\w+) \{\n([^}]*)\}/gm)) {
    const fields = new Map<string, string>();
    for (const [, field, type] of (body ?? '').matchAll(/^ {4}(\w+)\?: ([\w[\]]+);/gm)) {
      fields.set(field as string, type as string);
    }
    kinds.set(kind as string, fields);
  }
  return kinds;
}
