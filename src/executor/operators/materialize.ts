/** Remembers the rows of its input, so that a rewind does not run it again. */
import type { Materialize as MaterializeNode } from '../../algebra/physical.ts';
import type { BuildContext } from '../build-context.ts';
import { handlersOf } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { SharedReader, SharedRows } from '../shared-rows.ts';

export class Materialize implements Operator {
  readonly #rows: SharedRows;
  readonly #reader: SharedReader;
  readonly #dependsOnSlots: boolean;
  #context: ExecutionContext | undefined = undefined;

  constructor(node: MaterializeNode, build: BuildContext) {
    this.#rows = new SharedRows(build.build(node.input), handlersOf(node.input.output, build.typeOf));
    this.#reader = new SharedReader(this.#rows);
    this.#dependsOnSlots = build.dependsOnSlots(node.input);
  }

  open(context: ExecutionContext): void {
    this.#rows.close();
    this.#reader.rewind();
    this.#context = context;
  }

  rewind(): void {
    if (this.#dependsOnSlots) this.#rows.restart(this.#context as ExecutionContext);
    this.#reader.rewind();
  }

  next(rowsMax: number): Step {
    return this.#reader.next(rowsMax, this.#context as ExecutionContext);
  }

  close(): void {
    this.#rows.close();
  }
}
