/** Runs one function of the tables on values given as text: how the tests of this folder reach kernels, cursors and aggregates. */
import { SqlError } from '../../../src/common/sql-error.ts';
import { callScalar } from '../../../src/functions/call.ts';
import type { EvalContext } from '../../../src/functions/eval-context.ts';
import type { CallTypes, FunctionEntry } from '../../../src/functions/function.ts';
import { findFunctions } from '../../../src/functions/registry.ts';
import { oidOfType } from '../../../src/functions/type-oids.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { defaultIoContext } from '../../../src/types/io-context.ts';
import { typeOid } from '../../../src/types/oids.ts';
import { findType, getType } from '../../../src/types/registry.ts';

function unavailable(): never {
  throw new Error('not available to function tests');
}

/** A session with default settings that can answer nothing about a catalog. */
export const testContext: EvalContext = {
  io: defaultIoContext,
  transactionTimestamp: () => 0,
  statementTimestamp: () => 0,
  clockTimestamp: () => 0,
  session: {
    backendPid: 1,
    database: 'postgres',
    databaseOid: 5,
    currentUser: 'postgres',
    sessionUser: 'postgres',
    serverVersion: 'Hyrax',
    clientAddress: undefined,
    clientPort: undefined,
    serverAddress: undefined,
    serverPort: undefined,
    searchPath: () => ['public'],
    startTime: 0,
  },
  sequences: { next: unavailable, current: unavailable, last: unavailable, set: unavailable },
  settings: { show: () => undefined, set: unavailable },
  catalog: { call: unavailable },
  system: { call: unavailable },
  random: () => 0.5,
  setSeed: () => {},
  notice: () => {},
  checkInterrupts: () => {},
};

/** `name(type, type): value | value`; an aggregate has rows, separated by `;`. ⏎ is a newline, ␣ a blank. */
export interface FunctionCase {
  readonly name: string;
  readonly types: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

export function parseCase(line: string): FunctionCase {
  const [, name, types, values] = /^(\w+)\((.*?)\):(.*)$/s.exec(line) as unknown as [string, string, string, string];
  const unescape = (text: string): string | null =>
    text === 'NULL' ? null : text.replaceAll('⏎', '\n').replaceAll('␣', ' ');
  const rows = values
    .split(' ; ')
    .map((row) => (row.trim() === '' || types === '' ? [] : row.split(' | ').map((v) => unescape(v.trim()))));
  return { name, types: types === '' ? [] : types.split(', '), rows };
}

const elementLike = new Set<number>([
  typeOid.anyelement,
  typeOid.anynonarray,
  typeOid.anycompatible,
  typeOid.anycompatiblenonarray,
  typeOid.any,
]);
const arrayLike = new Set<number>([typeOid.anyarray, typeOid.anycompatiblearray]);

function accepts(declared: number, actual: number): boolean {
  if (declared === typeOid.anynonarray && getType(actual).elementOid !== 0) return false;
  if (declared === actual || elementLike.has(declared)) return true;
  return arrayLike.has(declared) && getType(actual).elementOid !== 0;
}

function findEntry(name: string, types: readonly number[]): FunctionEntry {
  const fits = (entry: FunctionEntry): boolean =>
    entry.argTypes.length === types.length &&
    entry.argTypes.every((declared, i) => accepts(declared, types[i] as number));
  const exact = findFunctions(name).find((entry) => entry.argTypes.every((t, i) => t === types[i]) && fits(entry));
  const entry = exact ?? findFunctions(name).find(fits) ?? findFunctions(name).find((e) => e.variadic === typeOid.any);
  if (entry === undefined) throw new Error(`no function ${name}(${types.join(', ')})`);
  return entry;
}

/** What a polymorphic result stands for. */
function resultType(entry: FunctionEntry, actual: readonly number[]): number {
  if (!elementLike.has(entry.returnType) && !arrayLike.has(entry.returnType)) return entry.returnType;
  const known = actual
    .map((type) => getType(type))
    .find((type, i) => !(entry.argTypes[i] === typeOid['float8'] || type.oid === 1022));
  const element = known?.elementOid || known?.oid || 0;
  return arrayLike.has(entry.returnType) ? getType(element).arrayOid : element;
}

function evaluate(entry: FunctionEntry, rows: readonly (readonly Datum[])[], call: CallTypes): Datum[] {
  const { implementation } = entry;
  const args = rows[0] as readonly Datum[];
  switch (implementation.kind) {
    case 'scalar':
      return [callScalar(entry, args, testContext, call)];
    case 'set': {
      if (entry.strict && args.includes(null)) return [];
      const cursor = implementation.open(args, testContext, call);
      const values: Datum[] = [];
      for (let row = cursor.next(); row !== undefined; row = cursor.next()) values.push(row[0] as Datum);
      return values;
    }
    case 'aggregate': {
      let state = implementation.createState(call);
      for (const row of rows) {
        if (entry.strict && row.includes(null)) continue;
        state = implementation.step(state, row, testContext, call);
      }
      return [implementation.finish(state, testContext, call)];
    }
    case 'window':
      throw new Error('window functions cannot be called alone');
  }
}

/** The result as text: rows of a set joined by ` ; `, or `ERROR code: message`. */
export function runCase(line: string): string {
  const { name, types, rows } = parseCase(line);
  const oids = types.map(oidOfType);
  const entry = findEntry(name, oids);
  try {
    const data = rows.map((row) =>
      row.map((text, i) => (text === null ? null : getType(oids[i] as number).parseText(text, -1, defaultIoContext))),
    );
    const call = { argTypes: oids, resultType: resultType(entry, oids) };
    const handler = findType(call.resultType);
    return evaluate(entry, data, call)
      .map((value) => (value === null ? 'NULL' : (handler?.formatText(value, defaultIoContext) ?? '?')))
      .join(' ; ')
      .replaceAll('\n', '⏎');
  } catch (error) {
    if (error instanceof SqlError) return `ERROR ${error.sqlState}: ${error.message}`;
    throw error;
  }
}
