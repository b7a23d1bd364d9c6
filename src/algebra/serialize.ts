/**
 * Bound expressions and queries as text, for defaults, CHECK constraints and views in the catalog. JSON of the tree with
 * tables replaced by their OIDs and the values JSON cannot say tagged. Read back, every id gets a fresh number, so that one
 * stored tree can be used many times in a statement.
 */
import type { Oid } from '../common/ids.ts';
import { InvariantError } from '../common/assert.ts';
import { ArrayValue, Interval, Numeric, RecordValue } from '../types/datum.ts';
import type { TableDescriptor } from '../catalog/descriptors.ts';
import type { ColumnId, Expression } from './expression.ts';
import type { Query } from './query.ts';

export function serializeExpression(expression: Expression): string {
  return JSON.stringify(encode(expression));
}

export function serializeQuery(query: Query): string {
  return JSON.stringify(encode(query));
}

/** `mapColumn` turns a stored column number (an attnum, for defaults and checks) into the id to use. */
export function deserializeExpression(text: string, mapColumn: (column: ColumnId) => ColumnId): Expression {
  const reader: Reader = { mapColumn, mapId: (id) => id, table: refuseTable };
  return decode(JSON.parse(text), reader) as Expression;
}

export interface QueryReader {
  /** A fresh number for the statement. */
  newId(): number;
  /** Throws if the table is gone, which dependencies prevent. */
  table(oid: Oid): TableDescriptor;
}

export function deserializeQuery(text: string, reader: QueryReader): Query {
  const fresh = new Map<number, number>();
  const mapId = (id: number): number => {
    let mapped = fresh.get(id);
    if (mapped === undefined) fresh.set(id, (mapped = reader.newId()));
    return mapped;
  };
  const mapColumn = (column: ColumnId) => mapId(column) as ColumnId;
  return decode(JSON.parse(text), { mapColumn, mapId, table: (oid) => reader.table(oid) }) as Query;
}

interface Reader {
  readonly mapColumn: (column: ColumnId) => ColumnId;
  readonly mapId: (id: number) => number;
  readonly table: (oid: Oid) => TableDescriptor;
}

function refuseTable(): never {
  throw new InvariantError('a stored expression refers to no table');
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function encode(value: unknown): Json {
  // Only in lists, such as the open bounds of an array slice.
  if (value === undefined) return { $none: true };
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { $number: String(Object.is(value, -0) ? '-0' : value) };
  if (typeof value === 'bigint') return { $bigint: value.toString() };
  if (Array.isArray(value)) return value.map(encode);
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (value instanceof Numeric) return { $numeric: [value.digits.toString(), value.scale, value.kind] };
  if (value instanceof Interval) return { $interval: [value.months, value.days, value.micros.toString()] };
  if (value instanceof ArrayValue) {
    return { $array: [value.elementType, [...value.lengths], [...value.lowerBounds], value.elements.map(encode)] };
  }
  if (value instanceof RecordValue) return { $record: [value.type, [...value.fieldTypes], value.fields.map(encode)] };
  const fields = value as Readonly<Record<string, unknown>>;
  if ('storage' in fields && 'rowTypeOid' in fields) return { $table: fields['oid'] as number };
  const result: { [key: string]: Json } = {};
  for (const [key, field] of Object.entries(fields)) {
    if (field !== undefined && key !== 'position') result[key] = encode(field);
  }
  return result;
}

function integer(text: string): number | bigint {
  const value = BigInt(text);
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

function decode(json: Json, reader: Reader): unknown {
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map((item) => decode(item, reader));
  const tagged = decodeTagged(json, reader);
  return tagged === none ? decodeNode(json, reader) : tagged;
}

/** What decodeTagged answers for a plain node; undefined is a value. */
const none = Symbol('no tag');

function decodeTagged(json: { readonly [key: string]: Json }, reader: Reader): unknown {
  const [tag] = Object.keys(json);
  if (tag === undefined || !tag.startsWith('$')) return none;
  const content = json[tag] as Json;
  switch (tag) {
    case '$none':
      return undefined;
    case '$number':
      return Number(content);
    case '$bigint':
      return BigInt(content as string);
    case '$bytes':
      return new Uint8Array(Buffer.from(content as string, 'base64'));
    case '$table':
      return reader.table(content as number);
    case '$numeric': {
      const [digits, scale, kind] = content as [string, number, Numeric['kind']];
      return new Numeric(integer(digits), scale, kind);
    }
    case '$interval': {
      const [months, days, micros] = content as [number, number, string];
      return new Interval(months, days, integer(micros));
    }
    case '$array': {
      const [elementType, lengths, lowerBounds, elements] = content as [number, number[], number[], Json[]];
      return new ArrayValue(elementType, lengths, lowerBounds, decode(elements, reader) as ArrayValue['elements']);
    }
    case '$record': {
      const [type, fieldTypes, fields] = content as [number, number[], Json[]];
      return new RecordValue(type, fieldTypes, decode(fields, reader) as RecordValue['fields']);
    }
    default:
      throw new InvariantError(`unknown tag ${tag} in a stored tree`);
  }
}

/** Fields that are left out when undefined, but must be own properties again (exactOptionalPropertyTypes, one shape). */
function decodeNode(json: { readonly [key: string]: Json }, reader: Reader): Record<string, unknown> {
  const node: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(json)) node[key] = decode(field, reader);
  if (typeof node['type'] === 'number' && typeof node['kind'] === 'string') node['position'] = undefined;
  if (node['kind'] === 'column') node['column'] = reader.mapColumn(node['column'] as ColumnId);
  // Output columns, common tables and from items carry ids of their own.
  if ('columnNumber' in node) node['id'] = reader.mapColumn(node['id'] as ColumnId);
  if ('materialized' in node) node['id'] = reader.mapId(node['id'] as number);
  if (typeof node['relation'] === 'number') node['relation'] = reader.mapId(node['relation']);
  if (typeof node['commonTable'] === 'number') node['commonTable'] = reader.mapId(node['commonTable']);
  if ('strength' in node) node['relations'] = (node['relations'] as number[]).map(reader.mapId);
  return node;
}
