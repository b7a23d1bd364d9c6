/** The registry against pg_type; type modifiers and binary input against PostgreSQL. */
import { describe, expect, test } from 'vitest';
import { findTypeByName, getType, typeHandlers } from '../../../src/types/registry.ts';
import { defaultIoContext as io } from '../../../src/types/io-context.ts';
import { applyTypmod, encodeTypmod, formatType } from '../../../src/types/typmod.ts';
import { intervalField } from '../../../src/types/time-typmod.ts';
import { typeOid } from '../../../src/types/oids.ts';
import { outcome, readFixture, typeNamed } from './fixture.ts';
import type { Failure } from './fixture.ts';

describe('registry', () => {
  test('types are described as in pg_type', () => {
    const { cases } = readFixture<{ cases: [number, string, ...unknown[]][] }>('catalog');
    const rows = new Map(cases.map((row) => [row[1], row]));
    for (const type of typeHandlers) {
      const { oid, name, length, typeType, category, preferred, elementOid, arrayOid, collation, sqlName } = type;
      const row = [oid, name, length, typeType, category, preferred, elementOid, arrayOid, collation, sqlName];
      expect.soft(row).toEqual(rows.get(name));
    }
  });

  test('types are found by OID and by name', () => {
    expect(getType(23)).toBe(findTypeByName('int4'));
    expect(findTypeByName('_int4')?.elementOid).toBe(23);
    expect(findTypeByName('integer')).toBeUndefined();
  });
});

type Coercion = [value: string, assigned: string | Failure, cast: string | Failure];
type TypmodCase =
  | [type: string, failure: Failure]
  | [type: string, oid: number, typmod: number, spelling: string, Coercion[]];

describe('type modifiers', () => {
  const { cases } = readFixture<{ cases: TypmodCase[] }>('typmods');

  test('values are coerced and types spelled as in PostgreSQL', () => {
    for (const entry of cases) {
      if (entry.length === 2) continue;
      const [spelled, oid, typmod, spelling, coercions] = entry;
      const type = getType(oid);
      expect.soft([spelled, formatType(oid, typmod)]).toEqual([spelled, spelling]);
      const coerce = (value: string, explicit: boolean): unknown =>
        outcome(() => type.formatText(applyTypmod(oid, type.parseText(value, -1, io), typmod, explicit), io));
      for (const [value, assigned, cast] of coercions) {
        expect.soft([spelled, value, coerce(value, false)]).toEqual([spelled, value, assigned]);
        expect.soft([spelled, value, coerce(value, true)]).toEqual([spelled, value, cast]);
      }
    }
  });

  test('input functions apply the modifier like an assignment', () => {
    for (const entry of cases) {
      if (entry.length === 2 || entry[1] === typeOid.interval) continue;
      const [spelled, oid, typmod, , coercions] = entry;
      for (const [value, assigned] of coercions) {
        const result = outcome(() => getType(oid).formatText(getType(oid).parseText(value, typmod, io), io));
        expect.soft([spelled, value, result]).toEqual([spelled, value, assigned]);
      }
    }
  });

  test('modifiers are encoded as in pg_attribute, or refused', () => {
    for (const entry of cases) {
      const [spelled] = entry;
      const match = /^([a-z]+)\(([-0-9,]+)\)$/.exec(spelled);
      const isSyntaxError = entry.length === 2 && entry[1].message.startsWith('syntax error');
      if (match === null || match[1] === 'interval' || isSyntaxError) continue;
      const type = typeNamed(match[1] === 'char' ? 'bpchar' : (match[1] as string));
      const modifiers = (match[2] as string).split(',').map(Number);
      const result = outcome(() => encodeTypmod(type.oid, modifiers));
      expect.soft([spelled, result]).toEqual([spelled, entry.length === 2 ? entry[1] : entry[2]]);
    }
  });

  test('interval fields', () => {
    const dayToSecond = intervalField.day | intervalField.hour | intervalField.minute | intervalField.second;
    expect(formatType(typeOid.interval, encodeTypmod(typeOid.interval, [dayToSecond, 3]))).toBe(
      'interval day to second(3)',
    );
    expect(formatType(typeOid.interval, encodeTypmod(typeOid.interval, [0x7fff, 2]))).toBe('interval(2)');
    expect(encodeTypmod(typeOid.interval, [0x7fff])).toBe(-1);
    expect(() => encodeTypmod(typeOid.interval, [12345])).toThrow('invalid INTERVAL type modifier');
  });

  test('char without a modifier', () => {
    expect(formatType(typeOid.bpchar)).toBe('character');
    expect(formatType(typeOid.bpchar, -1)).toBe('bpchar');
  });
});

describe('binary input', () => {
  test('takes what PostgreSQL takes and refuses the rest with its errors', () => {
    const { cases } = readFixture<{ cases: [type: string, hex: string, result: string | Failure][] }>('binaries');
    for (const [name, hex, expected] of cases) {
      const type = typeNamed(name);
      const bytes = Buffer.from(hex, 'hex');
      const result = outcome(() => type.formatText(type.parseBinary(bytes, 0, bytes.length, -1, io), io));
      // Which parameter it was is added by the session.
      const wanted =
        typeof expected === 'string'
          ? expected
          : { ...expected, message: expected.message.replace(' in bind parameter 1', '') };
      expect.soft([name, hex, result]).toEqual([name, hex, wanted]);
    }
  });
});
