/** An IoContext with PostgreSQL's default settings, for tests and for work outside any session. */
import type { Oid } from '../common/ids.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { IoContext, RegNames } from './type-handler.ts';

/** Knows no names: prints OIDs as numbers. */
export const numericRegNames: RegNames = {
  format: (_type: Oid, oid: Oid) => (oid === 0 ? '-' : String(oid)),
  parse(_type: Oid, text: string) {
    throw new SqlError(sqlState.undefinedObject, `name "${text}" does not exist`);
  },
};

export const defaultIoContext: IoContext = {
  timeZone: 'UTC',
  dateStyle: 'ISO',
  dateOrder: 'MDY',
  intervalStyle: 'postgres',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
  transactionStart: 0,
  names: numericRegNames,
};
