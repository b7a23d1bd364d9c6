/** One call in FROM or in a select list that may return many rows: its rows as a cursor, whatever kind of expression it is. */
import type { Oid } from '../common/ids.ts';
import type { Expression } from '../algebra/expression.ts';
import type { SetCursor, SetImplementation } from '../functions/function.ts';
import { LazyCallTypes } from '../algebra/interpret.ts';
import { getFunction } from '../functions/registry.ts';
import type { EvalContext } from '../functions/eval-context.ts';
import { RecordValue } from '../types/datum.ts';
import type { Datum } from '../types/datum.ts';

type Evaluate = (expression: Expression) => Datum;

const noRows: SetCursor = { next: () => undefined };

function oneRow(value: Datum): SetCursor {
  let given = false;
  return {
    next() {
      if (given) return undefined;
      given = true;
      return [value];
    },
  };
}

/** A scalar expression gives one row; a strict set function with a NULL argument none. */
export function openCall(expression: Expression, evaluate: Evaluate, context: EvalContext): SetCursor {
  if (expression.kind !== 'call' || !expression.returnsSet) return oneRow(evaluate(expression));
  const { implementation, strict } = getFunction(expression.function);
  if (implementation.kind !== 'set') return oneRow(evaluate(expression));
  const args = expression.args.map(evaluate);
  if (strict && args.includes(null)) return noRows;
  return implementation.open(
    args,
    context,
    new LazyCallTypes(expression.args, expression.type, expression.variadicArray),
  );
}

/** Makes one value of a row of the call's result: functions of several columns give composite values in a select list. */
export function rowValue(expression: Expression): (row: readonly Datum[]) => Datum {
  const columns = expression.kind === 'call' ? resultColumns(expression.function) : undefined;
  if (columns === undefined || columns.length < 2) return (row) => row[0] ?? null;
  const types = columns.map((column) => column.type);
  return (row) => new RecordValue(expression.type, types, [...row]);
}

function resultColumns(functionOid: Oid): SetImplementation['columns'] {
  const { implementation } = getFunction(functionOid);
  return implementation.kind === 'set' ? implementation.columns : undefined;
}
