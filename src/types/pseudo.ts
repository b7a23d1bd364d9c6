/**
 * Pseudo-types: they stand in signatures of functions, not in tables, and their input functions refuse (0A000). void is the result
 * of functions called for their effect and prints as an empty string.
 */
import type { Oid } from '../common/ids.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import { defineType } from './define-type.ts';
import { typeOid } from './oids.ts';
import type { TypeHandler } from './type-handler.ts';

function cannotAccept(name: string): SqlError {
  return new SqlError(sqlState.featureNotSupported, `cannot accept a value of type ${name}`);
}

function cannotDisplay(name: string): SqlError {
  return new SqlError(sqlState.featureNotSupported, `cannot display a value of type ${name}`);
}

function definePseudo(oid: Oid, name: string, length: number, sqlName: string = name): TypeHandler {
  return defineType({
    oid,
    name,
    sqlName,
    arrayOid: 0,
    category: 'P',
    typeType: 'p',
    length,
    vectorKind: 'bytes',
    parseText: () => {
      throw cannotAccept(name);
    },
    formatText: () => {
      throw cannotDisplay(name);
    },
    parseBinary: () => {
      throw cannotAccept(name);
    },
    writeBinary: () => {
      throw cannotDisplay(name);
    },
    encode: () => {
      throw cannotDisplay(name);
    },
    decode: () => {
      throw cannotDisplay(name);
    },
  });
}

const voidType = defineType({
  oid: typeOid.void,
  name: 'void',
  sqlName: 'void',
  arrayOid: 0,
  category: 'P',
  typeType: 'p',
  length: 4,
  vectorKind: 'bytes',
  parseText: () => '',
  formatText: () => '',
  parseBinary: () => '',
  writeBinary: () => {},
  encode: () => {},
  decode: () => '',
  writeText: () => {},
});

export const pseudoTypes: readonly TypeHandler[] = [
  voidType,
  definePseudo(typeOid.any, 'any', 4, '"any"'),
  definePseudo(typeOid.trigger, 'trigger', 4),
  definePseudo(3838, 'event_trigger', 4),
  definePseudo(typeOid.internal, 'internal', 8),
  definePseudo(2280, 'language_handler', 4),
  definePseudo(3115, 'fdw_handler', 4),
  definePseudo(325, 'index_am_handler', 4),
  definePseudo(269, 'table_am_handler', 4),
  definePseudo(3310, 'tsm_handler', 4),
  definePseudo(32, 'pg_ddl_command', 8),
  definePseudo(typeOid.anyelement, 'anyelement', 4),
  definePseudo(typeOid.anynonarray, 'anynonarray', 4),
  definePseudo(typeOid.anyenum, 'anyenum', 4),
  definePseudo(typeOid.anyrange, 'anyrange', -1),
  definePseudo(4537, 'anymultirange', -1),
  definePseudo(typeOid.anycompatible, 'anycompatible', 4),
  definePseudo(typeOid.anycompatiblearray, 'anycompatiblearray', -1),
  definePseudo(typeOid.anycompatiblenonarray, 'anycompatiblenonarray', 4),
  definePseudo(5080, 'anycompatiblerange', -1),
  definePseudo(4538, 'anycompatiblemultirange', -1),
];
