/**
 * All functions, operators and casts, found by OID and by name. The catalog's bootstrap rows of pg_proc, pg_operator, pg_cast
 * and pg_aggregate are made from the `all*` lists.
 */
import type { Oid } from '../common/ids.ts';
import { InvariantError } from '../common/assert.ts';
import { casts } from './casts.ts';
import type { CastEntry, FunctionEntry, OperatorEntry } from './function.ts';
import { collectAggregates } from './aggregates/collect.ts';
import { extremeAggregates } from './aggregates/extremes.ts';
import { floatStatisticAggregates } from './aggregates/float-statistics.ts';
import { intervalAggregates } from './aggregates/interval-sum.ts';
import { logicalAggregates } from './aggregates/logical.ts';
import { numericStatisticAggregates } from './aggregates/numeric-statistics.ts';
import { orderedSetAggregates } from './aggregates/ordered-set.ts';
import { sumAggregates } from './aggregates/sum.ts';
import { arrayOperators } from './operators/array.ts';
import { binaryOperators } from './operators/binary.ts';
import { booleanOperators } from './operators/boolean.ts';
import { datetimeOperators } from './operators/datetime.ts';
import { floatOperators } from './operators/float.ts';
import { integerOperators } from './operators/integer.ts';
import { numericOperators } from './operators/numeric.ts';
import { oidOperators } from './operators/oid.ts';
import { patternOperators } from './operators/pattern.ts';
import { textOperators } from './operators/text.ts';
import { arrayAccessFunctions } from './scalar/array-access.ts';
import { arrayBuildingFunctions } from './scalar/array-building.ts';
import { byteaFunctions } from './scalar/bytea.ts';
import { datetimeArithmeticFunctions } from './scalar/datetime-arithmetic.ts';
import { datetimeCastFunctions } from './scalar/datetime-casts.ts';
import { datetimeComparisonFunctions } from './scalar/datetime-comparison.ts';
import { datetimeFieldFunctions } from './scalar/datetime-fields.ts';
import { encodingFunctions } from './scalar/encoding.ts';
import { floatMathFunctions } from './scalar/float-math.ts';
import { floatFunctions } from './scalar/float.ts';
import { hashFunctions } from './scalar/hash.ts';
import { identifierFunctions } from './scalar/identifier.ts';
import { integerComparisonFunctions } from './scalar/integer-comparison.ts';
import { integerFunctions } from './scalar/integer.ts';
import { numberCastFunctions } from './scalar/number-casts.ts';
import { numericMathFunctions } from './scalar/numeric-math.ts';
import { numericFunctions } from './scalar/numeric.ts';
import { patternFunctions } from './scalar/pattern.ts';
import { recordFunctions } from './scalar/record.ts';
import { regexpFunctions } from './scalar/regexp.ts';
import { stringFunctions } from './scalar/string.ts';
import { templateFunctions } from './scalar/template.ts';
import { textBuildingFunctions } from './scalar/text-building.ts';
import { textCastFunctions } from './scalar/text-casts.ts';
import { textFunctions } from './scalar/text.ts';
import { catalogQuestionFunctions } from './session/catalog-questions.ts';
import { internalFunctions } from './session/internal-functions.ts';
import { privilegeFunctions } from './session/privileges.ts';
import { serverFunctions } from './session/server.ts';
import { sessionFunctions } from './session/session-info.ts';
import { sizeFunctions } from './session/sizes.ts';
import { statisticsViewFunctions } from './session/statistics-views.ts';
import { typeIoEntries } from './session/type-io-functions.ts';
import { arraySetFunctions } from './sets/array.ts';
import { regexpSetFunctions } from './sets/regexp.ts';
import { seriesFunctions } from './sets/series.ts';
import { systemViewFunctions } from './sets/system-views.ts';
import { timestampSeriesFunctions } from './sets/timestamp-series.ts';
import { windowFunctions } from './window.ts';

