/** A list of expressions as columns aligned with the input's rows: plain columns are the input's own vectors. */
import type { Expression } from '../algebra/expression.ts';
import { getType } from '../types/registry.ts';
import type { Vector } from '../types/vector.ts';
import { ProjectionProgram } from './compile.ts';
import type { EvaluationContext } from './compile/batch-environment.ts';
import type { Layout } from './layout.ts';
import { placeOf } from './layout.ts';

export class Projection {
  /** One vector per expression, valid until the next `run`. */
  readonly columns: Vector[] = [];
  /** For each expression the input column it is, or -1. */
  readonly #passed: readonly number[];
  readonly #program: ProjectionProgram | undefined;

  constructor(expressions: readonly Expression[], layout: Layout) {
    this.#passed = expressions.map((expression) => passedColumn(expression, layout));
    const computed = expressions.filter((_, i) => (this.#passed[i] as number) < 0);
    this.#program = computed.length > 0 ? new ProjectionProgram(computed, layout) : undefined;
  }

  open(context: EvaluationContext): void {
    this.#program?.open(context);
  }

  /** Error of the first row that was not computed. */
  get failure(): unknown {
    return this.#program?.failure;
  }

  throwFailure(): void {
    this.#program?.throwFailure();
  }

  /** Returns how many rows were computed: less than `count` when the next one fails. */
  run(columns: readonly Vector[], selection: Int32Array | undefined, count: number): number {
    const done = this.#program === undefined ? count : this.#program.run(columns, selection, count);
    let computed = 0;
    for (let i = 0; i < this.#passed.length; i++) {
      const passed = this.#passed[i] as number;
      this.columns[i] = (passed >= 0 ? columns[passed] : this.#program?.outputs[computed++]) as Vector;
    }
    return done;
  }
}

/** The column an expression stands for, relabelled perhaps, or -1. */
function passedColumn(expression: Expression, layout: Layout): number {
  if (expression.kind === 'column') return placeOf(layout, expression.column).index;
  if (expression.kind !== 'relabel') return -1;
  const sameKind = getType(expression.type).vectorKind === getType(expression.arg.type).vectorKind;
  return sameKind ? passedColumn(expression.arg, layout) : -1;
}
