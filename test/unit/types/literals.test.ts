/** Every fixture literal through input, output, binary, stored, key and vector forms, against what PostgreSQL made of it. */
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../../src/common/byte-writer.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { decodeKeyPart, encodeKeyPart, encodeKeyPartFromVector } from '../../../src/types/key-encoding.ts';
import type { TypeHandler } from '../../../src/types/type-handler.ts';
import { createVector } from '../../../src/types/vector.ts';
import { compareVectorRows, hashVectorRow } from '../../../src/types/vector-io.ts';
import { isFailure, literalFixtures, outcome } from './fixture.ts';

interface Valid {
  readonly literal: string;
  readonly text: string;
  readonly hex: string;
  readonly rank: number | undefined;
  readonly value: Datum;
}

function keyOf(type: TypeHandler, value: Datum, descending: boolean): Buffer {
  const out = new ByteWriter(16);
  encodeKeyPart(type, value, descending, false, out);
  return out.toBytes();
}

for (const { name, type, io, cases } of literalFixtures()) {
  describe(name, () => {
    const valid: Valid[] = [];
    for (const entry of cases) {
      if (isFailure(entry)) continue;
      const value = outcome(() => type.parseText(entry[0], -1, io));
      if (value !== null && typeof value === 'object' && 'code' in value) continue;
      valid.push({ literal: entry[0], text: entry[1], hex: entry[2], rank: entry[3], value: value as Datum });
    }

    test('text input and output', () => {
      for (const entry of cases) {
        const result = outcome(() => type.formatText(type.parseText(entry[0], -1, io), io));
        expect.soft([entry[0], result]).toEqual([entry[0], entry[1]]);
      }
    });

    test('binary output and input', () => {
      const out = new ByteWriter(16);
      for (const { literal, hex, text, value } of valid) {
        out.reset();
        type.writeBinary(value, out, io);
        expect.soft([literal, out.toBytes().toString('hex')]).toEqual([literal, hex]);
        const bytes = Buffer.from(`ff${hex}`, 'hex');
        expect
          .soft([literal, type.formatText(type.parseBinary(bytes, 1, bytes.length, -1, io), io)])
          .toEqual([literal, text]);
      }
    });

    test('stored form', () => {
      const out = new ByteWriter(16);
      for (const { literal, text, value } of valid) {
        out.reset();
        out.uint8(0xff);
        type.encode(value, out);
        if (type.storedBytes > 0) expect(out.length - 1).toBe(type.storedBytes);
        expect.soft([literal, type.formatText(type.decode(out.bytes, 1, out.length - 1), io)]).toEqual([literal, text]);
      }
    });

    test('vectors', () => {
      const vector = createVector(type.vectorKind, valid.length + 1);
      valid.forEach(({ value }, row) => type.writeDatum(vector, row, value));
      type.writeDatum(vector, valid.length, null);
      const out = new ByteWriter(16);
      valid.forEach(({ literal, text, value }, row) => {
        expect.soft([literal, type.readDatum(vector, row)]).toEqual([literal, value]);
        out.reset();
        type.writeText(vector, row, out, io);
        expect.soft([literal, out.toBytes().toString()]).toEqual([literal, text]);
        if (type.hash !== undefined) expect.soft(hashVectorRow(type, vector, row)).toBe(type.hash(value));
        if (type.encodeKey === undefined) return;
        out.reset();
        encodeKeyPartFromVector(type, vector, row, true, false, out);
        expect.soft([literal, out.toBytes()]).toEqual([literal, keyOf(type, value, true)]);
      });
      expect(type.readDatum(vector, valid.length)).toBeNull();
    });

    if (!valid.some(({ rank }) => rank !== undefined)) return;

    test('order of values, rows and keys; hashes of equal values', () => {
      const sorted = [...valid].sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
      const vector = createVector(type.vectorKind, sorted.length);
      sorted.forEach(({ value }, row) => type.writeDatum(vector, row, value));
      const keys = sorted.map(({ value }) => [keyOf(type, value, false), keyOf(type, value, true)] as const);
      for (let i = 1; i < sorted.length; i++) {
        const [a, b] = [sorted[i - 1] as Valid, sorted[i] as Valid];
        const expected = Math.sign((a.rank ?? 0) - (b.rank ?? 0));
        const pair = `${a.literal} <=> ${b.literal}`;
        expect.soft([pair, Math.sign(type.compare?.(a.value, b.value) ?? NaN)]).toEqual([pair, expected]);
        expect.soft([pair, Math.sign(compareVectorRows(type, vector, i - 1, vector, i))]).toEqual([pair, expected]);
        expect.soft([pair, keys[i - 1]?.[0].compare(keys[i]?.[0] as Buffer)]).toEqual([pair, expected]);
        expect
          .soft([pair, keys[i - 1]?.[1].compare(keys[i]?.[1] as Buffer)])
          .toEqual([pair, expected === 0 ? 0 : -expected]);
        if (expected === 0) expect.soft([pair, type.hash?.(a.value)]).toEqual([pair, type.hash?.(b.value)]);
      }
    });

    test('exact keys can be read back', () => {
      if (!type.keyExact) return;
      for (const { literal, value } of valid) {
        for (const descending of [false, true]) {
          const key = Buffer.concat([Buffer.from('z'), keyOf(type, value, descending), Buffer.from('tail')]);
          expect
            .soft([literal, decodeKeyPart(type, key, 1, descending)])
            .toEqual([literal, { value, next: key.length - 4 }]);
        }
      }
    });
  });
}
