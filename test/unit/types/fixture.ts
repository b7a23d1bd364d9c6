/** Reading fixtures/*.json (see generate.ts). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqlError } from '../../../src/common/sql-error.ts';
import { defineComposite } from '../../../src/types/record.ts';
import { defaultIoContext } from '../../../src/types/io-context.ts';
import type { IoContext, TypeHandler } from '../../../src/types/type-handler.ts';
import { findTypeByName } from '../../../src/types/registry.ts';

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
}

export type LiteralCase =
  | readonly [literal: string, failure: Failure]
  | readonly [literal: string, text: string, hex: string, rank?: number];

export interface LiteralFixture {
  readonly name: string;
  readonly type: TypeHandler;
  readonly io: IoContext;
  readonly cases: readonly LiteralCase[];
}

const folder = join(import.meta.dirname, 'fixtures');

export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as T;
}

export function ioFrom(settings: Readonly<Record<string, string>>): IoContext {
  const [style = 'ISO', order = 'MDY'] = (settings.DateStyle ?? 'ISO, MDY').split(', ');
  return {
    ...defaultIoContext,
    timeZone: settings.TimeZone ?? 'UTC',
    dateStyle: style as IoContext['dateStyle'],
    dateOrder: order as IoContext['dateOrder'],
    intervalStyle: (settings.IntervalStyle ?? 'postgres') as IoContext['intervalStyle'],
    extraFloatDigits: Number(settings.extra_float_digits ?? '1'),
    byteaOutput: (settings.bytea_output ?? 'hex') as IoContext['byteaOutput'],
  };
}

/** The composite type (a int4, b text) that generate.ts creates. */
const pairType = defineComposite(900_000, 'fixture_pair', 0, [23, 25]);

/** A type as SQL in the fixtures spells it: int4, int4[], "char". */
export function typeNamed(name: string): TypeHandler {
  if (name === 'fixture_pair') return pairType;
  const plain = name.replaceAll('"', '');
  const handler = findTypeByName(plain.endsWith('[]') ? `_${plain.slice(0, -2)}` : plain);
  if (handler === undefined) throw new Error(`no type ${name}`);
  return handler;
}

export function literalFixtures(): LiteralFixture[] {
  return readdirSync(join(folder, 'literals')).map((file) => {
    const name = file.replace('.json', '');
    const { type, settings, cases } = readFixture<{
      type: string;
      settings: Record<string, string>;
      cases: LiteralCase[];
    }>(`literals/${name}`);
    return { name, type: typeNamed(type), io: ioFrom(settings), cases };
  });
}

export function isFailure(entry: LiteralCase): entry is readonly [string, Failure] {
  return typeof entry[1] !== 'string';
}

/** The error of a call, in the fixture's form; or its result. */
export function outcome<T>(run: () => T): T | Failure {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const { detail, hint } = error.fields;
    return {
      code: error.sqlState,
      message: error.message,
      ...(detail === undefined ? {} : { detail }),
      ...(hint === undefined ? {} : { hint }),
    };
  }
}
