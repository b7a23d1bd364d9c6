/** pg_get_function_…: arguments and results of built-in functions. */
import type { Oid } from '../../common/ids.ts';
import { SqlError, sqlState } from '../../common/sql-error.ts';
import { quoteIdentifier } from '../../functions/quoting.ts';
import { findFunction } from '../../functions/registry.ts';
import type { FunctionEntry } from '../../functions/function.ts';
import type { Datum } from '../../types/datum.ts';
import { formatType } from '../../types/typmod.ts';
import type { Session } from '../session.ts';

type Question = (args: readonly Datum[], session: Session) => Datum;

function ofFunction(answer: (entry: FunctionEntry) => string | null): Question {
  return ([oid]) => {
    const entry = findFunction(oid as Oid);
    return entry === undefined ? null : answer(entry);
  };
}

function inputTexts(entry: FunctionEntry): string[] {
  return entry.argTypes.map((type, i) => {
    const name = entry.argNames?.[i] ?? '';
    const variadic = entry.variadic !== 0 && i === entry.argTypes.length - 1 ? 'VARIADIC ' : '';
    return `${variadic}${name === '' ? '' : `${name} `}${formatType(type)}`;
  });
}

function argumentsText(entry: FunctionEntry): string {
  const outputs = entry.implementation.kind === 'set' ? (entry.implementation.columns ?? []) : [];
  return [...inputTexts(entry), ...outputs.map(({ name, type }) => `OUT ${name} ${formatType(type)}`)].join(', ');
}

function resultText(entry: FunctionEntry): string {
  const setof = entry.implementation.kind === 'set' ? 'SETOF ' : '';
  return `${setof}${formatType(entry.returnType)}`;
}

const volatilityWords = { i: 'IMMUTABLE', s: 'STABLE', v: '' } as const;

/** All functions are built in: their source is the name of what computes them. */
function definitionText(entry: FunctionEntry): string {
  const { kind } = entry.implementation;
  const name = quoteIdentifier(entry.name);
  if (kind === 'aggregate') throw new SqlError(sqlState.wrongObjectType, `${quoted(entry)} is an aggregate function`);
  const words = [
    kind === 'window' ? 'WINDOW' : '',
    volatilityWords[entry.volatility],
    'PARALLEL SAFE',
    entry.strict ? 'STRICT' : '',
  ];
  return (
    `CREATE OR REPLACE FUNCTION pg_catalog.${name}(${argumentsText(entry)})\n RETURNS ${resultText(entry)}\n` +
    ` LANGUAGE internal\n ${words.filter((word) => word !== '').join(' ')}\n` +
    `AS $function$${entry.name}$function$\n`
  );
}

function quoted({ name }: FunctionEntry): string {
  return `"${name}"`;
}

export const functionQuestions: Readonly<Record<string, Question>> = {
  pg_get_function_arguments: ofFunction(argumentsText),
  pg_get_function_identity_arguments: ofFunction((entry) => inputTexts(entry).join(', ')),
  pg_get_function_result: ofFunction(resultText),
  pg_get_functiondef: ofFunction(definitionText),
  pg_get_function_sqlbody: () => null,
  pg_get_function_arg_default: () => null,
};
