/** Computes a column per expression. Plain columns are passed on as they are; the others are one fused loop. */
import type { Expression } from '../../algebra/expression.ts';
import type { Project as ProjectNode } from '../../algebra/physical.ts';
import { Batch } from '../../types/batch.ts';
import type { BuildContext } from '../build-context.ts';
import { layoutOf } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import { Projection } from '../projection.ts';

export class Project implements Operator {
  readonly #input: Operator;
  readonly #projection: Projection;
  readonly #batch = new Batch([]);
  #context: ExecutionContext | undefined = undefined;

  constructor(node: ProjectNode, build: BuildContext) {
    this.#input = build.build(node.input);
    const expressions: readonly Expression[] = node.expressions;
    this.#projection = new Projection(expressions, layoutOf(node.input.output, build.typeOf));
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#input.open(context);
    this.#projection.open(context);
  }

  rewind(): void {
    this.#input.rewind();
    this.#projection.open(this.#context as ExecutionContext);
  }

  next(rowsMax: number): Step {
    this.#projection.throwFailure();
    const step = this.#input.next(rowsMax);
    if (step === END || step === WAIT) return step;
    const batch = this.#batch;
    batch.selectedCount = this.#projection.run(step.columns, step.selection, step.selectedCount);
    batch.selection = step.selection;
    batch.columns = this.#projection.columns;
    return batch;
  }

  close(): void {
    this.#input.close();
  }
}
