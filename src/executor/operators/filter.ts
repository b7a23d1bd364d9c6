/** Passes on the rows for which a condition is true. */
import type { Filter as FilterNode } from '../../algebra/physical.ts';
import { Batch } from '../../types/batch.ts';
import type { BuildContext } from '../build-context.ts';
import { FilterProgram } from '../compile.ts';
import { layoutOf } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import { Appetite, Pieces } from '../pieces.ts';

export class Filter implements Operator {
  readonly #input: Operator;
  readonly #program: FilterProgram;
  /** The input must not run ahead. */
  readonly #careful: boolean;
  readonly #batch = new Batch([]);
  readonly #pieces = new Pieces();
  readonly #appetite = new Appetite();
  #context: ExecutionContext | undefined = undefined;

  constructor(node: FilterNode, build: BuildContext) {
    this.#input = build.build(node.input);
    this.#program = new FilterProgram(node.condition, layoutOf(node.input.output, build.typeOf));
    this.#careful = build.hasSideEffects(node.input);
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#input.open(context);
    this.#restart(context);
  }

  rewind(): void {
    this.#input.rewind();
    this.#restart(this.#context as ExecutionContext);
  }

  #restart(context: ExecutionContext): void {
    this.#program.open(context);
    this.#pieces.clear();
    this.#appetite.reset();
  }

  next(rowsMax: number): Step {
    const piece = this.#pieces.take(rowsMax);
    if (piece !== undefined) return piece;
    this.#program.throwFailure();
    const batch = this.#batch;
    for (;;) {
      const step = this.#input.next(this.#careful ? rowsMax : this.#appetite.ask(rowsMax));
      if (step === END || step === WAIT) return step;
      const count = this.#program.select(step.columns, step.selection, step.selectedCount);
      if (count > 0) {
        batch.columns = step.columns;
        batch.selection = this.#program.selection;
        batch.selectedCount = count;
        return this.#pieces.offer(batch, rowsMax);
      }
      if ((this.#context as ExecutionContext).sliceOver()) return WAIT;
    }
  }

  close(): void {
    this.#input.close();
  }
}
