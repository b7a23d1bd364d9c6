/** Drops rows that equal the one before in the key columns: DISTINCT and DISTINCT ON over sorted input. */
import type { Unique as UniqueNode } from '../../algebra/physical.ts';
import { Batch } from '../../types/batch.ts';
import { getType } from '../../types/registry.ts';
import { batchRowsMax } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { KeptRow } from '../kept-row.ts';
import { layoutOf, placeOf } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';

export class Unique implements Operator {
  readonly #input: Operator;
  readonly #last: KeptRow;
  readonly #batch = new Batch([]);
  readonly #selection = new Int32Array(batchRowsMax);
  #context: ExecutionContext | undefined = undefined;

  constructor(node: UniqueNode, build: BuildContext) {
    this.#input = build.build(node.input);
    const layout = layoutOf(node.input.output, build.typeOf);
    this.#last = new KeptRow(
      node.keys.map((key) => {
        const { index, type } = placeOf(layout, key);
        return { index, handler: getType(type) };
      }),
    );
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#last.clear();
    this.#input.open(context);
  }

  rewind(): void {
    this.#last.clear();
    this.#input.rewind();
  }

  next(rowsMax: number): Step {
    for (;;) {
      const step = this.#input.next(rowsMax);
      if (step === END || step === WAIT) return step;
      let count = 0;
      for (let k = 0; k < step.selectedCount; k++) {
        const row = step.selection === undefined ? k : (step.selection[k] as number);
        if (this.#last.isKept && this.#last.equals(step.columns, row)) continue;
        this.#last.keep(step.columns, row);
        this.#selection[count++] = row;
      }
      if (count > 0) {
        this.#batch.columns = step.columns;
        this.#batch.selection = this.#selection.subarray(0, count);
        this.#batch.selectedCount = count;
        return this.#batch;
      }
      if ((this.#context as ExecutionContext).sliceOver()) return WAIT;
    }
  }

  close(): void {
    this.#input.close();
  }
}
