/** Vectors keep values exactly when they are written, turned wide, copied, gathered, grown, compared and hashed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultIoContext as io } from '../../../src/types/io-context.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { findTypeByName } from '../../../src/types/registry.ts';
import type { TypeHandler } from '../../../src/types/type-handler.ts';
import { createVector, resetVector } from '../../../src/types/vector.ts';
import type { Vector } from '../../../src/types/vector.ts';
import { writeRowFromText } from '../../../src/types/vector-text.ts';
import { outcome } from './fixture.ts';
import { appendVector, gatherVector, growVector, hashVector, rowComparator } from '../../../src/types/vector-io.ts';

function typeOf(name: string): TypeHandler {
  return findTypeByName(name) as TypeHandler;
}

/** Literals around the places where the physical form changes. */
const literals: Readonly<Record<string, readonly string[]>> = {
  bool: ['t', 'f'],
  int4: ['0', '-1', '2147483647', '-2147483648'],
  float8: ['0', '-0', 'NaN', 'Infinity', '1.5'],
  int8: ['0', '9007199254740991', '9007199254740992', '-9007199254740991', '-9007199254740992', '9223372036854775807'],
  oid: ['0', '4294967295'],
  timestamp: ['2000-01-01', 'infinity', '-infinity', '2285-06-05 23:47:34.740991', '2285-06-05 23:47:34.740992'],
  numeric: [
    '1',
    '1.0',
    '1.00',
    '0',
    '0.00',
    'NaN',
    'Infinity',
    '90071992547409.91',
    '90071992547409.92',
    '-5.25',
    '7.25',
  ],
  text: ['', 'a', 'é', '😀'],
  bytea: ['', '\\x00', '\\xff00'],
  interval: ['1 mon', '30 days', '-1 day'],
  _int8: ['{}', '{1,NULL,9223372036854775807}', '{{1},{2}}'],
};

const column = fc.constantFrom(...Object.keys(literals)).chain((name) =>
  fc.record({
    type: fc.constant(typeOf(name)),
    values: fc.array(fc.option(fc.constantFrom(...(literals[name] as readonly string[])), { freq: 4 }), {
      minLength: 1,
      maxLength: 20,
    }),
  }),
);

function parse(type: TypeHandler, value: string | null): Datum {
  return value === null ? null : type.parseText(value, -1, io);
}

function fill(type: TypeHandler, values: readonly (string | null)[], vector: Vector): void {
  resetVector(vector);
  values.forEach((value, row) => type.writeDatum(vector, row, parse(type, value)));
}

function contents(type: TypeHandler, vector: Vector, count: number): (string | null)[] {
  return Array.from({ length: count }, (_, row) => {
    const value = type.readDatum(vector, row);
    return value === null ? null : type.formatText(value, io);
  });
}

function expected(type: TypeHandler, values: readonly (string | null)[]): (string | null)[] {
  return values.map((value) => (value === null ? null : type.formatText(parse(type, value), io)));
}

