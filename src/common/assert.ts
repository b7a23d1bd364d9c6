/** A broken invariant: the process stops and recovery does its work. Never sent to a client as an ordinary error. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Checks an invariant; `rule` cites its number (`POOL-1`) and what was expected. Throws InvariantError. */
export function assert(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new InvariantError(rule);
}

/** Marks the end of an exhaustive switch. */
export function unreachable(value: never, where: string): never {
  throw new InvariantError(`unexpected ${where}: ${JSON.stringify(value)}`);
}
