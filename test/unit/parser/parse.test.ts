import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/common/sql-error.ts';
import { parse, positionOf } from '../../../src/parser/parse.ts';
import type { Expr, SelectStmt, Statement } from '../../../src/parser/syntax.ts';
import { corpus } from './corpus.ts';

function only(sql: string): Statement {
  const statements = parse(sql);
  expect(statements).toHaveLength(1);
  return (statements[0] as (typeof statements)[number]).statement;
}

function select(sql: string): SelectStmt {
  const statement = only(sql);
  if (statement.kind !== 'SelectStmt') throw new Error(statement.kind);
  return statement;
}

/** The expression of `SELECT expression`. */
function expression(text: string): Expr | undefined {
  return select(`SELECT ${text}`).targetList[0]?.val;
}

describe('statements of a text', () => {
  test('each says where it stands', () => {
    const sql = "/* é */ SELECT 'é' ;\n  -- x\n BEGIN; ";
    const bytes = Buffer.from(sql);
    const texts = parse(sql).map(({ startByte, lengthBytes }) =>
      bytes.utf8Slice(startByte, startByte + lengthBytes).trim(),
    );
    expect(texts).toEqual(["SELECT 'é'", 'BEGIN']);
    expect(parse(bytes)).toEqual(parse(sql));
  });

  test.each(['', ' ', ';', ' ;; ', '-- x', '/* x */;'])('%j has none', (sql) => {
    expect(parse(sql)).toEqual([]);
  });
});

describe('the tree', () => {
  test('has every declared field, also those not written', () => {
    const statement = select('SELECT 1');
    expect(Object.keys(statement)).toContain('whereClause');
    expect(statement).toMatchObject({ fromClause: [], groupDistinct: false, op: 'SETOP_NONE', sortClause: [] });
    expect(statement.whereClause).toBeUndefined();
  });

  test('constants', () => {
    const texts = ['0', '-7', '2147483648', '1.50', "''", "'a'", 'true', 'false', 'NULL', "B'01'", "x'f'"];
    const values = texts.map((text) => {
      const constant = expression(text);
      return constant?.kind === 'A_Const' ? constant.val : constant;
    });
    expect(values).toEqual([
      { kind: 'Integer', ival: 0 },
      { kind: 'Integer', ival: -7 },
      { kind: 'Float', fval: '2147483648' },
      { kind: 'Float', fval: '1.50' },
      { kind: 'String', sval: '' },
      { kind: 'String', sval: 'a' },
      { kind: 'Boolean', boolval: true },
      { kind: 'Boolean', boolval: false },
      { kind: 'Null' },
      { kind: 'BitString', bsval: 'b01' },
      { kind: 'BitString', bsval: 'xf' },
    ]);
  });

  test('lists of names are strings', () => {
    expect(expression('"A".b.*')).toEqual({
      kind: 'ColumnRef',
      fields: ['A', 'b', { kind: 'A_Star' }],
      location: 7,
    });
    expect(expression('x::int[][3]')).toMatchObject({
      typeName: { names: ['pg_catalog', 'int4'], arrayBounds: [-1, 3] },
    });
    expect(only('DROP TABLE a.b, c')).toMatchObject({ objects: [['a', 'b'], ['c']] });
    expect(only('DROP SCHEMA a, b')).toMatchObject({ objects: ['a', 'b'] });
    expect(only("COMMENT ON COLUMN a.b IS 'c'")).toMatchObject({ object: ['a', 'b'], comment: 'c' });
  });

  test('AND binds tighter than OR', () => {
    expect(expression('a OR b AND c')).toMatchObject({
      boolop: 'OR_EXPR',
      args: [{ fields: ['a'] }, { boolop: 'AND_EXPR', args: [{ fields: ['b'] }, { fields: ['c'] }] }],
    });
  });

  test('an operator keeps its own kind beside the node kind', () => {
    expect(expression('a IN (1, 2)')).toMatchObject({
      kind: 'A_Expr',
      subkind: 'AEXPR_IN',
      name: ['='],
      rexpr: { kind: 'List', items: [{ kind: 'A_Const' }, { kind: 'A_Const' }] },
    });
  });

  test('DISTINCT and DISTINCT ON differ', () => {
    expect(select('SELECT a').distinctClause).toBeUndefined();
    expect(select('SELECT DISTINCT a').distinctClause).toEqual([]);
    expect(select('SELECT DISTINCT ON (a, b) a').distinctClause).toHaveLength(2);
  });

  test('VALUES are rows of expressions', () => {
    expect(select('VALUES (1, 2), (3, DEFAULT)').valuesLists).toMatchObject([
      [{ kind: 'A_Const' }, { kind: 'A_Const' }],
      [{ kind: 'A_Const' }, { kind: 'SetToDefault' }],
    ]);
  });

  test('functions in FROM are calls with their column definitions', () => {
    const [item] = select('SELECT * FROM ROWS FROM (f(1) AS (a int), g())').fromClause;
    expect(item).toMatchObject({
      kind: 'RangeFunction',
      functions: [
        { func: { funcname: ['f'] }, coldeflist: [{ kind: 'ColumnDef', colname: 'a' }] },
        { func: { funcname: ['g'] }, coldeflist: [] },
      ],
    });
  });

  test('the columns of one multi-assignment share its source', () => {
    const statement = only('UPDATE t SET (a, b) = (SELECT 1, 2), (c, d) = (3, 4)');
    if (statement.kind !== 'UpdateStmt') throw new Error(statement.kind);
    const sources = statement.targetList.map(({ val }) => (val?.kind === 'MultiAssignRef' ? val.source : undefined));
    expect(sources[0]).toMatchObject({ kind: 'SubLink', subLinkType: 'EXPR_SUBLINK' });
    expect(sources[1]).toBe(sources[0]);
    expect(sources[2]).toMatchObject({ kind: 'RowExpr' });
    expect(sources[3]).toBe(sources[2]);
  });

  test('FETCH ALL is without end', () => {
    expect(only('FETCH ALL FROM c')).toMatchObject({ direction: 'FETCH_FORWARD', howMany: Infinity });
    expect(only('FETCH 3 FROM c')).toMatchObject({ howMany: 3 });
    expect(only('FETCH ABSOLUTE 0 FROM c')).toMatchObject({ direction: 'FETCH_ABSOLUTE', howMany: 0 });
  });

  test('what we declare no node for keeps its name and fields', () => {
    expect(only('CREATE RULE r AS ON INSERT TO t DO NOTHING')).toMatchObject({
      kind: 'OtherNode',
      nodeKind: 'RuleStmt',
      fields: { rulename: 'r' },
    });
    expect(expression('json_object(1: a)')).toMatchObject({ kind: 'OtherNode', nodeKind: 'JsonObjectConstructor' });
  });

  test('the corpus converts without a hole', () => {
    // JSON has neither NONE nor Infinity.
    const withHoles = corpus.filter((sql) => JSON.stringify(parse(sql)).includes('null,'));
    expect(withHoles).toEqual(['DROP OPERATOR +(NONE, int)', 'FETCH BACKWARD ALL FROM c']);
  });
});

