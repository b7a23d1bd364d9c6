/**
 * The library's tree (the C structs as JSON) → our syntax tree.
 *
 * One converter per node kind is made from `nodeFields` when the kind first occurs: a function that reads the fields of
 * one JSON object and builds one of ours in a single object literal, so that all nodes of a kind have one hidden class. The
 * generated source consists of names from that table and nothing else.
 */
import { InvariantError } from '../common/assert.ts';
import { type FieldCode, type NodeKind, nodeFields } from './node-fields.ts';
import type { A_Const, ConstValue, Node, OtherNode, RangeFunctionItem, ResTarget, Statement } from './syntax.ts';

type Raw = Readonly<Record<string, unknown>>;
type Converter = (raw: Raw) => Node;

interface RawStatement {
  readonly stmt?: Raw;
  readonly stmt_location?: number;
  readonly stmt_len?: number;
}

/** One statement of the library's answer; `lengthBytes` is 0 for one that runs to the end of the text. */
export interface ConvertedStatement {
  readonly statement: Statement;
  readonly startByte: number;
  readonly lengthBytes: number;
}

/** How places in the text that was parsed become places in the text it was cut from. */
export interface LocationMap {
  /** Added to places before `cut` … */
  readonly shiftBefore: number;
  readonly cut: number;
  /** … and to those from `cut` on. */
  readonly shiftAfter: number;
}

const sameText: LocationMap = { shiftBefore: 0, cut: 0, shiftAfter: 0 };

let locationMap = sameText;

/** Converts the library's answer, the JSON text of all statements of one string. Only the locations of nodes are mapped. */
export function convertTree(json: string, map: LocationMap = sameText): ConvertedStatement[] {
  locationMap = map;
  const { stmts } = JSON.parse(json) as { readonly stmts: readonly RawStatement[] };
  return stmts.map((raw) => ({
    statement: node(raw.stmt) as Statement,
    startByte: raw.stmt_location ?? 0,
    lengthBytes: raw.stmt_len ?? 0,
  }));
}

// -------------------------------------------------------------------------------------------- what converters are made of

const noNodes: readonly Node[] = [];

/** A node wrapped as `{"Kind": {…}}`; `{}` is C's null. */
function node(wrapped: Raw | undefined): Node | undefined {
  for (const kind in wrapped) {
    const convert = converters.get(kind);
    const raw = wrapped[kind] as Raw;
    return convert === undefined ? otherNode(kind, raw) : convert(raw);
  }
  return undefined;
}

function nodes(list: readonly Raw[] | undefined): readonly (Node | undefined)[] {
  if (list === undefined) return noNodes;
  const result: (Node | undefined)[] = [];
  for (let i = 0; i < list.length; i++) result.push(node(list[i]));
  return result;
}

/** A string, integer or list becomes the JS value, anything else a node. */
function object(wrapped: Raw | undefined): unknown {
  if (wrapped === undefined) return undefined;
  const text = wrapped['String'] as { sval?: string } | undefined;
  if (text !== undefined) return text.sval ?? '';
  const integer = wrapped['Integer'] as { ival?: number } | undefined;
  if (integer !== undefined) return integer.ival ?? 0;
  const list = wrapped['List'] as { items?: Raw[] } | undefined;
  if (list !== undefined) return names(list.items);
  return node(wrapped);
}

function names(list: readonly Raw[] | undefined): readonly unknown[] {
  if (list === undefined) return noNodes;
  const result: unknown[] = [];
  for (let i = 0; i < list.length; i++) result.push(object(list[i]));
  return result;
}

function distinct(list: readonly Raw[] | undefined): readonly (Node | undefined)[] | undefined {
  if (list === undefined) return undefined;
  return nodes(list).filter((item) => item !== undefined);
}

/** The items of a List node. */
function itemsOf(wrapped: Raw | undefined): readonly Raw[] | undefined {
  return (wrapped?.['List'] as { items?: Raw[] } | undefined)?.items;
}

function rows(list: readonly Raw[] | undefined): readonly (readonly (Node | undefined)[])[] {
  return list === undefined ? [] : list.map((row) => nodes(itemsOf(row)));
}

function functions(list: readonly Raw[] | undefined): readonly RangeFunctionItem[] {
  if (list === undefined) return [];
  return list.map((pair) => {
    const [call, columns] = itemsOf(pair) ?? [];
    return { func: node(call), coldeflist: nodes(itemsOf(columns)) } as RangeFunctionItem;
  });
}

