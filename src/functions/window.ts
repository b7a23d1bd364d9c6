/** Window functions by name and type. The executor computes them: they need their whole partition. */
import { windowFunction } from './define.ts';
import type { FunctionEntry } from './function.ts';

export const windowFunctions: readonly FunctionEntry[] = [
  windowFunction(3100, 'row_number() int8 nullable'),
  windowFunction(3101, 'rank() int8 nullable'),
  windowFunction(3102, 'dense_rank() int8 nullable'),
  windowFunction(3103, 'percent_rank() float8 nullable'),
  windowFunction(3104, 'cume_dist() float8 nullable'),
  windowFunction(3105, 'ntile(int4) int4'),
  windowFunction(3106, 'lag(anyelement) anyelement'),
  windowFunction(3107, 'lag(anyelement, int4) anyelement'),
  windowFunction(3108, 'lag(anycompatible, int4, anycompatible) anycompatible'),
  windowFunction(3109, 'lead(anyelement) anyelement'),
  windowFunction(3110, 'lead(anyelement, int4) anyelement'),
  windowFunction(3111, 'lead(anycompatible, int4, anycompatible) anycompatible'),
  windowFunction(3112, 'first_value(anyelement) anyelement'),
  windowFunction(3113, 'last_value(anyelement) anyelement'),
  windowFunction(3114, 'nth_value(anyelement, int4) anyelement'),
];
