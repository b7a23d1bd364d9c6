/** LIKE and NOT LIKE with a constant pattern: matched on bytes by a BytePattern made once. */
import type { Call } from '../../algebra/expression.ts';
import { typeOid } from '../../types/oids.ts';
import { BytePattern, isValidPattern } from './byte-pattern.ts';
import { asBytes } from './emit-convert.ts';
import type { Emit, Emitter } from './emitter.ts';
import { rawValue } from './value.ts';
import type { Value } from './value.ts';

/** textlike, textnlike, namelike, namenlike; true: negated. char(n) LIKE sees the padding, and is a kernel's work. */
const likeFunctions: ReadonlyMap<number, boolean> = new Map([
  [850, false],
  [851, true],
  [858, false],
  [859, true],
]);

export function emitLike(emitter: Emitter, call: Call, recurse: Emit): Value | undefined {
  const negated = likeFunctions.get(call.function);
  const pattern = call.args[1];
  if (negated === undefined || pattern?.kind !== 'constant' || typeof pattern.value !== 'string') return undefined;
  if (!isValidPattern(pattern.value)) return undefined;
  const text = recurse(call.args[0] as Call['args'][number]);
  if (text.isNull === 'true') return undefined;
  const bytes = asBytes(emitter, text);
  const matcher = emitter.constant(new BytePattern(pattern.value));
  const test = `${matcher}.test(${bytes.text}, ${bytes.offset}, ${bytes.length})`;
  return rawValue('bool', typeOid.bool, emitter.local(negated ? `1 - ${test}` : test), text.isNull);
}
