/** CREATE / ALTER SEQUENCE, and the sequences behind serial and identity columns. */
import type { Oid } from '../../common/ids.ts';
import { SqlError, notSupported } from '../../common/sql-error.ts';
import { canonicalInt64 } from '../../types/datum.ts';
import { getType } from '../../types/registry.ts';
import { typeOids } from '../../functions/type-oids.ts';
import { insertRow, readStoredRows, updateRow, type CatalogRow } from '../../catalog/catalog-rows.ts';
import { classOid } from '../../catalog/row-builders.ts';
import { resolveTypeName } from '../../analyzer/type-name.ts';
import { AnalyzeContext } from '../../analyzer/context.ts';
import type { AlterSeqStmt, CreateSeqStmt } from '../../parser/definition-syntax.ts';
import type { DefElem, RangeVar } from '../../parser/syntax.ts';
import type { CommandContext, CommandTag } from './context.ts';
import { creationNamespace, relationExists, requireFreeName, requireRelation, writtenName } from './names.ts';
import { depend, insertRelation, removeRows, type NewColumn } from './relation-rows.ts';

export interface SequenceOptions {
  readonly type: Oid;
  readonly start: bigint;
  readonly increment: bigint;
  readonly min: bigint;
  readonly max: bigint;
  readonly cache: bigint;
  readonly cycle: boolean;
}

const limits = new Map<Oid, readonly [bigint, bigint]>([
  [typeOids.int2, [-32768n, 32767n]],
  [typeOids.int4, [-2147483648n, 2147483647n]],
  [typeOids.int8, [-(2n ** 63n), 2n ** 63n - 1n]],
]);

function integerOption(option: DefElem): bigint {
  const value = option.arg;
  if (value?.kind === 'Integer') return BigInt(value.ival);
  if (value?.kind === 'Float') return BigInt(value.fval);
  throw new SqlError('42601', `${option.defname} requires a numeric value`);
}

/** Reads the options over what holds already; `given` names those written. Throws 22023 as PostgreSQL. */
export function readOptions(
  options: readonly DefElem[],
  base: SequenceOptions | undefined,
  defaultType: Oid,
  context: CommandContext,
): SequenceOptions {
  const find = (name: string) => options.find((option) => option.defname === name);
  const asOption = find('as');
  let type = base?.type ?? defaultType;
  if (asOption?.arg?.kind === 'TypeName') {
    type = resolveTypeName(asOption.arg, new AnalyzeContext(context.analyzeOptions())).oid;
    if (!limits.has(type)) throw new SqlError('22023', 'sequence type must be smallint, integer, or bigint');
  }
  const [typeMin, typeMax] = limits.get(type) as readonly [bigint, bigint];
  const incrementOption = find('increment');
  const increment = incrementOption === undefined ? (base?.increment ?? 1n) : integerOption(incrementOption);
  if (increment === 0n) throw new SqlError('22023', 'INCREMENT must not be zero');
  const bound = (name: 'minvalue' | 'maxvalue', held: bigint | undefined, standard: bigint): bigint => {
    const option = find(name);
    if (option === undefined) return held === undefined || base?.type !== type ? (held ?? standard) : held;
    return option.arg === undefined ? standard : integerOption(option);
  };
  const max = bound('maxvalue', base?.max, increment > 0n ? typeMax : -1n);
  const min = bound('minvalue', base?.min, increment > 0n ? 1n : typeMin);
  const typeName = getType(type).sqlName;
  if (max < typeMin || max > typeMax)
    throw new SqlError('22023', `MAXVALUE (${max}) is out of range for sequence data type ${typeName}`);
  if (min < typeMin || min > typeMax)
    throw new SqlError('22023', `MINVALUE (${min}) is out of range for sequence data type ${typeName}`);
  if (min >= max) throw new SqlError('22023', `MINVALUE (${min}) must be less than MAXVALUE (${max})`);
  const startOption = find('start');
  const start = startOption === undefined ? (base?.start ?? (increment > 0n ? min : max)) : integerOption(startOption);
  if (start < min) throw new SqlError('22023', `START value (${start}) cannot be less than MINVALUE (${min})`);
  if (start > max) throw new SqlError('22023', `START value (${start}) cannot be greater than MAXVALUE (${max})`);
  const cacheOption = find('cache');
  const cache = cacheOption === undefined ? (base?.cache ?? 1n) : integerOption(cacheOption);
  if (cache <= 0n) throw new SqlError('22023', `CACHE (${cache}) must be greater than zero`);
  const cycleOption = find('cycle');
  const cycle =
    cycleOption === undefined ? (base?.cycle ?? false) : cycleOption.arg?.kind !== 'Boolean' || cycleOption.arg.boolval;
  return { type, start, increment, min, max, cache, cycle };
}

function sequenceRow(oid: Oid, options: SequenceOptions): CatalogRow {
  return {
    seqrelid: oid,
    seqtypid: options.type,
    seqstart: canonicalInt64(options.start),
    seqincrement: canonicalInt64(options.increment),
    seqmax: canonicalInt64(options.max),
    seqmin: canonicalInt64(options.min),
    seqcache: canonicalInt64(options.cache),
    seqcycle: options.cycle,
  };
}

/** The columns a sequence shows when selected from. */
function sequenceColumns(): NewColumn[] {
  const column = (number: number, name: string, typeOid: Oid): NewColumn => ({
    number,
    name,
    typeOid,
    typmod: -1,
    collation: 0,
    notNull: true,
    identity: '',
    generated: '',
    dimensions: 0,
    default: undefined,
    hasMissing: false,
  });
  return [
    column(1, 'last_value', typeOids.int8),
    column(2, 'log_cnt', typeOids.int8),
    column(3, 'is_called', typeOids.bool),
  ];
}

