/**
 * How the tables of this folder are written. A function is one line:
 *
 *   scalar(177, 'int4pl(int4, int4) int4', kernel)
 *   scalar(89, 'version() text stable', kernel)
 *   scalar(3058, 'concat(variadic any) text stable nullable', kernel)
 *   scalar(3846, 'make_date(year int4, month int4, day int4) date', kernel)
 *
 * The signature says: name, arguments (`[variadic] [argument name] type`), result type, then what is not the usual:
 * `stable` or `volatile` (else immutable) and `nullable` (called with NULLs; else strict). Operators are lines of a text table.
 */
import type { Oid } from '../common/ids.ts';
import { InvariantError } from '../common/assert.ts';
import type { Datum } from '../types/datum.ts';
import type {
  AggregateImplementation,
  FunctionEntry,
  Kernel,
  OperatorEntry,
  ScalarImplementation,
  SetImplementation,
  Volatility,
} from './function.ts';
import { oidOfType } from './type-oids.ts';

export interface ScalarOptions {
  readonly inline?: ScalarImplementation['inline'];
  readonly suspends?: boolean;
  readonly defaults?: readonly Datum[];
}

export function scalar(oid: Oid, signature: string, kernel: Kernel, options: ScalarOptions = {}): FunctionEntry {
  const { inline, suspends, defaults } = options;
  return entry(oid, signature, { kind: 'scalar', kernel, inline, suspends }, defaults);
}

/** A set-returning function; `columns` as `name type, …` when it returns records with OUT columns. */
export function setReturning(
  oid: Oid,
  signature: string,
  open: SetImplementation['open'],
  columns?: string,
): FunctionEntry {
  return entry(oid, signature, {
    kind: 'set',
    open,
    columns: columns === undefined ? undefined : parseColumns(columns),
  });
}

export function aggregate(
  oid: Oid,
  signature: string,
  implementation: Omit<AggregateImplementation, 'kind'>,
): FunctionEntry {
  return entry(oid, signature, { kind: 'aggregate', ...implementation });
}

export function windowFunction(oid: Oid, signature: string): FunctionEntry {
  return entry(oid, signature, { kind: 'window' });
}

const signaturePattern = /^(\w+)\((.*)\) (\S+)((?: \w+)*)$/;

function entry(
  oid: Oid,
  signature: string,
  implementation: FunctionEntry['implementation'],
  defaults?: readonly Datum[],
): FunctionEntry {
  const parts = signaturePattern.exec(signature);
  if (parts === null) throw new InvariantError(`malformed function signature: ${signature}`);
  const [, name, list, result, attributes] = parts as unknown as [string, string, string, string, string];
  const args = list === '' ? [] : list.split(', ').map(parseArgument);
  return {
    oid,
    name,
    argTypes: args.map((argument) => argument.type),
    argNames: args.some((argument) => argument.name !== '') ? args.map((argument) => argument.name) : undefined,
    defaults,
    variadic: args.at(-1)?.variadic ?? 0,
    returnType: oidOfType(result),
    volatility: volatilityOf(attributes),
    strict: !attributes.includes(' nullable'),
    implementation,
  };
}

interface Argument {
  readonly name: string;
  readonly type: Oid;
  readonly variadic: Oid;
}

function parseArgument(text: string): Argument {
  const words = text.split(' ');
  const typeName = words.pop() as string;
  const isVariadic = words[0] === 'variadic';
  if (isVariadic) words.shift();
  const elementName = typeName.endsWith('[]') ? typeName.slice(0, -2) : typeName;
  return { name: words[0] ?? '', type: oidOfType(typeName), variadic: isVariadic ? oidOfType(elementName) : 0 };
}

function parseColumns(text: string): { name: string; type: Oid }[] {
  return text.split(', ').map(parseArgument);
}

function volatilityOf(attributes: string): Volatility {
  if (attributes.includes(' volatile')) return 'v';
  return attributes.includes(' stable') ? 's' : 'i';
}

/**
 * Reads lines of pg_operator: oid, left type (- for a prefix operator), name, right type, result type, function OID,
 * commutator, negator, M (can merge) H (can hash), restriction and join selectivity estimators.
 */
export function operatorTable(text: string): OperatorEntry[] {
  return text.trim().split('\n').map(parseOperator);
}

function parseOperator(line: string): OperatorEntry {
  const words = line.trim().split(/ +/);
  if (words.length !== 11) throw new InvariantError(`malformed operator line: ${line}`);
  const [oid, left, name, right, result, functionOid, commutator, negator, flags, restrict, join] = words as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    oid: Number(oid),
    name,
    left: left === '-' ? 0 : oidOfType(left),
    right: oidOfType(right),
    result: oidOfType(result),
    functionOid: Number(functionOid),
    commutator: Number(commutator),
    negator: Number(negator),
    canMerge: flags.includes('M'),
    canHash: flags.includes('H'),
    restrict,
    join,
  };
}
