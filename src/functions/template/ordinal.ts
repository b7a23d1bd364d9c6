/** Numbers in words of a kind: ordinal endings and Roman numerals. */
import { SqlError } from '../../common/sql-error.ts';

/** The ending of an ordinal number: 1st, 2nd, 3rd, 4th, 11th. */
export function ordinalEnding(digits: string): string {
  if (!/\d$/.test(digits)) throw new SqlError('22P02', `"${digits}" is not a number`);
  const teen = digits.length > 1 && digits.charAt(digits.length - 2) === '1';
  if (teen) return 'th';
  switch (digits.charAt(digits.length - 1)) {
    case '1':
      return 'st';
    case '2':
      return 'nd';
    case '3':
      return 'rd';
    default:
      return 'th';
  }
}

const numerals: readonly (readonly [number, string])[] = [
  [1000, 'M'],
  [900, 'CM'],
  [500, 'D'],
  [400, 'CD'],
  [100, 'C'],
  [90, 'XC'],
  [50, 'L'],
  [40, 'XL'],
  [10, 'X'],
  [9, 'IX'],
  [5, 'V'],
  [4, 'IV'],
  [1, 'I'],
];

/** 1 to 3999 in Roman numerals; anything else fifteen #. */
export function romanNumeral(value: number): string {
  if (!(value >= 1 && value <= 3999)) return '#'.repeat(15);
  let rest = value;
  let text = '';
  for (const [unit, letters] of numerals) {
    while (rest >= unit) {
      text += letters;
      rest -= unit;
    }
  }
  return text;
}
