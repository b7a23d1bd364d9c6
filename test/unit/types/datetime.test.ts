/** Calendar arithmetic, time zones, and literals that depend on the time of the transaction. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CivilDate,
  civilFromDays,
  dayOfWeek,
  DayAndTime,
  daysFromCivil,
  timestampFrom,
} from '../../../src/types/calendar.ts';
import { defaultIoContext } from '../../../src/types/io-context.ts';
import { findTypeByName } from '../../../src/types/registry.ts';
import type { IoContext } from '../../../src/types/type-handler.ts';
import { findAbbreviation, findTimeZone, getTimeZone } from '../../../src/types/zone-names.ts';

/** 2024-03-10 05:30:00.5 UTC: half past midnight on the day New York's clocks change. */
const transactionStart = timestampFrom(daysFromCivil(2024, 3, 10), 19_800_500_000) as number;

function text(type: string, literal: string, settings: Partial<IoContext> = {}): string {
  const io = { ...defaultIoContext, transactionStart, timeZone: 'America/New_York', ...settings };
  const handler = findTypeByName(type);
  return handler === undefined ? '' : handler.formatText(handler.parseText(literal, -1, io), io);
}

describe('calendar', () => {
  test('days and dates are inverse', () => {
    const date = new CivilDate();
    fc.assert(
      fc.property(fc.integer({ min: -2_451_545, max: 2_145_031_948 }), (days) => {
        civilFromDays(days, date);
        expect(daysFromCivil(date.year, date.month, date.day)).toBe(days);
      }),
    );
    expect([daysFromCivil(2000, 1, 1), daysFromCivil(1970, 1, 1), dayOfWeek(0), dayOfWeek(-1)]).toEqual([
      0, -10957, 6, 5,
    ]);
  });

  test('timestamps split into days and rest, on both sides of zero and of 2^53', () => {
    const split = new DayAndTime();
    fc.assert(
      fc.property(
        fc.integer({ min: -2_451_545, max: 106_751_990 }),
        fc.integer({ min: 0, max: 86_399 }),
        (days, second) => {
          split.set(timestampFrom(days, second * 1_000_000 + 1));
          expect([split.days, split.micros]).toEqual([days, second * 1_000_000 + 1]);
        },
      ),
    );
  });
});

describe('literals relative to the transaction', () => {
  test('now and the days around it are those of the session zone', () => {
    expect(text('timestamptz', 'now')).toBe('2024-03-10 00:30:00.5-05');
    expect(text('timestamp', 'now')).toBe('2024-03-10 00:30:00.5');
    expect(text('time', 'now')).toBe('00:30:00.5');
    expect(text('timetz', 'now')).toBe('00:30:00.5-05');
    expect(text('date', 'today')).toBe('2024-03-10');
    expect(text('date', 'today', { timeZone: 'America/Los_Angeles' })).toBe('2024-03-09');
    expect(text('timestamptz', 'tomorrow')).toBe('2024-03-11 00:00:00-04');
    expect(text('timestamp', 'yesterday 10:15')).toBe('2024-03-09 10:15:00');
    expect(text('timestamptz', 'today allballs')).toBe('2024-03-09 19:00:00-05');
    expect(text('timetz', '12:00')).toBe('12:00:00-04');
  });
});

describe('time zones', () => {
  test('names in any case, aliases, POSIX forms', () => {
    expect(findTimeZone('america/new_york')?.name).toBe('America/New_York');
    expect(findTimeZone('us/pacific')?.name).toBe('US/Pacific');
    expect(findTimeZone('utc')?.name).toBe('UTC');
    expect(findTimeZone('FOO+3')?.fixedOffset).toBe(-10_800);
    expect(findTimeZone('<+03>-03')?.fixedOffset).toBe(10_800);
    for (const name of ['', 'PST', 'Mars/Olympus', '+05:30', 'x'.repeat(1000), "'; drop"]) {
      expect(findTimeZone(name)).toBeUndefined();
    }
  });

  test('offsets change at the second the rules say', () => {
    const zone = getTimeZone('America/New_York');
    const change = daysFromCivil(2024, 3, 10) * 86_400 + 7 * 3600;
    expect([zone.offsetAt(change - 1), zone.offsetAt(change), zone.offsetAt(change - 1)]).toEqual([
      -18_000, -14_400, -18_000,
    ]);
    expect([zone.abbreviationAt(change - 1), zone.abbreviationAt(change)]).toEqual(['EST', 'EDT']);
  });

  test('a zone answers alike in any order of questions', () => {
    const seconds = fc.integer({ min: -9_000_000_000, max: 90_000_000_000 });
    fc.assert(
      fc.property(fc.array(seconds, { minLength: 2, maxLength: 6 }), (moments) => {
        const asked = moments.map((moment) => getTimeZone('Europe/Paris').offsetAt(moment));
        const again = moments.toReversed().map((moment) => getTimeZone('Europe/Paris').offsetAt(moment));
        expect(again.toReversed()).toEqual(asked);
      }),
      { numRuns: 50 },
    );
  });

  test('local times come back, except in the hour that is skipped', () => {
    const zone = getTimeZone('Australia/Lord_Howe');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_500_000_000 }), (utc) => {
        const local = utc + zone.offsetAt(utc);
        const back = local - zone.offsetForLocal(local);
        expect(back + zone.offsetAt(back)).toBe(local);
      }),
    );
  });

  test('abbreviations', () => {
    expect(findAbbreviation('pst')).toEqual({ kind: 'fixed', offset: -28_800, daylight: false });
    expect(findAbbreviation('acdt')).toEqual({ kind: 'fixed', offset: 37_800, daylight: true });
    expect(findAbbreviation('msk')).toEqual({ kind: 'zone', zone: 'Europe/Moscow' });
    expect(findAbbreviation('foo')).toBeUndefined();
  });
});
