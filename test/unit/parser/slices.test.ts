import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/common/sql-error.ts';
import { parse, parseInSlices } from '../../../src/parser/parse.ts';
import { sliceText } from '../../../src/parser/slices.ts';
import { type ParsedStatement, TextParser } from '../../../src/parser/text-parser.ts';
import { corpus } from './corpus.ts';

function whole(sql: string): readonly ParsedStatement[] {
  return new TextParser(Buffer.from(sql)).whole();
}

/** Parsed in slices, without the way back to parsing it whole. */
function sliced(sql: string, sliceBytes: number): readonly ParsedStatement[] {
  const slices = new TextParser(Buffer.from(sql)).inSlices(sliceBytes);
  for (;;) {
    const step = slices.next();
    if (step.done === true) return step.value;
  }
}

function spansOf(sql: string): string[] {
  const bytes = Buffer.from(sql);
  return sliceText(bytes, 1).map(({ start, end }) => bytes.toString('utf8', start, end));
}

describe('statements', () => {
  test.each([
    ['SELECT 1; SELECT 2', ['SELECT 1;', ' SELECT 2']],
    ["SELECT ';'; SELECT ''';'", ["SELECT ';';", " SELECT ''';'"]],
    ["SELECT E'\\';'; SELECT \";\"", ["SELECT E'\\';';", ' SELECT ";"']],
    ['SELECT $$;$$; SELECT $a$;$$;$a$; SELECT $1', ['SELECT $$;$$;', ' SELECT $a$;$$;$a$;', ' SELECT $1']],
    ['SELECT 1 -- ;\n; /* ; /* ; */ ; */ SELECT 2', ['SELECT 1 -- ;\n;', ' /* ; /* ; */ ; */ SELECT 2']],
    [
      'CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2); x',
      ['CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2);', ' x'],
    ],
    ["SELECT 'open", ["SELECT 'open"]],
  ])('%s', (sql, spans) => {
    expect(spansOf(sql)).toEqual(spans);
  });
});

describe('rows', () => {
  const rows = (count: number): string =>
    Array.from({ length: count }, (_, i) => `(${i}, 'a''),(b', f(x, (y)))`).join(', ');

  test.each([
    `VALUES ${rows(50)} ORDER BY 1 LIMIT 5`,
    `INSERT INTO t (a, b) VALUES ${rows(50)} ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE t.c RETURNING *`,
    `WITH x AS (SELECT 1) INSERT INTO t VALUES ${rows(50)}; SELECT 1`,
    `/* é */ SELECT 1; INSERT INTO é VALUES ${rows(50)}\n; INSERT INTO u VALUES ${rows(30)}`,
    `INSERT INTO t SELECT * FROM (VALUES ${rows(50)}) AS v`,
    `INSERT INTO values (a) values ${rows(50)}`,
  ])('%# come out in order and in place', (sql) => {
    for (const sliceBytes of [1, 30, 100, 1_000]) expect(sliced(sql, sliceBytes)).toEqual(whole(sql));
  });

  test.each([
    `SELECT 1 UNION ALL VALUES ${rows(20)}`,
    `EXPLAIN VALUES ${rows(20)}`,
    `VALUES ${rows(10)}, /* x */ ${rows(10)}, ${rows(10)}`,
    `CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END`,
    `SELECT 1; SELECT (2`,
  ])('%# is refused in slices rather than read wrongly', (sql) => {
    expect(() => sliced(sql, 1)).toThrowError(SqlError);
  });
});

test('random texts parse in slices as they do whole, or not at all', () => {
  const row = fc.constantFrom(
    "(1, 'a')",
    '(DEFAULT, (SELECT 1))',
    "(';', E'\\'', $$)$$)",
    '(1)',
    '(ARRAY[1, 2], "x,(")',
  );
  const separator = fc.constantFrom(',', ', ', ' ,\n', ',/* ( */');
  const values = fc
    .array(fc.tuple(row, separator), { minLength: 1, maxLength: 20 })
    .map((items) => `VALUES ${items.map(([text, glue]) => text + glue).join('')} (2)`);
  const statement = fc.oneof(
    fc.constantFrom(...corpus),
    values,
    values.map((text) => `INSERT INTO t (a) ${text} RETURNING a`),
  );
  const text = fc.array(fc.tuple(statement, fc.constantFrom(';', ';\n', ' ; -- ;\n', ';;')), { maxLength: 12 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 200 }), (parts, sliceBytes) => {
      const sql = parts.map(([statementText, end]) => statementText + end).join('');
      let inSlices;
      try {
        inSlices = sliced(sql, sliceBytes);
      } catch (error) {
        if (error instanceof SqlError) return;
        throw error;
      }
      expect(inSlices).toEqual(whole(sql));
    }),
    { numRuns: 500 },
  );
});

describe('long texts', () => {
  const long = `INSERT INTO t VALUES ${"(1, 'abc', 2.5), ".repeat(10_000)}(0)`;

  test('give the thread back between slices', () => {
    const slices = parseInSlices(long);
    let yields = 0;
    let step = slices.next();
    for (; step.done !== true; step = slices.next()) yields++;
    expect(yields).toBeGreaterThan(15);
    expect(step.value).toEqual(parse(long));
    expect(step.value).toEqual(whole(long));
  });

  test('have the position of their error counted from their start', () => {
    expect(() => parse(`${long}; SELEC 1`)).toThrowError(
      expect.objectContaining({ sqlState: '42601', fields: expect.objectContaining({ position: long.length + 3 }) }),
    );
  });

  test('that cannot be sliced are parsed whole', () => {
    const sql = `CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC ${'SELECT 1;'.repeat(10_000)} END`;
    expect(parse(sql)).toHaveLength(1);
  });
});
