import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CopyOptions } from '../../../src/engine/copy/copy-options.ts';
import { FieldDecoder } from '../../../src/engine/copy/field-decoder.ts';
import { CsvLineReader, type LineReader, TextLineReader } from '../../../src/engine/copy/line-reader.ts';

const text: CopyOptions = {
  format: 'text',
  delimiter: 0x09,
  quote: 0x22,
  escape: 0x22,
  nullText: Buffer.from('\\N'),
  header: 'none',
  freeze: false,
  forceQuote: [],
  forceNotNull: [],
  forceNull: [],
};
const csv: CopyOptions = { ...text, format: 'csv', delimiter: 0x2c, nullText: Buffer.alloc(0) };

/** Feeds the input in pieces of the given sizes and collects the decoded fields of every line. */
function readAll(options: CopyOptions, input: Buffer, sizes: readonly number[]): string[][] {
  const reader: LineReader = options.format === 'csv' ? new CsvLineReader(options) : new TextLineReader(options);
  const decoder = new FieldDecoder(options);
  const rows: string[][] = [];
  let at = 0;
  let piece = 0;
  for (;;) {
    const step = reader.next();
    if (step === 'end') return rows;
    if (step === 'more') {
      if (at === input.length) {
        reader.complete();
        continue;
      }
      const end = Math.min(at + (sizes[piece++ % sizes.length] ?? 1), input.length);
      reader.feed(input, at, end);
      at = end;
      continue;
    }
    const row: string[] = [];
    for (let i = 0; i < reader.fieldCount; i++) {
      decoder.decode(reader.bytes, reader.fieldStart[i] as number, reader.fieldEnd[i] as number);
      row.push(decoder.out.bytes.utf8Slice(0, decoder.out.length));
    }
    rows.push(row);
  }
}

function escapeText(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
}

function quoteCsv(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}

const tables = fc.array(
  fc.array(
    fc.string({ unit: 'grapheme', maxLength: 12 }).map((s) => s.replaceAll('\0', '')),
    { minLength: 2, maxLength: 4 },
  ),
  { maxLength: 8 },
);
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

describe('lines in pieces of any size', () => {
  it('gives text fields back', () => {
    fc.assert(
      fc.property(tables, sizes, (rows, pieces) => {
        const input = Buffer.from(rows.map((row) => `${row.map(escapeText).join('\t')}\n`).join(''));
        expect(readAll(text, input, pieces)).toEqual(rows);
      }),
    );
  });

  it('gives CSV fields back', () => {
    fc.assert(
      fc.property(tables, sizes, (rows, pieces) => {
        const input = Buffer.from(rows.map((row) => `${row.map(quoteCsv).join(',')}\r\n`).join(''));
        expect(readAll(csv, input, pieces)).toEqual(rows);
      }),
    );
  });
});

describe('details', () => {
  const read = (options: CopyOptions, input: string): string[][] => readAll(options, Buffer.from(input), [3]);

  it('stops at the end mark, and takes a last line without an end', () => {
    expect(read(text, 'a\tb\n\\.\nnot this\n')).toEqual([['a', 'b']]);
    expect(read(text, 'a\tb')).toEqual([['a', 'b']]);
  });

  it('knows octal and hexadecimal escapes', () => {
    expect(read(text, '\\101\\x42\\q\tx\n')).toEqual([['ABq', 'x']]);
  });

  it('lets quotes stand in the middle of a CSV field', () => {
    expect(read(csv, 'a"b,c"d,e\n')).toEqual([['ab,cd', 'e']]);
  });

  it('refuses what PostgreSQL refuses', () => {
    expect(() => read(csv, '"open')).toThrow('unterminated CSV quoted field');
    expect(() => read(text, 'a\nb\rc\n')).toThrow('literal carriage return found in data');
    expect(() => readAll(text, Buffer.from([0x61, 0xff, 0x0a]), [1])).toThrow(
      'invalid byte sequence for encoding "UTF8": 0xff',
    );
  });
});
