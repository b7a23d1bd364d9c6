/** Comparison of date, time, timetz, timestamp, timestamptz and interval. Mixed ones convert; those with timestamptz use the session's zone. */
import type { Datum } from '../../types/datum.ts';
import { compareIntervals } from '../../types/interval.ts';
import { compareTimeTz } from '../../types/time.ts';
import { localToUtc } from '../../types/timestamp.ts';
import type { EvalContext } from '../eval-context.ts';
import type { FunctionEntry } from '../function.ts';
import type { Timestamp } from '../datetime/conversion.ts';
import { dateForComparison } from '../datetime/conversion.ts';
import type { Comparison } from './comparison.ts';
import { comparePrimitive, comparisonBy, comparisons, extremes, primitiveComparison } from './comparison.ts';

type Convert = (value: Datum, context: EvalContext) => Timestamp;

const asIs: Convert = (value) => value as Timestamp;
const fromDate: Convert = (value) => dateForComparison(value as number);
const fromDateInZone: Convert = (value, context) => localToUtc(dateForComparison(value as number), context.io.timeZone);
const fromLocal: Convert = (value, context) => localToUtc(value as Timestamp, context.io.timeZone);

function mixed(left: Convert, right: Convert): Comparison {
  const compare = (args: readonly Datum[], context: EvalContext): number =>
    comparePrimitive(left(args[0] as Datum, context), right(args[1] as Datum, context));
  return {
    kernels: [
      (args, context) => compare(args, context) === 0,
      (args, context) => compare(args, context) !== 0,
      (args, context) => compare(args, context) < 0,
      (args, context) => compare(args, context) <= 0,
      (args, context) => compare(args, context) > 0,
      (args, context) => compare(args, context) >= 0,
      compare,
    ],
  };
}

export const datetimeComparisonFunctions: readonly FunctionEntry[] = [
  ...comparisons(
    primitiveComparison,
    'date',
    'date',
    'date_eq 1086, date_ne 1091, date_lt 1087, date_le 1088, date_gt 1089, date_ge 1090, date_cmp 1092',
  ),
  ...comparisons(
    primitiveComparison,
    'timestamp',
    'timestamp',
    'timestamp_eq 2052, timestamp_ne 2053, timestamp_lt 2054, timestamp_le 2055, timestamp_gt 2057, timestamp_ge 2056, timestamp_cmp 2045',
  ),
  ...comparisons(
    primitiveComparison,
    'timestamptz',
    'timestamptz',
    'timestamptz_eq 1152, timestamptz_ne 1153, timestamptz_lt 1154, timestamptz_le 1155, timestamptz_gt 1157, timestamptz_ge 1156, timestamptz_cmp 1314',
  ),
  ...comparisons(
    primitiveComparison,
    'time',
    'time',
    'time_eq 1145, time_ne 1106, time_lt 1102, time_le 1103, time_gt 1104, time_ge 1105, time_cmp 1107',
  ),
  ...comparisons(
    mixed(fromDate, asIs),
    'date',
    'timestamp',
    'date_eq_timestamp 2340, date_ne_timestamp 2343, date_lt_timestamp 2338, date_le_timestamp 2339, date_gt_timestamp 2341, date_ge_timestamp 2342, date_cmp_timestamp 2344',
  ),
  ...comparisons(
    mixed(asIs, fromDate),
    'timestamp',
    'date',
    'timestamp_eq_date 2366, timestamp_ne_date 2369, timestamp_lt_date 2364, timestamp_le_date 2365, timestamp_gt_date 2367, timestamp_ge_date 2368, timestamp_cmp_date 2370',
  ),
  ...comparisons(
    mixed(fromDateInZone, asIs),
    'date',
    'timestamptz',
    'date_eq_timestamptz 2353, date_ne_timestamptz 2356, date_lt_timestamptz 2351, date_le_timestamptz 2352, date_gt_timestamptz 2354, date_ge_timestamptz 2355, date_cmp_timestamptz 2357',
    'stable',
  ),
  ...comparisons(
    mixed(asIs, fromDateInZone),
    'timestamptz',
    'date',
    'timestamptz_eq_date 2379, timestamptz_ne_date 2382, timestamptz_lt_date 2377, timestamptz_le_date 2378, timestamptz_gt_date 2380, timestamptz_ge_date 2381, timestamptz_cmp_date 2383',
    'stable',
  ),
  ...comparisons(
    mixed(fromLocal, asIs),
    'timestamp',
    'timestamptz',
    'timestamp_eq_timestamptz 2522, timestamp_ne_timestamptz 2525, timestamp_lt_timestamptz 2520, timestamp_le_timestamptz 2521, timestamp_gt_timestamptz 2523, timestamp_ge_timestamptz 2524, timestamp_cmp_timestamptz 2526',
    'stable',
  ),
  ...comparisons(
    mixed(asIs, fromLocal),
    'timestamptz',
    'timestamp',
    'timestamptz_eq_timestamp 2529, timestamptz_ne_timestamp 2532, timestamptz_lt_timestamp 2527, timestamptz_le_timestamp 2528, timestamptz_gt_timestamp 2530, timestamptz_ge_timestamp 2531, timestamptz_cmp_timestamp 2533',
    'stable',
  ),
  ...comparisons(
    comparisonBy(compareIntervals),
    'interval',
    'interval',
    'interval_eq 1162, interval_ne 1163, interval_lt 1164, interval_le 1165, interval_gt 1167, interval_ge 1166, interval_cmp 1315',
  ),
  ...comparisons(
    comparisonBy(compareTimeTz),
    'timetz',
    'timetz',
    'timetz_eq 1352, timetz_ne 1353, timetz_lt 1354, timetz_le 1355, timetz_gt 1357, timetz_ge 1356, timetz_cmp 1358',
  ),
  ...extremes(comparePrimitive, 'date', 'date_larger 1138, date_smaller 1139'),
  ...extremes(comparePrimitive, 'time', 'time_larger 1377, time_smaller 1378'),
  ...extremes(comparePrimitive, 'timestamp', 'timestamp_larger 2036, timestamp_smaller 2035'),
  ...extremes(comparePrimitive, 'timestamptz', 'timestamptz_larger 1196, timestamptz_smaller 1195'),
  ...extremes(compareIntervals, 'interval', 'interval_larger 1198, interval_smaller 1197'),
  ...extremes(compareTimeTz, 'timetz', 'timetz_larger 1379, timetz_smaller 1380'),
];
