/** One row of expressions without a table; none if the condition is not true. */
import type { Expression } from '../../algebra/expression.ts';
import type { Result as ResultNode } from '../../algebra/physical.ts';
import { Batch } from '../../types/batch.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { resetVector } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { evaluateConstant } from '../compile/batch-environment.ts';
import { handlersOf, vectorsFor } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END } from '../operator.ts';

export class Result implements Operator {
  readonly #node: ResultNode;
  readonly #handlers: readonly TypeHandler[];
  readonly #batch: Batch;
  #context: ExecutionContext | undefined = undefined;
  #done = false;

  constructor(node: ResultNode, build: BuildContext) {
    this.#node = node;
    this.#handlers = handlersOf(node.output, build.typeOf);
    this.#batch = new Batch(vectorsFor(this.#handlers, 1));
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#done = false;
  }

  rewind(): void {
    this.#done = false;
  }

  next(_rowsMax: number): Step {
    if (this.#done) return END;
    const context = this.#context as ExecutionContext;
    const { condition, expressions } = this.#node;
    if (condition !== undefined && evaluateConstant(condition, context) !== true) {
      this.#done = true;
      return END;
    }
    for (let i = 0; i < expressions.length; i++) {
      const vector = this.#batch.columns[i] as Vector;
      resetVector(vector);
      const value = evaluateConstant(expressions[i] as Expression, context);
      (this.#handlers[i] as TypeHandler).writeDatum(vector, 0, value);
    }
    // Not before: an expression that has to wait throws, and the row is evaluated again.
    this.#done = true;
    this.#batch.selectedCount = 1;
    return this.#batch;
  }

  close(): void {}
}
