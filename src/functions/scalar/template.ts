/** to_char, to_number, to_date and to_timestamp with templates. */
import type { Interval, Numeric } from '../../types/datum.ts';
import type { Timestamp } from '../datetime/conversion.ts';
import type { FunctionEntry } from '../function.ts';
import { scalar } from '../define.ts';
import { formatIntervalBy, formatTimestamp, formatTimestamptz } from '../template/date-format.ts';
import { readDate, readTimestamptz } from '../template/date-read.ts';
import { formatFloatBy, formatIntegerBy, formatNumericBy, singleDigits } from '../template/number-format.ts';
import { readNumber } from '../template/number-read.ts';

export const templateFunctions: readonly FunctionEntry[] = [
  scalar(2049, 'to_char(timestamp, text) text stable', (args) =>
    formatTimestamp(args[0] as Timestamp, args[1] as string),
  ),
  scalar(1770, 'to_char(timestamptz, text) text stable', (args, context) =>
    formatTimestamptz(args[0] as Timestamp, args[1] as string, context.io.timeZone),
  ),
  scalar(1768, 'to_char(interval, text) text stable', (args) =>
    formatIntervalBy(args[0] as Interval, args[1] as string),
  ),
  scalar(1772, 'to_char(numeric, text) text stable', (args) => formatNumericBy(args[0] as Numeric, args[1] as string)),
  scalar(1773, 'to_char(int4, text) text stable', (args) => formatIntegerBy(args[0] as number, args[1] as string)),
  scalar(1774, 'to_char(int8, text) text stable', (args) =>
    formatIntegerBy(args[0] as number | bigint, args[1] as string),
  ),
  scalar(1775, 'to_char(float4, text) text stable', (args) =>
    formatFloatBy(args[0] as number, args[1] as string, singleDigits),
  ),
  scalar(1776, 'to_char(float8, text) text stable', (args) => formatFloatBy(args[0] as number, args[1] as string)),
  scalar(1777, 'to_number(text, text) numeric stable', (args) => readNumber(args[0] as string, args[1] as string)),
  scalar(1780, 'to_date(text, text) date stable', (args) => readDate(args[0] as string, args[1] as string)),
  scalar(1778, 'to_timestamp(text, text) timestamptz stable', (args, context) =>
    readTimestamptz(args[0] as string, args[1] as string, context.io.timeZone),
  ),
];
