/**
 * SIMILAR TO: rewrites an SQL pattern into a regular expression. % and _ become .* and ., groups do not capture, and the parts
 * that escape-double-quote marks cut off (substring … similar) become a lazy, a capturing and a last group.
 */
import { SqlError } from '../../common/sql-error.ts';
import { invalidEscapeString } from './like.ts';

/** Without an escape character (`escape` empty) nothing can be escaped. */
export function similarToRegex(pattern: string, escape: string = '\\'): string {
  if (Array.from(escape).length > 1) throw invalidEscapeString();
  let result = '^(?:';
  let afterEscape = false;
  let inBracket = false;
  let separators = 0;
  for (const character of pattern) {
    if (afterEscape) {
      afterEscape = false;
      if (character === '"' && !inBracket) result += separator(separators++);
      else result += `\\${character}`;
    } else if (character === escape) {
      afterEscape = true;
    } else if (inBracket) {
      result += character === '\\' ? '\\\\' : character;
      inBracket = character !== ']';
    } else {
      result += outsideBracket(character);
      inBracket = character === '[';
    }
  }
  return `${result})$`;
}

function separator(before: number): string {
  if (before === 0) return '){1,1}?(';
  if (before === 1) return '){1,1}(?:';
  throw new SqlError('2200C', 'SQL regular expression may not contain more than two escape-double-quote separators');
}

function outsideBracket(character: string): string {
  switch (character) {
    case '%':
      return '.*';
    case '_':
      return '.';
    case '(':
      return '(?:';
    case '\\':
    case '.':
    case '^':
    case '$':
      return `\\${character}`;
    default:
      return character;
  }
}
