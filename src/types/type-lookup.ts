/**
 * Handlers by OID. Filled by registry.ts; separate from it because arrays and records look their elements up while the
 * registry imports them.
 */
import { InvariantError } from '../common/assert.ts';
import type { Oid } from '../common/ids.ts';
import type { TypeHandler } from './type-handler.ts';

const handlers = new Map<Oid, TypeHandler>();

export function addType(handler: TypeHandler): void {
  handlers.set(handler.oid, handler);
}

export function findType(oid: Oid): TypeHandler | undefined {
  return handlers.get(oid);
}

export function getType(oid: Oid): TypeHandler {
  const handler = handlers.get(oid);
  if (handler === undefined) throw new InvariantError(`no type with OID ${oid}`);
  return handler;
}
