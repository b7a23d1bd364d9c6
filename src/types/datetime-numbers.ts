/** Numbers inside date and time literals, read as C's library functions read them. */
import { badFormat, DateTimeFailure, fieldOverflow } from './datetime-errors.ts';
import { isDigit } from './integer.ts';

const int32Max = 0x7fff_ffff;
const displacementHoursMax = 15;

/** Value of the integer at `at`, as C's strtol reads it: 0 where there is none. */
export function integerAt(text: string, at: number): { value: number; next: number } {
  let next = at;
  if (text.charAt(next) === '-' || text.charAt(next) === '+') next++;
  const start = next;
  while (isDigit(text.charCodeAt(next))) next++;
  if (next === start) return { value: 0, next: at };
  const value = Number(text.slice(at, next));
  if (Math.abs(value) > int32Max) throw fieldOverflow();
  return { value, next };
}

/** Microseconds of ".789", rounded half to even. */
export function fractionMicros(text: string): number {
  if (!/^\.[0-9]*$/.test(text)) throw badFormat();
  return text === '.' ? 0 : roundHalfEven(Number(text) * 1_000_000);
}

export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** Reads "+05:30", "-8", "+0530" as seconds east. */
export function parseDisplacement(text: string): number {
  const sign = text.charAt(0);
  if (sign !== '+' && sign !== '-') throw badFormat();
  const parsed = displacementNumbers(text);
  const { hours, minutes, rest } = parsed;
  if (hours < 0 || hours > displacementHoursMax || minutes < 0 || minutes > 59 || rest < 0 || rest > 59)
    throw displacementOverflow();
  if (parsed.next !== text.length) throw badFormat();
  const offset = (hours * 60 + minutes) * 60 + rest;
  return sign === '-' && offset !== 0 ? -offset : offset;
}

function displacementOverflow(): DateTimeFailure {
  return new DateTimeFailure('zone displacement overflow');
}

function displacementNumbers(text: string): { hours: number; minutes: number; rest: number; next: number } {
  try {
    const hours = integerAt(text, 1);
    if (text.charAt(hours.next) === ':') {
      const minutes = integerAt(text, hours.next + 1);
      if (text.charAt(minutes.next) !== ':')
        return { hours: hours.value, minutes: minutes.value, rest: 0, next: minutes.next };
      const rest = integerAt(text, minutes.next + 1);
      return { hours: hours.value, minutes: minutes.value, rest: rest.value, next: rest.next };
    }
    if (hours.next !== text.length || text.length <= 3)
      return { hours: hours.value, minutes: 0, rest: 0, next: hours.next };
    return { hours: Math.trunc(hours.value / 100), minutes: hours.value % 100, rest: 0, next: hours.next };
  } catch (error) {
    if (error instanceof DateTimeFailure) throw displacementOverflow();
    throw error;
  }
}
