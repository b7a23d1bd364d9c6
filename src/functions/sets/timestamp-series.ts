/** generate_series over timestamps. */
import { SqlError } from '../../common/sql-error.ts';
import type { Datum } from '../../types/datum.ts';
import { Interval } from '../../types/datum.ts';
import { compareIntervals } from '../../types/interval.ts';
import type { Timestamp } from '../datetime/conversion.ts';
import { addToTimestamp, addToTimestamptz } from '../datetime/timestamp-math.ts';
import type { FunctionEntry, SetCursor } from '../function.ts';
import { setReturning } from '../define.ts';

const noTime = new Interval(0, 0, 0);

function series(args: readonly Datum[], add: (timestamp: Timestamp, step: Interval) => Timestamp): SetCursor {
  const [start, stop, step] = args as readonly [Timestamp, Timestamp, Interval];
  const direction = compareIntervals(step, noTime);
  if (direction === 0) throw new SqlError('22023', 'step size cannot equal zero');
  const row: Datum[] = [null];
  let value = start;
  return {
    next() {
      if (direction > 0 ? value > stop : value < stop) return undefined;
      row[0] = value;
      value = add(value, step);
      return row;
    },
  };
}

export const timestampSeriesFunctions: readonly FunctionEntry[] = [
  setReturning(938, 'generate_series(timestamp, timestamp, interval) timestamp', (args) =>
    series(args, addToTimestamp),
  ),
  setReturning(939, 'generate_series(timestamptz, timestamptz, interval) timestamptz stable', (args, context) =>
    series(args, (timestamp, step) => addToTimestamptz(timestamp, step, context.io.timeZone)),
  ),
];
