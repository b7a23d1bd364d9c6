/** The rows of several inputs, one after the other (UNION ALL). Column i of each input is column i of the output. */
import type { Append as AppendNode } from '../../algebra/physical.ts';
import type { BuildContext } from '../build-context.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END } from '../operator.ts';

export class Append implements Operator {
  readonly #inputs: readonly Operator[];
  #current = 0;

  constructor(node: AppendNode, build: BuildContext) {
    this.#inputs = node.inputs.map((input) => build.build(input));
  }

  open(context: ExecutionContext): void {
    this.#current = 0;
    for (const input of this.#inputs) input.open(context);
  }

  rewind(): void {
    this.#current = 0;
    for (const input of this.#inputs) input.rewind();
  }

  next(rowsMax: number): Step {
    for (; this.#current < this.#inputs.length; this.#current++) {
      const step = (this.#inputs[this.#current] as Operator).next(rowsMax);
      if (step !== END) return step;
    }
    return END;
  }

  close(): void {
    for (const input of this.#inputs) input.close();
  }
}
