/** generate_series over integers and numerics. A NULL argument gives no rows: the functions are strict. */
import { SqlError } from '../../common/sql-error.ts';
import type { Datum, Numeric } from '../../types/datum.ts';
import { add, compareNumerics, isZero, numericOne, signOf } from '../../types/numeric-math.ts';
import type { EvalContext } from '../eval-context.ts';
import type { FunctionEntry, SetCursor } from '../function.ts';
import { setReturning } from '../define.ts';
import type { Int8 } from '../int8-math.ts';
import { int64Max, int64Min } from '../../types/integer.ts';
import { canonicalInt64 } from '../../types/datum.ts';

const interruptEvery = 65_536;

function zeroStep(): SqlError {
  return new SqlError('22023', 'step size cannot equal zero');
}

/** Steps in JS numbers while everything is safe: the usual case. */
function integerSeries(args: readonly Datum[], context: EvalContext): SetCursor {
  const [start, stop, step = 1] = args as readonly Int8[];
  if (step === 0) throw zeroStep();
  if (typeof start !== 'number' || typeof stop !== 'number' || typeof step !== 'number') {
    return wideSeries(BigInt(start as Int8), BigInt(stop as Int8), BigInt(step));
  }
  const row: Datum[] = [0];
  let value = start;
  let rows = 0;
  return {
    next() {
      if (step > 0 ? value > stop : value < stop) return undefined;
      if (++rows % interruptEvery === 0) context.checkInterrupts();
      row[0] = value;
      value += step;
      return row;
    },
  };
}

function wideSeries(start: bigint, stop: bigint, step: bigint): SetCursor {
  const row: Datum[] = [0];
  let value = start;
  return {
    next() {
      if (step > 0n ? value > stop : value < stop) return undefined;
      if (value > int64Max || value < int64Min) return undefined;
      row[0] = canonicalInt64(value);
      value += step;
      return row;
    },
  };
}

function checkBound(value: Numeric, what: string): void {
  if (value.kind === 'nan') throw new SqlError('22023', `${what} cannot be NaN`);
  if (value.kind !== 'finite') throw new SqlError('22023', `${what} cannot be infinity`);
}

function numericSeries(args: readonly Datum[]): SetCursor {
  const [start, stop, step = numericOne] = args as readonly Numeric[];
  checkBound(start as Numeric, 'start value');
  checkBound(stop as Numeric, 'stop value');
  checkBound(step, 'step size');
  if (isZero(step)) throw zeroStep();
  const direction = signOf(step);
  const row: Datum[] = [null];
  let value = start as Numeric;
  return {
    next() {
      if (compareNumerics(value, stop as Numeric) * direction > 0) return undefined;
      row[0] = value;
      value = add(value, step);
      return row;
    },
  };
}

export const seriesFunctions: readonly FunctionEntry[] = [
  setReturning(1067, 'generate_series(int4, int4) int4', integerSeries),
  setReturning(1066, 'generate_series(int4, int4, int4) int4', integerSeries),
  setReturning(1069, 'generate_series(int8, int8) int8', integerSeries),
  setReturning(1068, 'generate_series(int8, int8, int8) int8', integerSeries),
  setReturning(3260, 'generate_series(numeric, numeric) numeric', numericSeries),
  setReturning(3259, 'generate_series(numeric, numeric, numeric) numeric', numericSeries),
];
