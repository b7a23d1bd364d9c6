/** Order, counting and checking of text. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultIoContext as io } from '../../../src/types/io-context.ts';
import { hashText, nameType, textType, truncateName } from '../../../src/types/text.ts';
import { characterCount, characterOffset, compareText, validateUtf8 } from '../../../src/types/utf8.ts';
import { hashBytes } from '../../../src/types/hash.ts';

const anyText = fc.string({ unit: 'binary' });

describe('text', () => {
  test('compares as its UTF-8 bytes do', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
      { numRuns: 500 },
    );
    expect(compareText('\uFFFD', '😀')).toBeLessThan(0);
  });

  test('hashes as its UTF-8 bytes do', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const bytes = Buffer.from(text);
        expect(hashText(text)).toBe(hashBytes(bytes, 0, bytes.length));
      }),
    );
  });

  test('characters are code points', () => {
    fc.assert(
      fc.property(anyText, fc.nat({ max: 10 }), (text, count) => {
        expect(characterCount(text)).toBe([...text].length);
        expect(text.slice(0, characterOffset(text, count))).toBe([...text].slice(0, count).join(''));
      }),
    );
  });

  test('has no NUL', () => {
    expect(() => textType.parseText('a\0b', -1, io)).toThrow('invalid byte sequence for encoding "UTF8": 0x00');
    expect(() => validateUtf8(Buffer.from('6100', 'hex'), 0, 2)).toThrow('0x00');
  });

  test('names are cut at 63 bytes, between characters', () => {
    expect(truncateName('é'.repeat(40))).toBe('é'.repeat(31));
    expect(nameType.parseText('x'.repeat(70), -1, io)).toBe('x'.repeat(63));
  });
});
