/** bool_and, bool_or, every; bit_and, bit_or, bit_xor. NULL without rows. */
import type { Oid } from '../../common/ids.ts';
import type { Datum } from '../../types/datum.ts';
import { aggregate } from '../define.ts';
import type { FunctionEntry } from '../function.ts';
import type { Int8 } from '../int8-math.ts';
import { bitwiseInt8 } from '../int8-math.ts';
import { oidOfType } from '../type-oids.ts';

interface Folded {
  value: Datum;
}

function fold<T extends Datum>(
  oid: Oid,
  name: string,
  type: string,
  combine: (left: T, right: T) => T,
  facts: { readonly fast?: string; readonly sortOperator?: Oid } = {},
): FunctionEntry {
  const join = (state: Folded, value: Datum): Folded => {
    if (value !== null) state.value = state.value === null ? value : combine(state.value as T, value as T);
    return state;
  };
  return aggregate(oid, `${name}(${type}) ${type}`, {
    stateType: oidOfType(type),
    aggregateKind: 'n',
    ...facts,
    createState: (): Folded => ({ value: null }),
    step: (state, args) => join(state as Folded, args[0] as Datum),
    combine: (left, right) => join(left as Folded, (right as Folded).value),
    finish: (state) => (state as Folded).value,
    stateBytes: () => 48,
  });
}

const and = (left: boolean, right: boolean): boolean => left && right;
const or = (left: boolean, right: boolean): boolean => left || right;
const bitAnd = (left: number, right: number): number => left & right;
const bitOr = (left: number, right: number): number => left | right;
const bitXor = (left: number, right: number): number => left ^ right;

export const logicalAggregates: readonly FunctionEntry[] = [
  fold(2517, 'bool_and', 'bool', and, { fast: 'bool_and', sortOperator: 58 }),
  fold(2519, 'every', 'bool', and, { fast: 'bool_and', sortOperator: 58 }),
  fold(2518, 'bool_or', 'bool', or, { fast: 'bool_or', sortOperator: 59 }),
  fold(2236, 'bit_and', 'int2', bitAnd),
  fold(2238, 'bit_and', 'int4', bitAnd),
  fold<Int8>(2240, 'bit_and', 'int8', (left, right) => bitwiseInt8(BigInt(left) & BigInt(right))),
  fold(2237, 'bit_or', 'int2', bitOr),
  fold(2239, 'bit_or', 'int4', bitOr),
  fold<Int8>(2241, 'bit_or', 'int8', (left, right) => bitwiseInt8(BigInt(left) | BigInt(right))),
  fold(6164, 'bit_xor', 'int2', bitXor),
  fold(6165, 'bit_xor', 'int4', bitXor),
  fold<Int8>(6166, 'bit_xor', 'int8', (left, right) => bitwiseInt8(BigInt(left) ^ BigInt(right))),
];