interface Answer {
  readonly sql: string;
  readonly sqlState: string;
  readonly message: string;
  readonly position?: number;
  readonly hint?: string;
}

const answers = readFileSync(new URL('syntax-errors.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Answer);

function errorOf(sql: string | Uint8Array): SqlError {
  try {
    parse(sql);
  } catch (error) {
    if (error instanceof SqlError) return error;
    throw error;
  }
  throw new Error(`no error: ${String(sql)}`);
}

describe('errors', () => {
  test('are those of PostgreSQL 15', () => {
    const ours = answers.map(({ sql }): Answer => {
      const { sqlState, message, fields } = errorOf(sql);
      const { position, hint } = fields;
      return {
        sql,
        sqlState,
        message,
        ...(position === undefined ? {} : { position }),
        ...(hint === undefined ? {} : { hint }),
      };
    });
    expect(ours).toEqual(answers);
  });

  test('NUL and ill-formed UTF-8 do not reach the grammar', () => {
    expect(errorOf('SELECT \0')).toMatchObject({
      sqlState: '22021',
      message: 'invalid byte sequence for encoding "UTF8": 0x00',
    });
    expect(errorOf(Buffer.from([0x20, 0xe4, 0x20])).sqlState).toBe('22021');
  });
});

describe('positionOf', () => {
  test('counts characters, not bytes and not UTF-16 units', () => {
    const sql = "SELECT 'é😀', x";
    const offset = Buffer.from(sql).indexOf('x');
    expect(offset).toBe(17);
    expect(positionOf(sql, offset)).toBe(14);
    expect(positionOf(Buffer.from(sql), offset)).toBe(14);
    expect(positionOf(sql, 0)).toBe(1);
    expect(positionOf(sql, -1)).toBeUndefined();
  });
});
