/**
 * Which function or operator a call means (manual §10.2, §10.3; func_get_detail, oper in PostgreSQL): exact match first,
 * then the candidates that implicit casts can reach, narrowed by exact matches, preferred types and categories of unknowns.
 */
import type { Oid } from '../common/ids.ts';
import { SqlError } from '../common/sql-error.ts';
import { findType } from '../types/registry.ts';
import { findFunctions, findOperators, getFunction } from '../functions/registry.ts';
import type { FunctionEntry, OperatorEntry } from '../functions/function.ts';
import { typeOids } from '../functions/type-oids.ts';
import type { AnalyzeContext } from './context.ts';
import { canCoerce } from './coercion.ts';
import { fitsPolymorphic, isPolymorphic } from './polymorphic.ts';
import { categoryOf, typeText } from './type-name.ts';

const { unknown } = typeOids;

/** A callable with its argument list spread to the number of arguments given. */
interface Candidate<Entry> {
  readonly entry: Entry;
  readonly argTypes: readonly Oid[];
  /** Trailing arguments gathered into the VARIADIC array: their count, or 0. */
  readonly variadicCount: number;
  /** Trailing parameters filled from defaults. */
  readonly defaultsUsed: number;
}

export type FunctionMatch = Candidate<FunctionEntry>;
export type OperatorMatch = { readonly entry: OperatorEntry; readonly argTypes: readonly Oid[] };

/** Common type for the anycompatible family: like selectCommonType, but says undefined instead of throwing. */
export function commonTypeOf(context: AnalyzeContext): (types: readonly Oid[]) => Oid | undefined {
  return (types) => {
    let chosen = types[0] as Oid;
    for (const type of types.slice(1)) {
      if (type === chosen) continue;
      if (categoryOf(type) !== categoryOf(chosen)) return undefined;
      const widens = canCoerce(chosen, type, 'implicit', context) && !canCoerce(type, chosen, 'implicit', context);
      if (findType(chosen)?.preferred !== true && widens) chosen = type;
    }
    return types.every((type) => canCoerce(type, chosen, 'implicit', context)) ? chosen : undefined;
  };
}

function isExact(argTypes: readonly Oid[], given: readonly Oid[]): boolean {
  return argTypes.every((type, i) => type === given[i]);
}

function fits(argTypes: readonly Oid[], given: readonly Oid[], context: AnalyzeContext): boolean {
  if (!argTypes.every((type, i) => canCoerce(given[i] as Oid, type, 'implicit', context))) return false;
  return !argTypes.some(isPolymorphic) || fitsPolymorphic(argTypes, given, commonTypeOf(context));
}

/** Spreads a signature over `count` arguments; undefined when it cannot take so many. */
function spread(entry: FunctionEntry, count: number, variadicArray: boolean): Candidate<FunctionEntry> | undefined {
  const declared = entry.argTypes;
  if (entry.variadic !== 0 && !variadicArray) {
    const fixed = declared.length - 1;
    if (count <= fixed) return undefined;
    const rest = new Array<Oid>(count - fixed).fill(entry.variadic);
    return { entry, argTypes: [...declared.slice(0, fixed), ...rest], variadicCount: count - fixed, defaultsUsed: 0 };
  }
  if (count === declared.length) {
    if (variadicArray && entry.variadic === 0) return undefined;
    return { entry, argTypes: declared, variadicCount: 0, defaultsUsed: 0 };
  }
  const missing = declared.length - count;
  const available = entry.defaults?.length ?? 0;
  if (missing > 0 && missing <= available) {
    return { entry, argTypes: declared.slice(0, count), variadicCount: 0, defaultsUsed: missing };
  }
  return undefined;
}

/** Signatures that could be meant by name and number of arguments; variadic ones give way to equal plain ones. */
function candidatesFor(name: string, count: number, variadicArray: boolean): Candidate<FunctionEntry>[] {
  const all: Candidate<FunctionEntry>[] = [];
  for (const entry of findFunctions(name)) {
    const candidate = spread(entry, count, variadicArray);
    if (candidate === undefined) continue;
    const rival = all.findIndex((other) => isExact(other.argTypes, candidate.argTypes));
    if (rival < 0) all.push(candidate);
    else if ((all[rival] as Candidate<FunctionEntry>).variadicCount > 0 && candidate.variadicCount === 0)
      all[rival] = candidate;
  }
  return all;
}

/** The function that takes just these types, without any cast. */
export function findExactFunction(
  name: string,
  given: readonly Oid[],
  variadicArray: boolean,
): FunctionMatch | undefined {
  return candidatesFor(name, given.length, variadicArray).find((candidate) => isExact(candidate.argTypes, given));
}

/** Finds the function by implicit casts, or undefined when none fits. Throws 42725 when several do. */
export function findFunction(
  name: string,
  given: readonly Oid[],
  variadicArray: boolean,
  context: AnalyzeContext,
  position: number | undefined,
): FunctionMatch | undefined {
  const candidates = candidatesFor(name, given.length, variadicArray);
  const fitting = candidates.filter((candidate) => fits(candidate.argTypes, given, context));
  if (fitting.length <= 1) return fitting[0];
  const best = selectCandidate(fitting, given, context);
  if (best !== undefined) return best;
  throw new SqlError('42725', `function ${signatureText(name, given, context)} is not unique`, {
    hint: 'Could not choose a best candidate function. You might need to add explicit type casts.',
    position,
  });
}

export function signatureText(name: string, given: readonly Oid[], context: AnalyzeContext): string {
  return `${name}(${given.map((type) => typeText(type, context.catalog)).join(', ')})`;
}