export const allFunctions: readonly FunctionEntry[] = [
  ...integerComparisonFunctions,
  ...integerFunctions,
  ...floatFunctions,
  ...floatMathFunctions,
  ...numericFunctions,
  ...numericMathFunctions,
  ...numberCastFunctions,
  ...textFunctions,
  ...stringFunctions,
  ...textBuildingFunctions,
  ...textCastFunctions,
  ...patternFunctions,
  ...regexpFunctions,
  ...byteaFunctions,
  ...encodingFunctions,
  ...identifierFunctions,
  ...datetimeComparisonFunctions,
  ...datetimeCastFunctions,
  ...datetimeArithmeticFunctions,
  ...datetimeFieldFunctions,
  ...templateFunctions,
  ...arrayAccessFunctions,
  ...arrayBuildingFunctions,
  ...recordFunctions,
  ...hashFunctions,
  ...seriesFunctions,
  ...timestampSeriesFunctions,
  ...arraySetFunctions,
  ...regexpSetFunctions,
  ...systemViewFunctions,
  ...sumAggregates,
  ...extremeAggregates,
  ...logicalAggregates,
  ...collectAggregates,
  ...floatStatisticAggregates,
  ...numericStatisticAggregates,
  ...intervalAggregates,
  ...orderedSetAggregates,
  ...windowFunctions,
  ...sessionFunctions,
  ...sizeFunctions,
  ...serverFunctions,
  ...privilegeFunctions,
  ...catalogQuestionFunctions,
  ...statisticsViewFunctions,
  ...typeIoEntries,
  ...internalFunctions,
];

const functionByOid: ReadonlyMap<Oid, FunctionEntry> = new Map(allFunctions.map((entry) => [entry.oid, entry]));
const functionsByName = Map.groupBy(allFunctions, (entry) => entry.name);

/** Operators whose function this server has; the tables know more of PostgreSQL's. */
export const allOperators: readonly OperatorEntry[] = [
  ...booleanOperators,
  ...integerOperators,
  ...floatOperators,
  ...numericOperators,
  ...oidOperators,
  ...textOperators,
  ...patternOperators,
  ...binaryOperators,
  ...datetimeOperators,
  ...arrayOperators,
].filter((operator) => functionByOid.has(operator.functionOid));

const operatorByOid: ReadonlyMap<Oid, OperatorEntry> = new Map(allOperators.map((entry) => [entry.oid, entry]));
const operatorsByName = Map.groupBy(allOperators, (entry) => entry.name);

export const allCasts: readonly CastEntry[] = casts.filter(
  (cast) => cast.method !== 'f' || functionByOid.has(cast.functionOid),
);

const castsBySource = Map.groupBy(allCasts, (cast) => cast.source);

/** Every function of pg_catalog with that name; empty if there is none. */
export function findFunctions(name: string): readonly FunctionEntry[] {
  return functionsByName.get(name) ?? [];
}

export function findFunction(oid: Oid): FunctionEntry | undefined {
  return functionByOid.get(oid);
}

export function getFunction(oid: Oid): FunctionEntry {
  const entry = functionByOid.get(oid);
  if (entry === undefined) throw new InvariantError(`no function with OID ${oid}`);
  return entry;
}

export function findOperators(name: string): readonly OperatorEntry[] {
  return operatorsByName.get(name) ?? [];
}

export function findOperator(oid: Oid): OperatorEntry | undefined {
  return operatorByOid.get(oid);
}

export function getOperator(oid: Oid): OperatorEntry {
  const entry = operatorByOid.get(oid);
  if (entry === undefined) throw new InvariantError(`no operator with OID ${oid}`);
  return entry;
}

/** The pg_cast row for exactly these types; undefined: only text input and output, or nothing, converts. */
export function findCast(source: Oid, target: Oid): CastEntry | undefined {
  return castsBySource.get(source)?.find((cast) => cast.target === target);
}
