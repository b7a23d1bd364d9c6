import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { integerLiteral, literalKind, Skeleton, SkeletonScanner } from '../../../src/parser/lexer.ts';
import { parse } from '../../../src/parser/parse.ts';

const scanner = new SkeletonScanner();

/** The literals of a text, or undefined when the scanner gives up. */
function literalsOf(sql: string): string[] | undefined {
  const bytes = Buffer.from(sql);
  if (!scanner.scan(bytes, 0, bytes.length)) return undefined;
  return Array.from({ length: scanner.literalCount }, (_, i) =>
    bytes.utf8Slice(scanner.literalStart[i] as number, scanner.literalEnd[i] as number),
  );
}

describe('literals', () => {
  test.each<[string, string[]]>([
    ['UPDATE t1 SET a = a + -123 WHERE b=456;', ['123', '456']],
    ["SELECT 'a', 'it''s', '', 'é', U", ["'a'", "'it''s'", "''", "'é'"]],
    ['SELECT 1.5, .5, 5., 1e10, 1.e-5, 2E+3', ['1.5', '.5', '5.', '1e10', '1.e-5', '2E+3']],
    ['SELECT $1, a1, a$1, é9, "x""1", t."2" FROM "3" WHERE a-1=b/2', ['1', '2']],
    ["SELECT 'a','b', date '2020-01-01'", ["'a'", "'b'", "'2020-01-01'"]],
    ['', []],
  ])('%s', (sql, literals) => {
    expect(literalsOf(sql)).toEqual(literals);
  });

  test('kinds follow the size of the number', () => {
    const numbers = '0 2147483647 2147483648 9223372036854775807 9223372036854775808 0000000000005 1.0';
    expect(literalsOf(`SELECT ${numbers.replaceAll(' ', ',')}`)).toHaveLength(7);
    const { integer, bigint, numeric } = literalKind;
    expect([...scanner.literalKind.subarray(0, 7)]).toEqual([
      integer,
      integer,
      bigint,
      bigint,
      numeric,
      integer,
      numeric,
    ]);
    const digits = Buffer.from('x2147483647');
    expect(integerLiteral(digits, 1, digits.length)).toBe(2_147_483_647);
  });

  test.each([
    "SELECT E'a'",
    "SELECT b'1'",
    "SELECT U&'a'",
    'SELECT U&"a"',
    "SELECT 'a\\'",
    "SELECT 'a'\n'b'",
    "SELECT 'a",
    'SELECT "a',
    'SELECT $$a$$',
    'SELECT $a$b$a$',
    'SELECT 1 -- x',
    'SELECT /* x */ 1',
    'SELECT 1a',
    'SELECT 1_0',
    'SELECT 0x1F',
    'SELECT 1e',
    'SELECT 1..2',
    'SELECT $1a',
    'SELECT 1\0',
    `SELECT ${'1,'.repeat(100)}1`,
  ])('%s is left to the parser', (sql) => {
    expect(literalsOf(sql)).toBeUndefined();
  });

  test('isAscii looks into literals too', () => {
    literalsOf("SELECT 'a'");
    expect(scanner.isAscii).toBe(true);
    literalsOf("SELECT 'é'");
    expect(scanner.isAscii).toBe(false);
    literalsOf('SELECT é');
    expect(scanner.isAscii).toBe(false);
  });
});

function skeletonOf(sql: string): Skeleton {
  const bytes = Buffer.from(`xx${sql}`);
  expect(scanner.scan(bytes, 2, bytes.length)).toBe(true);
  return new Skeleton(scanner, bytes, 2, bytes.length);
}

function matches(skeleton: Skeleton, sql: string): boolean {
  const bytes = Buffer.from(sql);
  return scanner.scan(bytes, 0, bytes.length) && skeleton.matches(scanner, bytes, 0, bytes.length);
}

describe('skeletons', () => {
  const skeleton = skeletonOf("SELECT a FROM t WHERE b = 5 AND c = 'x' LIMIT 1");

  test.each([
    ["SELECT a FROM t WHERE b = 77 AND c = 'longer''s' LIMIT 20", true],
    ["SELECT a FROM t WHERE b = 5.5 AND c = 'x' LIMIT 1", false],
    ["SELECT a FROM t WHERE b = 'x' AND c = 5 LIMIT 1", false],
    ["SELECT a FROM u WHERE b = 5 AND c = 'x' LIMIT 1", false],
    ["SELECT a FROM t WHERE b = 5 AND c = 'x' LIMIT 1 ", false],
    ["SELECT a FROM t WHERE b = 5 AND c = 'x'", false],
  ])('%s: %j', (sql, same) => {
    expect(matches(skeleton, sql)).toBe(same);
  });

  test('a collision of hashes is no match', () => {
    const bytes = Buffer.from("SELECT a FROM u WHERE b = 5 AND c = 'x' LIMIT 1");
    scanner.scan(bytes, 0, bytes.length);
    scanner.hash = skeleton.hash;
    expect(skeleton.matches(scanner, bytes, 0, bytes.length)).toBe(false);
  });
});

/** Where the grammar sees numbers and strings. */
function constantLocations(tree: unknown): number[] {
  if (typeof tree !== 'object' || tree === null) return [];
  const { kind, location } = tree as { kind?: string; location?: number };
  return kind === 'A_Const' ? [location as number] : Object.values(tree).flatMap(constantLocations);
}

test('the literals are where the grammar sees constants', () => {
  const strings = fc.constantFrom("'a'", "''''", "'é'");
  const numbers = fc.constantFrom('1', '23.5', '.5', '7.', '1e5', '99999999999');
  const piece = fc.oneof(strings, numbers, fc.constantFrom('a', 'b1', '"q 1"', '$2', 't.c', 'é'));
  const blank = fc.constantFrom('', ' ', '\n', '\t');
  const glue = fc.constantFrom('+', ',', '*', '/', '||', ' - ', '=', '%');
  const list = fc.array(fc.tuple(glue, blank, piece, blank), { maxLength: 12 });
  fc.assert(
    fc.property(piece, list, (first, rest) => {
      const sql = `SELECT ${first}${rest.map(([operator, before, text, after]) => operator + before + text + after).join('')}`;
      const bytes = Buffer.from(sql);
      if (!scanner.scan(bytes, 0, bytes.length)) return;
      const starts = [...scanner.literalStart.subarray(0, scanner.literalCount)];
      let tree;
      try {
        tree = parse(sql);
      } catch {
        return;
      }
      expect(constantLocations(tree).toSorted((a, b) => a - b)).toEqual(starts);
    }),
    { numRuns: 2_000 },
  );
});
