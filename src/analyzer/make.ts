/** Small constructors of expressions, so that their fields are written in one place. */
import type { Oid } from '../common/ids.ts';
import type { Datum } from '../types/datum.ts';
import { findType } from '../types/registry.ts';
import { getFunction, getOperator } from '../functions/registry.ts';
import type { Call, ColumnReference, Constant, Expression } from '../algebra/expression.ts';
import type { OutputColumn } from '../algebra/query.ts';
import { typeOids } from '../functions/type-oids.ts';

export function collationOf(type: Oid): Oid {
  return findType(type)?.collation ?? 0;
}

export function constant(value: Datum, type: Oid, position?: number, typmod = -1): Constant {
  return { kind: 'constant', value, type, typmod, collation: collationOf(type), position };
}

export function columnReference(column: OutputColumn, position?: number): ColumnReference {
  return {
    kind: 'column',
    column: column.id,
    type: column.type,
    typmod: column.typmod,
    collation: column.collation,
    position,
  };
}

/** A call of a function known to take exactly these arguments. */
export function functionCall(
  functionOid: Oid,
  args: readonly Expression[],
  form: Call['form'] = 'call',
  resultType?: Oid,
  position?: number,
): Call {
  const entry = getFunction(functionOid);
  const type = resultType ?? entry.returnType;
  return {
    kind: 'call',
    function: functionOid,
    operator: 0,
    args,
    form,
    returnsSet: entry.implementation.kind === 'set',
    variadicArray: false,
    type,
    typmod: -1,
    collation: collationOf(type),
    position,
  };
}

export function operatorCall(operatorOid: Oid, args: readonly Expression[], resultType?: Oid, position?: number): Call {
  const operator = getOperator(operatorOid);
  return {
    ...functionCall(operator.functionOid, args, 'call', resultType ?? operator.result, position),
    operator: operatorOid,
  };
}

export function and(args: readonly Expression[]): Expression | undefined {
  if (args.length <= 1) return args[0];
  return { kind: 'and', args, type: typeOids.bool, typmod: -1, collation: 0, position: undefined };
}

export function not(arg: Expression): Expression {
  return { kind: 'not', arg, type: typeOids.bool, typmod: -1, collation: 0, position: arg.position };
}
