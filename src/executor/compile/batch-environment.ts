/** Lets the interpreter see one row of a batch: for expressions that have not run often enough to be worth compiling. */
import type { EvalContext } from '../../functions/eval-context.ts';
import type { ColumnId, Expression, SlotId } from '../../algebra/expression.ts';
import { interpret } from '../../algebra/interpret.ts';
import type { Environment } from '../../algebra/interpret.ts';
import type { Datum } from '../../types/datum.ts';
import { getType } from '../../types/registry.ts';
import type { Vector } from '../../types/vector.ts';
import type { Layout } from '../layout.ts';
import { placeOf } from '../layout.ts';

/** What expressions read beside columns; part of ExecutionContext. */
export interface EvaluationContext {
  readonly eval: EvalContext;
  readonly parameters: readonly Datum[];
  readonly slots: readonly Datum[];
}

export class BatchEnvironment implements Environment {
  readonly #layout: Layout;
  #context: EvaluationContext | undefined = undefined;
  #columns: readonly Vector[] = [];
  #row = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  get eval(): EvalContext {
    return (this.#context as EvaluationContext).eval;
  }

  column(id: ColumnId): Datum {
    const { index, type } = placeOf(this.#layout, id);
    return getType(type).readDatum(this.#columns[index] as Vector, this.#row);
  }

  slot(id: SlotId): Datum {
    return (this.#context as EvaluationContext).slots[id] ?? null;
  }

  parameter(index: number): Datum {
    return (this.#context as EvaluationContext).parameters[index] ?? null;
  }

  evaluate(expression: Expression, context: EvaluationContext, columns: readonly Vector[], row: number): Datum {
    this.#context = context;
    this.#columns = columns;
    this.#row = row;
    return interpret(expression, this);
  }
}

const noColumns: Layout = new Map();

/** Value of an expression without columns: limits, index bounds, one-time conditions. */
export function evaluateConstant(expression: Expression, context: EvaluationContext): Datum {
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'parameter':
      return context.parameters[expression.index] ?? null;
    case 'slot':
      return context.slots[expression.slot] ?? null;
    default:
      return new BatchEnvironment(noColumns).evaluate(expression, context, [], 0);
  }
}
