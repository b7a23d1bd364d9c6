import { expect, test } from 'vitest';
import { parse } from '../../../src/parser/parse.ts';
import { statementName } from '../../../src/parser/statement-name.ts';
import { corpus } from './corpus.ts';

test.each([
  ['BEGIN', 'BEGIN'],
  ['ROLLBACK TO a', 'ROLLBACK'],
  ['ALTER TABLE t RENAME a TO b', 'ALTER TABLE'],
  ['ALTER VIEW v RENAME TO w', 'ALTER VIEW'],
  ['ALTER MATERIALIZED VIEW v SET SCHEMA s', 'ALTER MATERIALIZED VIEW'],
  ['DROP FOREIGN TABLE t', 'DROP FOREIGN TABLE'],
  ['DROP TEXT SEARCH PARSER p', 'DROP TEXT SEARCH PARSER'],
  ['CREATE AGGREGATE a (BASETYPE = int, SFUNC = f)', 'CREATE AGGREGATE'],
  ['CREATE TABLE t AS SELECT 1', 'CREATE TABLE AS'],
  ['CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 1$$', 'CREATE FUNCTION'],
  ['CREATE PROCEDURE f() LANGUAGE sql AS $$SELECT 1$$', 'CREATE PROCEDURE'],
  ['ALTER ROUTINE f IMMUTABLE', 'ALTER ROUTINE'],
  ['CREATE TRIGGER x BEFORE INSERT ON t EXECUTE FUNCTION f()', 'CREATE TRIGGER'],
  ['DISCARD SEQUENCES', 'DISCARD SEQUENCES'],
  ['CLOSE ALL', 'CLOSE CURSOR ALL'],
  ['ANALYZE', 'ANALYZE'],
  ['RESET ALL', 'RESET'],
  ['REVOKE a FROM b', 'REVOKE ROLE'],
])('%s is %s', (sql, name) => {
  const [parsed] = parse(sql);
  expect(parsed && statementName(parsed.statement)).toBe(name);
});

test('every statement has a name in plain words', () => {
  for (const sql of corpus)
    for (const { statement } of parse(sql)) expect(statementName(statement), sql).toMatch(/^[A-Z ]+$/);
});
