/** Chooses the accumulator of an aggregate: the executor's own for the names and types it has loops for, else the function's. */
import { InvariantError } from '../../common/assert.ts';
import { typeOid } from '../../types/oids.ts';
import { getType } from '../../types/registry.ts';
import { getFunction } from '../../functions/registry.ts';
import type { Aggregate } from '../../algebra/expression.ts';
import { LazyCallTypes } from '../../algebra/interpret.ts';
import type { Accumulator } from './accumulator.ts';
import { BytesExtremeAccumulator } from './bytes-extreme.ts';
import { CountAccumulator } from './count.ts';
import { ExactSumAccumulator } from './exact-sum.ts';
import { NumberExtremeAccumulator } from './extreme.ts';
import { FloatSumAccumulator } from './float-sum.ts';
import { GenericAccumulator } from './generic.ts';

export function makeAccumulator(aggregate: Aggregate): Accumulator {
  const entry = getFunction(aggregate.function);
  const { implementation } = entry;
  if (implementation.kind !== 'aggregate') throw new InvariantError(`${entry.name} is not an aggregate`);
  const fast = implementation.fast === undefined ? undefined : makeFast(implementation.fast, aggregate);
  if (fast !== undefined) return fast;
  const args = [...aggregate.directArgs, ...aggregate.args];
  const handlers = args.map((arg) => getType(arg.type));
  const call = new LazyCallTypes(args, aggregate.type);
  return new GenericAccumulator(implementation, entry.strict, call, handlers, getType(aggregate.type));
}

function makeFast(name: string, aggregate: Aggregate): Accumulator | undefined {
  const argType = aggregate.args[0]?.type;
  switch (name) {
    case 'count':
      return new CountAccumulator();
    case 'sum':
    case 'avg':
      return makeSum(name === 'avg', argType ?? 0, aggregate.type);
    case 'max':
    case 'bool_or':
      return makeExtreme(1, argType ?? 0);
    case 'min':
    case 'bool_and':
      return makeExtreme(-1, argType ?? 0);
    default:
      return undefined;
  }
}

function makeSum(average: boolean, argType: number, resultType: number): Accumulator | undefined {
  const result = getType(resultType);
  switch (argType) {
    case typeOid.int2:
    case typeOid.int4:
      return new ExactSumAccumulator(average ? 'average' : 'int8', result);
    case typeOid.int8:
    case typeOid.numeric:
      return new ExactSumAccumulator(average ? 'average' : 'numeric', result);
    case typeOid.float4:
    case typeOid.float8:
      return new FloatSumAccumulator(average, !average && argType === typeOid.float4);
    default:
      return undefined;
  }
}

function makeExtreme(direction: 1 | -1, argType: number): Accumulator | undefined {
  const handler = getType(argType);
  switch (handler.vectorKind) {
    case 'bytes':
      return handler.compare === undefined ? undefined : new BytesExtremeAccumulator(direction, handler);
    case 'numeric':
      return undefined;
    default:
      return new NumberExtremeAccumulator(direction);
  }
}