describe('vectors', () => {
  test('hold what was written, also when reused', () => {
    fc.assert(
      fc.property(column, column, ({ type, values }, other) => {
        const vector = createVector(type.vectorKind, 20);
        if (other.type.vectorKind === type.vectorKind) fill(other.type, other.values, vector);
        fill(type, values, vector);
        expect(contents(type, vector, values.length)).toEqual(expected(type, values));
      }),
      { numRuns: 500 },
    );
  });

  test('append, gather and grow keep values', () => {
    fc.assert(
      fc.property(column, fc.array(fc.nat({ max: 19 }), { maxLength: 20 }), ({ type, values }, picks) => {
        const source = createVector(type.vectorKind, 20);
        fill(type, values, source);
        const target = createVector(type.vectorKind, 20);
        appendVector(source, 0, values.length, target, 0);
        const selection = Int32Array.from(picks.filter((row) => row < values.length).sort((a, b) => a - b));
        growVector(target, values.length + selection.length);
        gatherVector(source, selection, selection.length, target, values.length);
        const all = [...values, ...Array.from(selection, (row) => values[row] as string | null)];
        expect(contents(type, target, all.length)).toEqual(expected(type, all));
        const copy = createVector(type.vectorKind, 20);
        gatherVector(source, undefined, values.length, copy);
        expect(contents(type, copy, values.length)).toEqual(expected(type, values));
      }),
      { numRuns: 500 },
    );
  });

  test('rows compare and hash like their values', () => {
    fc.assert(
      fc.property(column, ({ type, values }) => {
        const vector = createVector(type.vectorKind, 20);
        fill(type, values, vector);
        const compare = rowComparator(type);
        const hashes = new Int32Array(values.length);
        hashVector(type, vector, { selection: undefined, count: values.length }, hashes);
        const data = values.map((value) => parse(type, value));
        data.forEach((a, i) => {
          expect(hashes[i]).toBe(a === null ? 0 : type.hash?.(a));
          data.forEach((b, j) => {
            if (a === null || b === null) return;
            const order = Math.sign(type.compare?.(a, b) ?? NaN);
            expect(Math.sign(compare(vector, i, vector, j))).toBe(order);
            if (order === 0) expect(hashes[i]).toBe(hashes[j]);
          });
        });
      }),
      { numRuns: 300 },
    );
  });

  test('text read from bytes is what the input function makes of it', () => {
    const types = ['text', 'varchar', 'bpchar', 'int2', 'int4', 'int8', 'numeric', 'bool', 'date'].map(typeOf);
    const piece = fc.oneof(
      fc.constantFrom('', '-', '.', 't', 'f', 'é', ' ', '0', '-0', '12.50', '9'.repeat(18), 'abc'),
      fc.integer().map(String),
      fc.float({ noNaN: true }).map((value) => value.toFixed(2)),
    );
    const typmods = fc.constantFrom(-1, 4 + 3, 4 + 8, ((7 << 16) | 2) + 4);
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        typmods,
        (type, pieces, typmod) => {
          const vector = createVector(type.vectorKind, 6);
          const other = createVector(type.vectorKind, 6);
          const usedTypmod = type.name === 'numeric' ? Math.max(typmod, -1) : Math.min(typmod, 12);
          const run = (write: (text: string, row: number) => void): unknown =>
            outcome(() => pieces.forEach((text, row) => write(text, row)));
          const direct = run((text, row) => {
            const bytes = Buffer.from(`x${text}y`);
            writeRowFromText(type, vector, row, bytes, 1, bytes.length - 1, usedTypmod, io);
          });
          expect(direct).toEqual(run((text, row) => type.writeDatum(other, row, type.parseText(text, usedTypmod, io))));
          if (direct === undefined)
            expect(contents(type, vector, pieces.length)).toEqual(contents(type, other, pieces.length));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('int8 is narrow up to 2^53 and wide beyond', () => {
    const type = typeOf('int8');
    const vector = createVector('int64', 4);
    fill(type, ['1', null, '9007199254740991'], vector);
    expect(vector.kind === 'int64' && vector.wide).toBeUndefined();
    type.writeDatum(vector, 3, 9007199254740992n);
    expect(vector.kind === 'int64' && vector.wide).toBeDefined();
    expect(contents(type, vector, 4)).toEqual(['1', null, '9007199254740991', '9007199254740992']);
  });

  test('numeric is narrow while one scale serves all; NULLs before do not decide it', () => {
    const type = typeOf('numeric');
    const vector = createVector('numeric', 4);
    fill(type, [null, '1.50', '2.25'], vector);
    expect(vector.kind === 'numeric' && [vector.wide, vector.scale, vector.values[2]]).toEqual([undefined, 2, 225]);
    type.writeDatum(vector, 3, parse(type, '1.5'));
    expect(contents(type, vector, 4)).toEqual([null, '1.50', '2.25', '1.5']);
  });

  test('equal integers of different width hash alike', () => {
    for (const value of ['0', '-1', '12345', '-32768']) {
      const hashes = ['int2', 'int4', 'int8'].map((name) => typeOf(name).hash?.(parse(typeOf(name), value)));
      expect(new Set(hashes).size).toBe(1);
    }
  });
});
