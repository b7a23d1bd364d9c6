/**
 * Turns the condition of an index scan into ranges of encoded keys. Equalities give a list of key prefixes (the product of
 * their alternatives), a range on the next column cuts each of them. Key bytes already say DESC and where NULLs go
 * (types/key-encoding.ts), so the byte order of the ranges is the scan's order.
 */
import { InvariantError } from '../common/assert.ts';
import { ByteWriter } from '../common/byte-writer.ts';
import type { Oid } from '../common/ids.ts';
import type { IndexScan, KeyBound, KeyEquality } from '../algebra/physical.ts';
import type { KeyRange } from '../tables/access-method.ts';
import { ArrayValue } from '../types/datum.ts';
import type { Datum } from '../types/datum.ts';
import { encodeKeyPart, keyMarker, prefixEnd } from '../types/key-encoding.ts';
import { typeOid } from '../types/oids.ts';
import { getType } from '../types/registry.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import { evaluateConstant } from './compile/batch-environment.ts';
import type { EvaluationContext } from './compile/batch-environment.ts';

/** One column of the index. */
interface Part {
  readonly handler: TypeHandler;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** Where a value lies relative to what the column can hold: an int8 may be outside of an int4 column. */
type Reach = 'inside' | 'below' | 'above';

const integerLimits: ReadonlyMap<Oid, number> = new Map([
  [typeOid.int2, 0x7fff],
  [typeOid.int4, 0x7fff_ffff],
]);

function reachOf(type: Oid, value: Datum): Reach {
  const limit = integerLimits.get(type);
  if (limit === undefined || (typeof value !== 'number' && typeof value !== 'bigint')) return 'inside';
  if (value > limit) return 'above';
  return value < -limit - 1 ? 'below' : 'inside';
}

export class IndexRanges {
  readonly #node: IndexScan;
  readonly #parts: readonly Part[];
  readonly #writer = new ByteWriter(64);

  constructor(node: IndexScan) {
    this.#node = node;
    const { columns, descending, nullsFirst } = node.index;
    this.#parts = columns.map((number, i) => {
      const column = node.table.columns[number - 1];
      if (column === undefined) throw new InvariantError(`index ${node.index.name} names column ${number}`);
      return {
        handler: getType(column.typeOid),
        descending: descending[i] ?? false,
        nullsFirst: nullsFirst[i] ?? false,
      };
    });
    checkTypes(node, this.#parts);
  }

  /** Whether the condition is one value for each column of the key. */
  get isPoint(): boolean {
    const { equals } = this.#node.condition;
    return (
      equals.length === this.#parts.length &&
      equals.every((equality) => equality.kind === 'values' && equality.values.length === 1)
    );
  }

  /** Writes the key of a point condition; false if a value is NULL or cannot be in the column. */
  pointKey(context: EvaluationContext, out: ByteWriter): boolean {
    out.reset();
    const { equals } = this.#node.condition;
    for (let i = 0; i < equals.length; i++) {
      const equality = equals[i] as Extract<KeyEquality, { kind: 'values' }>;
      const value = evaluateConstant(equality.values[0] as (typeof equality.values)[number], context);
      const part = this.#parts[i] as Part;
      if (value === null || reachOf(part.handler.oid, value) !== 'inside') return false;
      encodeKeyPart(part.handler, value, part.descending, part.nullsFirst, out);
    }
    return true;
  }

  /** The ranges in scan order; empty when nothing can match, undefined for the whole index. */
  evaluate(context: EvaluationContext): readonly KeyRange[] | undefined {
    const { equals, lower, upper, notNull } = this.#node.condition;
    let prefixes: Uint8Array[] = [new Uint8Array(0)];
    equals.forEach((equality, i) => {
      const alternatives = this.#alternatives(equality, this.#parts[i] as Part, context);
      prefixes = prefixes.flatMap((prefix) => alternatives.map((part) => Buffer.concat([prefix, part])));
    });
    const isRange = lower !== undefined || upper !== undefined || notNull;
    if (equals.length === 0 && !isRange) return undefined;
    const bounds = isRange ? this.#bounds(this.#parts[equals.length] as Part, context) : wholePrefix;
    if (bounds === undefined) return [];
    const ranges = prefixes.map((prefix) => bounds(prefix)).filter(({ low, high }) => isBefore(low, high));
    return this.#node.descending ? ranges.reverse() : ranges;
  }

