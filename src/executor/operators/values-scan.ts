/** VALUES: rows of expressions that refer to no columns. */
import { SqlError } from '../../common/sql-error.ts';
import type { Expression } from '../../algebra/expression.ts';
import type { ValuesScan as ValuesScanNode } from '../../algebra/physical.ts';
import { Batch } from '../../types/batch.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { batchRowsMax, resetVector } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { evaluateConstant } from '../compile/batch-environment.ts';
import { handlersOf, vectorsFor } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END } from '../operator.ts';

export class ValuesScan implements Operator {
  readonly #rows: readonly (readonly Expression[])[];
  readonly #handlers: readonly TypeHandler[];
  readonly #batch: Batch;
  #context: ExecutionContext | undefined = undefined;
  #next = 0;
  #failure: unknown = undefined;

  constructor(node: ValuesScanNode, build: BuildContext) {
    this.#rows = node.rows;
    this.#handlers = handlersOf(node.output, build.typeOf);
    this.#batch = new Batch(vectorsFor(this.#handlers, Math.min(node.rows.length, batchRowsMax)));
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.rewind();
  }

  rewind(): void {
    this.#next = 0;
    this.#failure = undefined;
  }

  next(rowsMax: number): Step {
    if (this.#failure !== undefined) throw this.#failure;
    const count = Math.min(rowsMax, batchRowsMax, this.#rows.length - this.#next);
    if (count === 0) return END;
    for (const vector of this.#batch.columns) resetVector(vector);
    this.#batch.selectedCount = this.#fill(count);
    return this.#batch;
  }

  /** Rows before one that fails are delivered first. */
  #fill(count: number): number {
    for (let row = 0; row < count; row++) {
      try {
        this.#evaluateRow(this.#rows[this.#next] as readonly Expression[], row);
      } catch (error) {
        if (row === 0 || !(error instanceof SqlError)) throw error;
        this.#failure = error;
        return row;
      }
      this.#next++;
    }
    return count;
  }

  #evaluateRow(expressions: readonly Expression[], row: number): void {
    const context = this.#context as ExecutionContext;
    for (let i = 0; i < expressions.length; i++) {
      const value = evaluateConstant(expressions[i] as Expression, context);
      (this.#handlers[i] as TypeHandler).writeDatum(this.#batch.columns[i] as Vector, row, value);
    }
  }

  close(): void {}
}
