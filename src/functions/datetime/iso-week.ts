/** Weeks by ISO 8601: they begin on Monday, and week 1 is the one with the year's first Thursday. */
import { CivilDate, civilFromDays, dayOfWeek, daysFromCivil } from '../../types/calendar.ts';

const civil = new CivilDate();

/** Monday is 1, Sunday 7. */
export function isoDayOfWeek(days: number): number {
  return dayOfWeek(days) || 7;
}

/** Day number of the Monday of week 1. */
function firstMonday(isoYear: number): number {
  const january4 = daysFromCivil(isoYear, 1, 4);
  return january4 - (isoDayOfWeek(january4) - 1);
}

/** The year that a date's week belongs to (astronomical: 0 is 1 BC). */
export function isoYearOf(days: number): number {
  civilFromDays(days - isoDayOfWeek(days) + 4, civil);
  return civil.year;
}

export function isoWeekOf(days: number): number {
  return Math.floor((days - firstMonday(isoYearOf(days))) / 7) + 1;
}

/** Day number of the Monday of a week. */
export function mondayOfIsoWeek(isoYear: number, week: number): number {
  return firstMonday(isoYear) + (week - 1) * 7;
}