/** Makes a sequence; returns its OID. */
export async function makeSequence(
  name: string,
  namespace: Oid,
  persistence: string,
  options: SequenceOptions,
  context: CommandContext,
): Promise<Oid> {
  const oid = context.newOid();
  await insertRelation(
    { oid, name, namespace, kind: 'S', persistence, columns: sequenceColumns(), hasIndex: false, hasRules: false },
    context,
  );
  await insertRow(context.writing, 'pg_sequence', sequenceRow(oid, options));
  await context.tables.sequences.create(oid, options.start, false, context.transaction);
  return oid;
}

/** OWNED BY: the sequence goes when the column goes. `kind` a: serial, i: identity. */
export async function ownSequence(
  sequence: Oid,
  table: Oid,
  column: number,
  kind: 'a' | 'i',
  context: CommandContext,
): Promise<void> {
  await depend([classOid.relation, sequence, 0], [classOid.relation, table, column], kind, context);
}

export async function createSequence(node: CreateSeqStmt, context: CommandContext): Promise<CommandTag> {
  const namespace = await creationNamespace(node.sequence, context);
  const name = node.sequence.relname;
  if (node.if_not_exists && relationExists(namespace, name, context)) {
    context.notice({ severity: 'NOTICE', sqlState: '42P07', message: `relation "${name}" already exists, skipping` });
    return 'CREATE SEQUENCE';
  }
  requireFreeName(namespace, name, context);
  const options = readOptions(node.options, undefined, typeOids.int8, context);
  const oid = await makeSequence(name, namespace, node.sequence.relpersistence, options, context);
  context.catalogChanged();
  await applyOwnedBy(oid, node.options, context);
  return 'CREATE SEQUENCE';
}

async function applyOwnedBy(sequence: Oid, options: readonly DefElem[], context: CommandContext): Promise<void> {
  const owned = options.find((option) => option.defname === 'owned_by')?.arg;
  if (owned?.kind !== 'List') return;
  const words = owned.items.map((item) => (item.kind === 'String' ? item.sval : ''));
  await removeRows(
    'pg_depend',
    'pg_depend_depender_index',
    [classOid.relation, sequence],
    context,
    (row) => row.values['deptype'] !== 'a',
  );
  if (words.length === 1 && words[0] === 'none') return;
  const columnName = words.at(-1) as string;
  const table = requireRelation(tableName(words.slice(0, -1)), context, 'rv');
  const column = table.columns.find((candidate) => candidate.name === columnName && !candidate.dropped);
  if (column === undefined)
    throw new SqlError('42703', `column "${columnName}" of relation "${table.name}" does not exist`);
  await ownSequence(sequence, table.oid, column.number, 'a', context);
  context.catalogChanged();
}

function tableName(words: readonly string[]): RangeVar {
  return {
    kind: 'RangeVar',
    catalogname: undefined,
    schemaname: words.length > 1 ? words.at(-2) : undefined,
    relname: words.at(-1) ?? '',
    inh: true,
    relpersistence: 'p',
    alias: undefined,
    location: -1,
  };
}

export async function alterSequence(node: AlterSeqStmt, context: CommandContext): Promise<CommandTag> {
  const { sequence } = node;
  if (node.missing_ok && context.catalog.findRelation(sequence.schemaname, sequence.relname) === undefined) {
    context.notice({
      severity: 'NOTICE',
      sqlState: '00000',
      message: `relation "${writtenName(sequence)}" does not exist, skipping`,
    });
    return 'ALTER SEQUENCE';
  }
  const relation = requireRelation(sequence, context, 'S');
  await context.lockTable(relation.oid, 'share row exclusive');
  const [row] = readStoredRows(context.writing, 'pg_sequence', 'pg_sequence_seqrelid_index', [relation.oid]);
  if (row === undefined) throw new SqlError('XX000', `cache lookup failed for sequence ${relation.oid}`);
  const options = readOptions(node.options, optionsOf(row.values), typeOids.int8, context);
  await updateRow(context.writing, 'pg_sequence', row, sequenceRow(relation.oid, options));
  const restart = node.options.find((option) => option.defname === 'restart');
  const { sequences } = context.tables;
  if (restart !== undefined) {
    const value = restart.arg === undefined ? options.start : integerOption(restart);
    checkValue('RESTART', value, options);
    await sequences.restart(relation.oid, value, false, context.transaction);
  } else {
    checkValue('RESTART', sequences.state(relation.oid).lastValue, options);
  }
  await applyOwnedBy(relation.oid, node.options, context);
  context.catalogChanged();
  return 'ALTER SEQUENCE';
}

function checkValue(what: string, value: bigint, options: SequenceOptions): void {
  if (value < options.min)
    throw new SqlError('22023', `${what} value (${value}) cannot be less than MINVALUE (${options.min})`);
  if (value > options.max)
    throw new SqlError('22023', `${what} value (${value}) cannot be greater than MAXVALUE (${options.max})`);
}

export function optionsOf(row: CatalogRow): SequenceOptions {
  const big = (name: string) => BigInt(row[name] as number | bigint);
  return {
    type: row['seqtypid'] as Oid,
    start: big('seqstart'),
    increment: big('seqincrement'),
    min: big('seqmin'),
    max: big('seqmax'),
    cache: big('seqcache'),
    cycle: row['seqcycle'] as boolean,
  };
}

/** TRUNCATE … RESTART IDENTITY. */
export async function restartSequence(sequence: Oid, context: CommandContext): Promise<void> {
  const [row] = readStoredRows(context.writing, 'pg_sequence', 'pg_sequence_seqrelid_index', [sequence]);
  if (row === undefined) throw notSupported('restart of this sequence');
  await context.tables.sequences.restart(sequence, optionsOf(row.values).start, false, context.transaction);
}
