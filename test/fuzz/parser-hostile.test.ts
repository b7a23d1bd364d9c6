/**
 * Texts made to break the parser. The grammar's WebAssembly is corrupted by a stack overflow and goes wrong some dozens
 * of overflows later (PARSE-1): hence the long runs, and a good statement after every bad one.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SqlError } from '../../src/common/sql-error.ts';
import { parse } from '../../src/parser/parse.ts';
import { textBytesMax } from '../../src/parser/text-parser.ts';
import { corpus } from '../unit/parser/corpus.ts';

const good = 'SELECT a FROM t WHERE b = 1';
const goodTree = parse(good);

function sqlStateOf(sql: string): string {
  try {
    parse(sql);
    return '00000';
  } catch (error) {
    if (error instanceof SqlError) return error.sqlState;
    throw error;
  }
}

const deep = [
  `SELECT ${'1+'.repeat(10_000)}1`,
  `SELECT ${'NOT '.repeat(20_000)}true`,
  `SELECT ${'('.repeat(5_000)}${'1+'.repeat(10_000)}1${')'.repeat(5_000)}`,
  `SELECT ${"'a' || ".repeat(9_000)}'b'`,
  `SELECT 1${' UNION ALL SELECT 1'.repeat(8_000)}`,
  `SELECT ${'f('.repeat(4_800)}1${')'.repeat(4_800)}`,
];

test('600 texts that overflow the stack, one after the other, and each time the next statement parses', () => {
  for (let i = 0; i < 600; i++) {
    expect(sqlStateOf(deep[i % deep.length] as string)).toMatch(/^54001|42601$/);
    expect(parse(good)).toEqual(goodTree);
  }
});

test('10,000 terms answer 54001 with the hint of PostgreSQL', () => {
  expect(() => parse(deep[0] as string)).toThrowError(
    expect.objectContaining({
      sqlState: '54001',
      message: 'stack depth limit exceeded',
      fields: expect.objectContaining({ hint: expect.stringContaining('"max_stack_depth" (currently 2048kB)') }),
    }),
  );
});

test('a parse from deep in the JS stack fails cleanly too', () => {
  const sql = `SELECT ${'1+'.repeat(2_000)}1`;
  const atDepth = (depth: number): string => (depth === 0 ? sqlStateOf(sql) : atDepth(depth - 1));
  for (let depth = 0; depth < 12_000; depth += 1_000) {
    try {
      expect(atDepth(depth)).toMatch(/^00000|54001$/);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    expect(parse(good)).toEqual(goodTree);
  }
});

test('nesting beyond the grammar stack is what PostgreSQL says it is', () => {
  expect(() => parse(`SELECT ${'('.repeat(11_000)}1`)).toThrowError('memory exhausted at or near "("');
});

test('too large a text answers 54000', () => {
  expect(sqlStateOf(`SELECT '${'x'.repeat(textBytesMax)}'`)).toBe('54000');
  expect(sqlStateOf(`VALUES ${'(1,2,3),'.repeat(2_000_000)}(1)`)).toBe('54000');
  expect(parse(good)).toEqual(goodTree);
});

test('a megabyte of string or rows parses', () => {
  expect(sqlStateOf(`SELECT '${'x'.repeat(1_000_000)}'`)).toBe('00000');
  expect(sqlStateOf(`VALUES ${'(1,2,3),'.repeat(100_000)}(1)`)).toBe('00000');
});

test('pieces of statements in any order are parsed or refused, nothing else', () => {
  const pieces = corpus.flatMap((sql) => sql.split(/(?<=[ ,()'])/));
  const text = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...pieces) }, fc.string({ unit: 'binary' })));
  fc.assert(
    fc.property(text, (parts) => {
      expect(sqlStateOf(parts.join(''))).toMatch(/^(00|22|42|0A)/);
    }),
    { numRuns: 3_000 },
  );
  expect(parse(good)).toEqual(goodTree);
});
