/** Remembers the rows of its input, so that a rewind does not run it again unless a slot it reads has changed. */
import type { Materialize as MaterializeNode } from '../../algebra/physical.ts';
import type { BuildContext } from '../build-context.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { SharedReader, SharedRows } from '../shared-rows.ts';

export class Materialize implements Operator {
  readonly #rows: SharedRows;
  readonly #reader: SharedReader;
  #context: ExecutionContext | undefined = undefined;

  constructor(node: MaterializeNode, build: BuildContext) {
    this.#rows = SharedRows.of(node.input, build);
    this.#reader = new SharedReader(this.#rows);
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#rows.close();
    this.#reader.begin(context);
  }

  rewind(): void {
    this.#reader.begin(this.#context as ExecutionContext);
  }

  next(rowsMax: number): Step {
    return this.#reader.next(rowsMax, this.#context as ExecutionContext);
  }

  close(): void {
    this.#rows.close();
  }
}
