/** Keys of several columns order like their values, whatever the directions and wherever NULLs go. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../../src/common/byte-writer.ts';
import { boolType } from '../../../src/types/boolean.ts';
import { byteaType } from '../../../src/types/bytea.ts';
import { arrayOf } from '../../../src/types/array.ts';
import { Interval } from '../../../src/types/datum.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { float4Type, float8Type } from '../../../src/types/float.ts';
import { int2Type, int4Type, int8Type } from '../../../src/types/integer.ts';
import { intervalType } from '../../../src/types/interval.ts';
import { decodeKeyPart, encodeKeyPart, keyLengthMax, prefixEnd } from '../../../src/types/key-encoding.ts';
import { numericType } from '../../../src/types/numeric.ts';
import { makeNumeric } from '../../../src/types/numeric-math.ts';
import { findTypeByName } from '../../../src/types/registry.ts';
import { bpcharType, textType, varcharType } from '../../../src/types/text.ts';
import type { TypeHandler } from '../../../src/types/type-handler.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'é', '\uFFFD', '😀', '\u{10FFFF}'), maxLength: 4 });
const int8 = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .map((value) => int8Type.parseText(String(value), -1, undefined as never));

/** Values of each type, close together so that equal and neighbouring ones are common. */
const columns: readonly (readonly [TypeHandler, fc.Arbitrary<Datum>])[] = [
  [boolType, fc.boolean()],
  [int2Type, fc.integer({ min: -32768, max: 32767 })],
  [int4Type, fc.oneof(fc.integer(), fc.integer({ min: -3, max: 3 }))],
  [int8Type, int8],
  [float4Type, fc.float()],
  [float8Type, fc.oneof(fc.double(), fc.constantFrom(0, -0, Infinity, -Infinity, NaN))],
  [
    numericType,
    fc
      .tuple(fc.bigInt({ min: -100000n, max: 100000n }), fc.integer({ min: 0, max: 8 }))
      .map(([d, s]) => makeNumeric(d, s)),
  ],
  [numericType, fc.tuple(fc.bigInt(), fc.integer({ min: 0, max: 300 })).map(([d, s]) => makeNumeric(d, s))],
  [textType, text],
  [bpcharType, text],
  [byteaType, fc.uint8Array({ maxLength: 4, max: 2 })],
  [
    intervalType,
    fc
      .tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -60, max: 60 }), fc.maxSafeInteger())
      .map(([m, d, u]) => new Interval(m, d, u)),
  ],
  [
    findTypeByName('_text') as TypeHandler,
    fc.array(fc.option(text), { maxLength: 3 }).map((list) => arrayOf(25, list)),
  ],
];

interface Column {
  readonly type: TypeHandler;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

const table = fc
  .array(fc.tuple(fc.nat({ max: columns.length - 1 }), fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 3 })
  .chain((choices) => {
    const chosen = choices.map(([index, descending, nullsFirst]) => {
      const [type, values] = columns[index] as readonly [TypeHandler, fc.Arbitrary<Datum>];
      return { column: { type, descending, nullsFirst }, values: fc.option(values, { freq: 4 }) };
    });
    const row = fc.tuple(...chosen.map(({ values }) => values));
    return fc.record({
      columns: fc.constant(chosen.map(({ column }) => column)),
      rows: fc.array(row, { minLength: 2, maxLength: 12 }),
    });
  });

function encode(key: readonly Column[], row: readonly Datum[]): Buffer {
  const out = new ByteWriter(8);
  key.forEach(({ type, descending, nullsFirst }, i) =>
    encodeKeyPart(type, row[i] as Datum, descending, nullsFirst, out),
  );
  return out.toBytes();
}

function compareRows(key: readonly Column[], a: readonly Datum[], b: readonly Datum[]): number {
  for (const [i, { type, descending, nullsFirst }] of key.entries()) {
    const [left, right] = [a[i] as Datum, b[i] as Datum];
    const nulls = Number(left === null) - Number(right === null);
    if (nulls !== 0) return nullsFirst ? -nulls : nulls;
    if (left === null || right === null) continue;
    const order = type.compare?.(left, right) ?? 0;
    if (order !== 0) return Math.sign(descending ? -order : order);
  }
  return 0;
}

describe('key encoding', () => {
  test('byte order is the order of the rows', () => {
    fc.assert(
      fc.property(table, ({ columns: key, rows }) => {
        for (const a of rows) {
          for (const b of rows) expect(Math.sign(encode(key, a).compare(encode(key, b)))).toBe(compareRows(key, a, b));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the first columns are a prefix that selects a range', () => {
    fc.assert(
      fc.property(table, ({ columns: key, rows }) => {
        for (const a of rows) {
          const prefix = encode(key.slice(0, 1), a);
          const end = prefixEnd(prefix);
          for (const b of rows) {
            const other = encode(key, b);
            const inRange = other.compare(prefix) >= 0 && (end === undefined || other.compare(end) < 0);
            expect(inRange).toBe(compareRows(key.slice(0, 1), a, b) === 0);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('exact keys decode to the values', () => {
    fc.assert(
      fc.property(table, ({ columns: key, rows }) => {
        for (const row of rows) {
          const bytes = encode(key, row);
          let at = 0;
          for (const [i, { type, descending }] of key.entries()) {
            if (row[i] !== null && !type.keyExact) return;
            const { value, next } = decodeKeyPart(type, bytes, at, descending);
            expect(type.compare === undefined || value === null ? value : type.compare(value, row[i] as Datum)).toBe(
              row[i] === null ? null : 0,
            );
            at = next;
          }
          expect(at).toBe(bytes.length);
        }
      }),
    );
  });

  test('types whose keys lose something say so (IDX-5)', () => {
    const inexact = [numericType, float4Type, float8Type, intervalType, bpcharType];
    expect(inexact.some(({ keyExact }) => keyExact)).toBe(false);
    expect([int4Type, textType, byteaType, boolType].every(({ keyExact }) => keyExact)).toBe(true);
  });

  test('declared lengths bound the key', () => {
    expect(keyLengthMax(int4Type, -1)).toBe(5);
    expect(keyLengthMax(textType, -1)).toBeUndefined();
    const longest = encode([{ type: varcharType, descending: false, nullsFirst: false }], ['😀'.repeat(5)]);
    expect(longest.length).toBe(keyLengthMax(varcharType, 5 + 4));
  });

  test('a prefix of 0xff has no end', () => {
    expect(prefixEnd(Buffer.from('0102ff', 'hex'))).toEqual(Buffer.from('0103', 'hex'));
    expect(prefixEnd(Buffer.from('ffff', 'hex'))).toBeUndefined();
  });
});
