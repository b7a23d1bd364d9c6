/** Patterns beyond what single values show: bytes against strings, runaway expressions, hostile pattern texts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SqlError } from '../../../src/common/sql-error.ts';
import { likePattern, likePrefix } from '../../../src/functions/pattern/like.ts';
import { regexOf } from '../../../src/functions/pattern/regex.ts';

/** A plain, slow LIKE by recursion over characters. */
function referenceLike(text: readonly string[], pattern: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === '%') return text.some((_, i) => referenceLike(text.slice(i), rest)) || referenceLike([], rest);
  return text.length > 0 && (first === '_' || first === text[0]) && referenceLike(text.slice(1), rest);
}

const letters = fc.array(fc.constantFrom('a', 'b', 'é', '😀'), { maxLength: 8 });
const patternLetters = fc.array(fc.constantFrom('a', 'b', 'é', '😀', '_', '%'), { maxLength: 6 });

describe('LIKE', () => {
  it('agrees with a naive matcher, on strings and on bytes inside an arena', () => {
    fc.assert(
      fc.property(letters, patternLetters, (text, pattern) => {
        const compiled = likePattern(pattern.join(''));
        const bytes = Buffer.from(`x${text.join('')}y`);
        const expected = referenceLike(text, pattern);
        expect(compiled.matchesString(text.join(''))).toBe(expected);
        expect(compiled.matchesBytes(bytes, 1, bytes.length - 1)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('knows the prefix an index can use', () => {
    expect(likePrefix('abc%')).toEqual({ prefix: 'abc', exact: false });
    expect(likePrefix('a\\%c')).toEqual({ prefix: 'a%c', exact: true });
    expect(likePrefix('_a')).toEqual({ prefix: '', exact: false });
  });
});

describe('regular expressions', () => {
  it('end in linear time where backtracking would not', () => {
    expect(regexOf('^(a+)+$').test(`${'a'.repeat(60)}b`)).toBe(false);
    expect(regexOf('^(a|b|ab)*c$', 'i').test(`${'AB'.repeat(40)}d`)).toBe(false);
    expect(regexOf('(.*)*x').test('é'.repeat(200))).toBe(false);
  });

  it('match every printable text literally when it is quoted, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), (text) => {
        fc.pre(!text.includes('\0'));
        expect(regexOf(text, 'q').test(`<${text}>`)).toBe(true);
      }),
    );
  });

  it('refuse with 2201B or compile, and never fail otherwise', () => {
    const pieces = fc.constantFrom(
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '1',
      ',',
      '*',
      '+',
      '?',
      '|',
      '^',
      '$',
      '\\',
      'a',
      'd',
      ':',
      '=',
      '<',
      '!',
      '-',
      '.',
      '😀',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 10 }), (parts) => {
        try {
          regexOf(parts.join('')).test('ad1');
        } catch (error) {
          expect(error).toBeInstanceOf(SqlError);
          expect((error as SqlError).sqlState).toBe('2201B');
        }
      }),
      { numRuns: 3000 },
    );
  });
});
