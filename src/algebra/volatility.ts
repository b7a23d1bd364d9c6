/** How far a result may be reused: the worst volatility of the functions an expression calls. */
import { typeOid } from '../types/oids.ts';
import type { Volatility } from '../functions/function.ts';
import { getFunction } from '../functions/registry.ts';
import type { Expression } from './expression.ts';
import { visit } from './walk.ts';

/** Types whose text form depends on session settings or catalog contents. */
const settingDependent: ReadonlySet<number> = new Set([
  typeOid.date,
  typeOid.time,
  typeOid.timetz,
  typeOid.timestamp,
  typeOid.timestamptz,
  typeOid.interval,
  typeOid.bytea,
  typeOid.float4,
  typeOid.float8,
  typeOid.regclass,
  typeOid.regproc,
  typeOid.regprocedure,
  typeOid.regoper,
  typeOid.regoperator,
  typeOid.regtype,
  typeOid.regrole,
  typeOid.regnamespace,
  typeOid.regcollation,
  typeOid.regconfig,
  typeOid.regdictionary,
]);

/** i: a constant if its inputs are; s: the same within one statement; v: may differ from row to row or have effects. */
export function volatilityOf(expression: Expression): Volatility {
  let worst: Volatility = 'i';
  visit(expression, (node) => {
    const own = ownVolatility(node);
    if (own === 'v' || (own === 's' && worst === 'i')) worst = own;
    return worst !== 'v';
  });
  return worst;
}

function ownVolatility(node: Expression): Volatility {
  switch (node.kind) {
    case 'call':
    case 'nullif':
    case 'distinct-from':
    case 'array-comparison':
    case 'aggregate':
      return getFunction(node.function).volatility;
    case 'coerce-io':
      return settingDependent.has(node.arg.type) || settingDependent.has(node.type) ? 's' : 'i';
    default:
      return 'i';
  }
}
