/** Functions that need more than their arguments: what they ask the session, the catalog and the server. */
import { describe, expect, it } from 'vitest';
import type { EvalContext } from '../../../src/functions/eval-context.ts';
import { callScalar } from '../../../src/functions/call.ts';
import { allFunctions, findFunctions, getFunction } from '../../../src/functions/registry.ts';
import { arrayOf } from '../../../src/types/array.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { defaultIoContext } from '../../../src/types/io-context.ts';
import { typeOid } from '../../../src/types/oids.ts';
import { testContext } from './function-runner.ts';

const asked: (readonly [string, readonly Datum[]])[] = [];

function remember(name: string, args: readonly Datum[]): Datum {
  asked.push([name, [...args]]);
  return 'answer';
}

const context: EvalContext = {
  ...testContext,
  transactionTimestamp: () => 86_400_000_000,
  catalog: { call: remember },
  system: { call: remember, rows: (name) => [[name, 'x']] },
  settings: { show: (name) => (name === 'work_mem' ? '4MB' : undefined), set: (_name, value) => value },
  sequences: { next: () => 7, current: () => 7, last: () => 7, set: () => {} },
  io: { ...defaultIoContext, names: { format: () => '', parse: (_type, text) => (text === 'ann' ? 100 : 200) } },
};

function call(oid: number, ...args: Datum[]): Datum {
  const entry = getFunction(oid);
  return callScalar(entry, args, context, { argTypes: entry.argTypes, resultType: entry.returnType });
}

function rowsOf(name: string, ...args: Datum[]): (readonly Datum[])[] {
  const entry = findFunctions(name)[0];
  if (entry?.implementation.kind !== 'set') throw new Error(`${name} returns no set`);
  const cursor = entry.implementation.open(args, context, { argTypes: entry.argTypes, resultType: entry.returnType });
  const rows: (readonly Datum[])[] = [];
  for (let row = cursor.next(); row !== undefined; row = cursor.next()) rows.push([...row]);
  return rows;
}

describe('questions', () => {
  it('to the catalog go by name, with their arguments', () => {
    asked.length = 0;
    expect(call(1081, 23, null)).toBe('answer');
    expect(call(1387, null)).toBe(null);
    expect(call(2079, 1259)).toBe('answer');
    expect(asked).toEqual([
      ['format_type', [23, null]],
      ['pg_table_is_visible', [1259]],
    ]);
  });

  it('to the server likewise; those that may wait say so', () => {
    asked.length = 0;
    expect(call(2171, 5)).toBe('answer');
    expect(asked).toEqual([['pg_cancel_backend', [5]]]);
    const waiting = allFunctions.filter(
      (f) => f.implementation.kind === 'scalar' && f.implementation.suspends === true,
    );
    expect(new Set(waiting.map((f) => f.name))).toEqual(
      new Set([
        'pg_sleep',
        'pg_sleep_for',
        'pg_sleep_until',
        'pg_advisory_lock',
        'pg_advisory_lock_shared',
        'pg_advisory_xact_lock',
        'pg_advisory_xact_lock_shared',
      ]),
    );
  });

  it('for rows pass through, or have none', () => {
    expect(rowsOf('pg_show_all_settings')).toEqual([['pg_show_all_settings', 'x']]);
  });
});

describe('session', () => {
  it('knows clocks, settings and sequences', () => {
    expect(call(1299)).toBe(86_400_000_000);
    expect(call(2077, 'work_mem')).toBe('4MB');
    expect(call(3294, 'no_such', true)).toBe(null);
    expect(() => call(2077, 'no_such')).toThrow('unrecognized configuration parameter "no_such"');
    expect(call(1574, 16384)).toBe(7);
    expect(call(1576, 16384, 9n)).toBe(9n);
    expect(call(1402)).toBe('public');
  });

  it('draws random UUIDs of version 4', () => {
    const [first, second] = [call(3432), call(3432)] as [Uint8Array, Uint8Array];
    expect((first[6] as number) >> 4).toBe(4);
    expect((first[8] as number) >> 6).toBe(2);
    expect(Buffer.from(first).equals(second)).toBe(false);
  });
});

describe('system views', () => {
  it('explode access privileges', () => {
    const acl = arrayOf(typeOid.aclitem, ['ann=ar*/bob', '=r/ann']);
    expect(rowsOf('aclexplode', acl)).toEqual([
      [200, 100, 'INSERT', false],
      [200, 100, 'SELECT', true],
      [100, 0, 'SELECT', false],
    ]);
  });

  it('cut options and list keywords and zones', () => {
    expect(rowsOf('pg_options_to_table', arrayOf(typeOid.text, ['fillfactor=70', 'x']))).toEqual([
      ['fillfactor', '70'],
      ['x', null],
    ]);
    expect(rowsOf('pg_get_keywords')).toContainEqual(['select', 'R', true, 'reserved', 'can be bare label']);
    expect(rowsOf('pg_timezone_names').some(([name]) => name === 'Europe/Berlin')).toBe(true);
  });
});

describe('type functions', () => {
  it('read and write through the handlers', () => {
    expect(call(42, '17')).toBe(17);
    expect(() => call(42, 'x')).toThrow('invalid input syntax for type integer: "x"');
    expect(call(43, 17)).toBe('17');
    expect(() => call(1046, 'abcdef', 0, 7)).toThrow('value too long for type character varying(3)');
    expect(call(2407, 1)).toEqual(Buffer.from([0, 0, 0, 1]));
    expect(call(2915, arrayOf(typeOid.cstring, ['10']))).toBe(14);
    expect(call(2918, 655366)).toBe('(10,2)');
  });
});
