/** Text of intervals in the four styles of IntervalStyle. */
import type { Interval } from './datum.ts';
import type { IoContext } from './type-handler.ts';

/** An interval cut into fields that all have the sign of the part they come from. */
interface IntervalParts {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  /** May exceed 2^53 in no interval: int64 microseconds are 2.6 × 10^9 hours. */
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly micros: number;
}

function partsOf(value: Interval): IntervalParts {
  const months = value.months % 12;
  const micros = BigInt(value.micros);
  const seconds = micros / 1_000_000n;
  return {
    years: (value.months - months) / 12,
    months,
    days: value.days,
    hours: Number(seconds / 3600n),
    minutes: Number((seconds / 60n) % 60n),
    seconds: Number(seconds % 60n),
    micros: Number(micros % 1_000_000n),
  };
}

export function formatInterval(value: Interval, io: IoContext): string {
  const parts = partsOf(value);
  switch (io.intervalStyle) {
    case 'postgres':
      return formatPostgres(parts);
    case 'postgres_verbose':
      return formatVerbose(parts);
    case 'sql_standard':
      return formatSqlStandard(parts);
    case 'iso_8601':
      return formatIso(parts);
  }
}

function isNegativeTime({ hours, minutes, seconds, micros }: IntervalParts): boolean {
  return hours < 0 || minutes < 0 || seconds < 0 || micros < 0;
}

function hasTime({ hours, minutes, seconds, micros }: IntervalParts): boolean {
  return hours !== 0 || minutes !== 0 || seconds !== 0 || micros !== 0;
}

function two(value: number): string {
  return String(Math.abs(value)).padStart(2, '0');
}

/** Seconds and their fraction without a sign; `width` 2 pads with a zero. */
function secondsText({ seconds, micros }: IntervalParts, width: number): string {
  const whole = String(Math.abs(seconds)).padStart(width, '0');
  if (micros === 0) return whole;
  return `${whole}.${String(Math.abs(micros)).padStart(6, '0').replace(/0+$/, '')}`;
}

/** "1 year -2 mons +3 days 04:05:06": a plus only after a negative field. */
function formatPostgres(parts: IntervalParts): string {
  const words: string[] = [];
  let afterNegative = false;
  for (const [value, unit] of [
    [parts.years, 'year'],
    [parts.months, 'mon'],
    [parts.days, 'day'],
  ] as const) {
    if (value === 0) continue;
    words.push(`${afterNegative && value > 0 ? '+' : ''}${value} ${unit}${value === 1 ? '' : 's'}`);
    afterNegative = value < 0;
  }
  if (words.length === 0 || hasTime(parts)) {
    const sign = isNegativeTime(parts) ? '-' : afterNegative ? '+' : '';
    words.push(`${sign}${two(parts.hours)}:${two(parts.minutes)}:${secondsText(parts, 2)}`);
  }
  return words.join(' ');
}

/** "@ 1 year 2 mons ago": the first field's sign becomes "ago", the others are relative to it. */
function formatVerbose(parts: IntervalParts): string {
  let text = '@';
  let ago: boolean | undefined;
  const fields = [
    [parts.years, 'year'],
    [parts.months, 'mon'],
    [parts.days, 'day'],
    [parts.hours, 'hour'],
    [parts.minutes, 'min'],
  ] as const;
  for (const [value, unit] of fields) {
    if (value === 0) continue;
    ago ??= value < 0;
    const shown = ago ? -value : value;
    text += ` ${shown} ${unit}${shown === 1 ? '' : 's'}`;
  }
  if (parts.seconds !== 0 || parts.micros !== 0) {
    const negative = parts.seconds < 0 || parts.micros < 0;
    ago ??= negative;
    const plural = Math.abs(parts.seconds) !== 1 || parts.micros !== 0 ? 's' : '';
    text += ` ${negative === ago ? '' : '-'}${secondsText(parts, 0)} sec${plural}`;
  }
  if (ago === undefined) return '@ 0';
  return ago ? `${text} ago` : text;
}

function formatIso(parts: IntervalParts): string {
  const field = (value: number, designator: string): string => (value === 0 ? '' : `${value}${designator}`);
  const date = field(parts.years, 'Y') + field(parts.months, 'M') + field(parts.days, 'D');
  if (!hasTime(parts)) return date === '' ? 'PT0S' : `P${date}`;
  const negative = parts.seconds < 0 || parts.micros < 0;
  const seconds = parts.seconds === 0 && parts.micros === 0 ? '' : `${negative ? '-' : ''}${secondsText(parts, 0)}S`;
  return `P${date}T${field(parts.hours, 'H')}${field(parts.minutes, 'M')}${seconds}`;
}

/** "1-2", "3 4:05:06": one sign in front, if the fields agree and only one of the two classes is used; else every part signed. */
function formatSqlStandard(parts: IntervalParts): string {
  const values = Object.values(parts) as number[];
  const hasNegative = values.some((value) => value < 0);
  const hasPositive = values.some((value) => value > 0);
  if (!hasNegative && !hasPositive) return '0';
  const hasYearMonth = parts.years !== 0 || parts.months !== 0;
  const hasDayTime = parts.days !== 0 || hasTime(parts);
  const clock = `${Math.abs(parts.hours)}:${two(parts.minutes)}:${secondsText(parts, 2)}`;
  const yearMonth = `${Math.abs(parts.years)}-${Math.abs(parts.months)}`;
  if ((hasNegative && hasPositive) || (hasYearMonth && hasDayTime)) {
    const signOf = (negative: boolean): string => (negative ? '-' : '+');
    const first = `${signOf(parts.years < 0 || parts.months < 0)}${yearMonth}`;
    return `${first} ${signOf(parts.days < 0)}${Math.abs(parts.days)} ${signOf(isNegativeTime(parts))}${clock}`;
  }
  const sign = hasNegative ? '-' : '';
  if (hasYearMonth) return sign + yearMonth;
  return parts.days === 0 ? sign + clock : `${sign}${Math.abs(parts.days)} ${clock}`;
}
