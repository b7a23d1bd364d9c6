/** The words that date and time literals may contain. Like PostgreSQL, only the first ten characters of a word count. */
import { findAbbreviation } from './zone-names.ts';

export type Unit = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'julian' | 'time' | 'other';

export type Word =
  | { readonly kind: 'month'; readonly month: number }
  | { readonly kind: 'weekday' }
  | { readonly kind: 'half'; readonly afternoon: boolean }
  | { readonly kind: 'era'; readonly bc: boolean }
  | {
      readonly kind: 'special';
      readonly value: 'epoch' | 'infinity' | '-infinity' | 'now' | 'today' | 'tomorrow' | 'yesterday' | 'allballs';
    }
  | { readonly kind: 'unit'; readonly unit: Unit }
  /** "t" before a time. */
  | { readonly kind: 'time follows' }
  /** "dst": an hour on top of the zone before it. */
  | { readonly kind: 'daylight' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'fixed zone'; readonly offset: number; readonly daylight: boolean }
  | { readonly kind: 'zone'; readonly zone: string };

const wordMax = 10;
const words = new Map<string, Word>();

function addAll(list: string, make: (index: number) => Word): void {
  list.split(' ').forEach((group, index) => {
    for (const name of group.split('|')) words.set(name, make(index));
  });
}

addAll(
  'jan|january feb|february mar|march apr|april may jun|june jul|july aug|august sep|sept|september oct|october nov|november dec|december',
  (i) => ({
    kind: 'month',
    month: i + 1,
  }),
);
addAll(
  'sun|sunday mon|monday tue|tues|tuesday wed|weds|wednesday thu|thur|thurs|thursday fri|friday sat|saturday',
  () => ({
    kind: 'weekday',
  }),
);
addAll('am pm', (i) => ({ kind: 'half', afternoon: i === 1 }));
addAll('ad bc', (i) => ({ kind: 'era', bc: i === 1 }));
for (const value of ['epoch', 'infinity', '-infinity', 'now', 'today', 'tomorrow', 'yesterday', 'allballs'] as const) {
  words.set(value, { kind: 'special', value });
}
const units: readonly Unit[] = ['year', 'month', 'day', 'hour', 'minute', 'second', 'julian', 'other'];
addAll('y m d h mm s j|jd|julian dow|doy|isodow|isoyear', (i) => ({ kind: 'unit', unit: units[i] as Unit }));
addAll('at|on', () => ({ kind: 'ignored' }));
words.set('t', { kind: 'time follows' });
words.set('dst', { kind: 'daylight' });

/** Whether a word is of the date and time vocabulary, zone abbreviations not counted. */
export function isDateTimeWord(word: string): boolean {
  return words.has(word.slice(0, wordMax));
}

/** A lower-case word; zone abbreviations win over the rest. */
export function findWord(word: string): Word | undefined {
  const zone = findAbbreviation(word.slice(0, wordMax));
  if (zone === undefined) return words.get(word.slice(0, wordMax));
  if (zone.kind === 'zone') return zone;
  return { kind: 'fixed zone', offset: zone.offset, daylight: zone.daylight };
}
