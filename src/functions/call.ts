/** Calling a scalar function on datums: what the interpreter, constant folding and wide batches do for every row. */
import { InvariantError } from '../common/assert.ts';
import type { Datum } from '../types/datum.ts';
import type { EvalContext } from './eval-context.ts';
import type { CallTypes, FunctionEntry } from './function.ts';

/** Applies strictness, then the kernel. The entry must be scalar. */
export function callScalar(entry: FunctionEntry, args: readonly Datum[], context: EvalContext, call: CallTypes): Datum {
  const implementation = entry.implementation;
  if (implementation.kind !== 'scalar') throw new InvariantError(`${entry.name} is not a scalar function`);
  if (entry.strict && hasNull(args)) return null;
  return implementation.kernel(args, context, call);
}

function hasNull(args: readonly Datum[]): boolean {
  for (let i = 0; i < args.length; i++) if (args[i] === null) return true;
  return false;
}