  /** Encoded values of one key column, in key order without repetitions. */
  #alternatives(equality: KeyEquality, part: Part, context: EvaluationContext): Uint8Array[] {
    if (equality.kind === 'null') return [this.#encode(null, part)];
    const encoded = valuesOf(equality, context)
      .filter((value) => value !== null && reachOf(part.handler.oid, value) === 'inside')
      .map((value) => this.#encode(value, part))
      .sort((a, b) => Buffer.compare(a, b));
    return encoded.filter((key, i) => i === 0 || Buffer.compare(key, encoded[i - 1] as Uint8Array) !== 0);
  }

  #encode(value: Datum, part: Part): Uint8Array {
    this.#writer.reset();
    encodeKeyPart(part.handler, value, part.descending, part.nullsFirst, this.#writer);
    return this.#writer.toBytes();
  }

  /** The range of one column behind a prefix; undefined when a bound is NULL or out of reach: nothing matches. */
  #bounds(part: Part, context: EvaluationContext): ((prefix: Uint8Array) => KeyRange) | undefined {
    const { lower, upper } = this.#node.condition;
    const low = this.#bound(lower, part, 'below', context);
    const high = this.#bound(upper, part, 'above', context);
    if (low === 'nothing' || high === 'nothing') return undefined;
    const [first, last] = part.descending ? [high, low] : [low, high];
    return (prefix) => ({
      low: first === undefined ? Buffer.concat([prefix, valuesBegin]) : startOf(prefix, first),
      high: last === undefined ? Buffer.concat([prefix, valuesEnd]) : endOf(prefix, last),
    });
  }

  /** `open` is the side on which a bound out of reach does not bound at all; on the other nothing matches. */
  #bound(
    bound: KeyBound | undefined,
    part: Part,
    open: Reach,
    context: EvaluationContext,
  ): EncodedBound | 'nothing' | undefined {
    if (bound === undefined) return undefined;
    const value = evaluateConstant(bound.expression, context);
    if (value === null) return 'nothing';
    const reach = reachOf(part.handler.oid, value);
    if (reach !== 'inside') return reach === open ? undefined : 'nothing';
    return { key: this.#encode(value, part), inclusive: bound.inclusive };
  }
}

interface EncodedBound {
  readonly key: Uint8Array;
  readonly inclusive: boolean;
}

const valuesBegin = Uint8Array.of(keyMarker.value);
const valuesEnd = Uint8Array.of(keyMarker.nullLast);

function wholePrefix(prefix: Uint8Array): KeyRange {
  return { low: prefix, high: prefixEnd(prefix) };
}

function startOf(prefix: Uint8Array, { key, inclusive }: EncodedBound): Uint8Array | undefined {
  const start = Buffer.concat([prefix, key]);
  return inclusive ? start : prefixEnd(start);
}

function endOf(prefix: Uint8Array, { key, inclusive }: EncodedBound): Uint8Array | undefined {
  const start = Buffer.concat([prefix, key]);
  return inclusive ? prefixEnd(start) : start;
}

function isBefore(low: Uint8Array | undefined, high: Uint8Array | undefined): boolean {
  return low === undefined || high === undefined || Buffer.compare(low, high) < 0;
}

function valuesOf(equality: Exclude<KeyEquality, { kind: 'null' }>, context: EvaluationContext): readonly Datum[] {
  if (equality.kind === 'values') return equality.values.map((value) => evaluateConstant(value, context));
  const array = evaluateConstant(equality.array, context);
  return array instanceof ArrayValue ? array.elements : [];
}

/** Values are encoded as the column's type, so their Datums must be of its kind (the planner casts what is not). */
function checkTypes(node: IndexScan, parts: readonly Part[]): void {
  const { equals, lower, upper } = node.condition;
  const check = (type: Oid, part: Part | undefined): void => {
    if (part !== undefined && !sharesDatums(part.handler, getType(type))) {
      throw new InvariantError(`index ${node.index.name}: type ${type} against a key of type ${part.handler.oid}`);
    }
  };
  equals.forEach((equality, i) => {
    if (equality.kind === 'values') for (const value of equality.values) check(value.type, parts[i]);
    else if (equality.kind === 'any') check(getType(equality.array.type).elementOid, parts[i]);
  });
  for (const bound of [lower, upper]) if (bound !== undefined) check(bound.expression.type, parts[equals.length]);
}

const integers: readonly Oid[] = [typeOid.int2, typeOid.int4, typeOid.int8];

function sharesDatums(column: TypeHandler, value: TypeHandler): boolean {
  if (column.oid === value.oid || (integers.includes(column.oid) && integers.includes(value.oid))) return true;
  if (integers.includes(column.oid) || integers.includes(value.oid)) return false;
  return column.vectorKind === value.vectorKind && column.category === value.category;
}