/** The library repeats the source of `(a, b) = source` for each column; the first column's copy serves all. */
function targets(list: readonly Raw[] | undefined): readonly ResTarget[] {
  if (list === undefined) return [];
  const result: ResTarget[] = [];
  for (const wrapped of list) {
    const target = node(wrapped) as ResTarget;
    const before = result.at(-1)?.val;
    const { val } = target;
    const shared = val?.kind === 'MultiAssignRef' && val.colno > 1 && before?.kind === 'MultiAssignRef';
    result.push(shared ? { ...target, val: { ...val, source: before.source } } : target);
  }
  return result;
}

function location(value: number | undefined): number {
  const place = value ?? 0;
  if (place < 0) return place;
  return place + (place < locationMap.cut ? locationMap.shiftBefore : locationMap.shiftAfter);
}

/** FETCH ALL is the largest `long`, which in 32-bit WebAssembly is that of int32. */
function count(value: number | undefined): number {
  return value === 0x7fffffff ? Infinity : (value ?? 0);
}

// --------------------------------------------------------------------------------------------------------- the converters

const helpers = { node, nodes, names, object, distinct, rows, functions, targets, location, count };

const converters = new Map<string, Converter>([['A_Const', constant]]);
for (const kind of Object.keys(nodeFields) as NodeKind[]) {
  converters.set(kind, (raw) => {
    const convert = makeConverter(kind);
    converters.set(kind, convert);
    return convert(raw);
  });
}

function makeConverter(kind: NodeKind): Converter {
  const fields = Object.entries(nodeFields[kind] as Readonly<Record<string, FieldCode>>);
  const properties = fields.map(([field, code]) => `${field}: ${readerOf(field === 'subkind' ? 'kind' : field, code)}`);
  const literal = `{ ${[`kind: '${kind}'`, ...properties].join(', ')} }`;
  const parameters = [...Object.keys(helpers), 'unwrapped'];
  const make = new Function(...parameters, `return (raw) => (${literal})`);
  return make(...Object.values(helpers), unwrapped) as Converter;
}

/** JavaScript that reads one field of `raw`. */
function readerOf(field: string, code: FieldCode): string {
  switch (code) {
    case 'bool':
      return `raw.${field} === true`;
    case 'int':
      return field === 'location' ? `location(raw.${field})` : `raw.${field} ?? 0`;
    case 'name':
      return `raw.${field} ?? ''`;
    case 'text':
      return `raw.${field}`;
    case 'node':
    case 'nodes':
    case 'names':
    case 'object':
    case 'distinct':
    case 'rows':
    case 'functions':
    case 'targets':
    case 'count':
      return `${code}(raw.${field})`;
    default:
      return `raw.${field} === undefined ? undefined : unwrapped('${code}', raw.${field})`;
  }
}

function unwrapped(kind: string, raw: Raw): Node {
  const convert = converters.get(kind);
  if (convert === undefined) throw new InvariantError(`PARSE-2: no converter for ${kind}`);
  return convert(raw);
}

function constant(raw: Raw): A_Const {
  return { kind: 'A_Const', val: constantValue(raw), location: location(raw['location'] as number | undefined) };
}

function constantValue(raw: Raw): ConstValue {
  const integer = raw['ival'] as { ival?: number } | undefined;
  if (integer !== undefined) return { kind: 'Integer', ival: integer.ival ?? 0 };
  const text = raw['sval'] as { sval?: string } | undefined;
  if (text !== undefined) return { kind: 'String', sval: text.sval ?? '' };
  const float = raw['fval'] as { fval?: string } | undefined;
  if (float !== undefined) return { kind: 'Float', fval: float.fval ?? '' };
  const boolean = raw['boolval'] as { boolval?: boolean } | undefined;
  if (boolean !== undefined) return { kind: 'Boolean', boolval: boolean.boolval === true };
  const bits = raw['bsval'] as { bsval?: string } | undefined;
  if (bits !== undefined) return { kind: 'BitString', bsval: bits.bsval ?? '' };
  return { kind: 'Null' };
}

// ---------------------------------------------------------------------------------------------- nodes without a declaration

function otherNode(nodeKind: string, raw: Raw): OtherNode {
  const fields = otherFields(raw);
  const place = fields['location'];
  return { kind: 'OtherNode', nodeKind, fields, location: typeof place === 'number' ? place : -1 };
}

function otherFields(raw: Raw): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    fields[name] = name === 'location' && typeof value === 'number' ? location(value) : otherValue(value);
  }
  return fields;
}

function otherValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(otherValue);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.keys(value);
  const isWrapped = names.length === 1 && /^[A-Z]/.test(names[0] as string);
  return isWrapped ? node(value as Raw) : otherFields(value as Raw);
}