export function undefinedFunction(
  name: string,
  given: readonly Oid[],
  context: AnalyzeContext,
  position: number | undefined,
): SqlError {
  return new SqlError('42883', `function ${signatureText(name, given, context)} does not exist`, {
    hint: 'No function matches the given name and argument types. You might need to add explicit type casts.',
    position,
  });
}

/** Finds the operator for one (prefix: left 0) or two operands. Throws 42883 or 42725. */
export function findOperator(
  name: string,
  left: Oid,
  right: Oid,
  context: AnalyzeContext,
  position: number | undefined,
): OperatorMatch {
  const found = searchOperator(name, left, right, context, position);
  if (found !== undefined) return found;
  throw new SqlError('42883', `operator does not exist: ${operatorText(name, left, right, context)}`, {
    hint: `No operator matches the given name and argument type${left === 0 ? '' : 's'}. You might need to add ${left === 0 ? 'an explicit type cast' : 'explicit type casts'}.`,
    position,
  });
}

function operatorText(name: string, left: Oid, right: Oid, context: AnalyzeContext): string {
  const rightText = typeText(right, context.catalog);
  return left === 0 ? `${name} ${rightText}` : `${typeText(left, context.catalog)} ${name} ${rightText}`;
}

export function searchOperator(
  name: string,
  left: Oid,
  right: Oid,
  context: AnalyzeContext,
  position: number | undefined,
): OperatorMatch | undefined {
  const operators = findOperators(name).filter((operator) => (operator.left === 0) === (left === 0));
  const given = left === 0 ? [right] : [left, right];
  const candidates = operators.map((entry) => ({
    entry,
    argTypes: left === 0 ? [entry.right] : [entry.left, entry.right],
    variadicCount: 0,
    defaultsUsed: 0,
  }));
  // One unknown operand is first taken to be of the other's type (binary_oper_exact).
  const assumed = left === 0 ? given : [left === unknown ? right : left, right === unknown ? left : right];
  const exact = candidates.find((candidate) => isExact(candidate.argTypes, assumed));
  if (exact !== undefined) return exact;
  const fitting = candidates.filter((candidate) => fits(candidate.argTypes, given, context));
  if (fitting.length <= 1) return fitting[0];
  const best = selectCandidate(fitting, given, context);
  if (best !== undefined) return best;
  throw new SqlError('42725', `operator is not unique: ${operatorText(name, left, right, context)}`, {
    hint: 'Could not choose a best candidate operator. You might need to add explicit type casts.',
    position,
  });
}

/** func_select_candidate: the rules of manual §10.3 steps 4a to 4f. */
function selectCandidate<Entry>(
  all: Candidate<Entry>[],
  given: readonly Oid[],
  context: AnalyzeContext,
): Candidate<Entry> | undefined {
  const preferredMatch = (type: Oid, actual: Oid) =>
    type === actual || (findType(type)?.preferred === true && categoryOf(type) === categoryOf(actual));

  let left = keepMost(all, (candidate) =>
    count(given, (actual, i) => actual !== unknown && candidate.argTypes[i] === actual),
  );
  if (left.length === 1) return left[0];
  left = keepMost(left, (candidate) =>
    count(given, (actual, i) => actual !== unknown && preferredMatch(candidate.argTypes[i] as Oid, actual)),
  );
  if (left.length === 1) return left[0];
  if (!given.includes(unknown)) return undefined;

  const byCategory = narrowByCategory(left, given);
  if (byCategory.length === 1) return byCategory[0];
  return lastGasp(left, given, context);
}

/** Unknown arguments: string category if any candidate takes it there, else the one category all agree on. */
function narrowByCategory<Entry>(all: Candidate<Entry>[], given: readonly Oid[]): Candidate<Entry>[] {
  const wanted: ({ category: string; preferred: boolean } | undefined)[] = [];
  for (const [i, actual] of given.entries()) {
    wanted.push(undefined);
    if (actual !== unknown) continue;
    const types = all.map((candidate) => candidate.argTypes[i] as Oid);
    const categories = new Set(types.map(categoryOf));
    const category = categories.has('S')
      ? 'S'
      : categories.size === 1
        ? (categoryOf(types[0] as Oid) as string)
        : undefined;
    if (category === undefined) return all;
    const preferred = types.some((type) => categoryOf(type) === category && findType(type)?.preferred === true);
    wanted[i] = { category, preferred };
  }
  const kept = all.filter((candidate) =>
    wanted.every((want, i) => {
      if (want === undefined) return true;
      const type = candidate.argTypes[i] as Oid;
      return categoryOf(type) === want.category && (!want.preferred || findType(type)?.preferred === true);
    }),
  );
  return kept.length > 0 ? kept : all;
}

/** If all known arguments have one type, assume the unknowns have it too. */
function lastGasp<Entry>(
  all: Candidate<Entry>[],
  given: readonly Oid[],
  context: AnalyzeContext,
): Candidate<Entry> | undefined {
  const known = new Set(given.filter((type) => type !== unknown));
  if (known.size !== 1) return undefined;
  const [type] = known as unknown as [Oid];
  const assumed = given.map(() => type);
  const fitting = all.filter((candidate) => fits(candidate.argTypes, assumed, context));
  return fitting.length === 1 ? fitting[0] : undefined;
}

function keepMost<T>(items: T[], score: (item: T) => number): T[] {
  const scores = items.map(score);
  const best = Math.max(...scores);
  return items.filter((_, i) => scores[i] === best);
}

function count(given: readonly Oid[], matches: (actual: Oid, index: number) => boolean): number {
  let n = 0;
  for (const [i, actual] of given.entries()) if (matches(actual, i)) n++;
  return n;
}

/** The kind of thing a function entry is, for messages and for where it may be called. */
export function implementationKind(oid: Oid): FunctionEntry['implementation']['kind'] {
  return getFunction(oid).implementation.kind;
}
