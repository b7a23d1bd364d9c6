/** Reads a WITH query, which runs once for all its readers, as far as they need it. */
import type { CommonTableScan as CommonTableScanNode } from '../../algebra/physical.ts';
import type { BuildContext } from '../build-context.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { SharedReader } from '../shared-rows.ts';

export class CommonTableScan implements Operator {
  readonly #reader: SharedReader;
  #context: ExecutionContext | undefined = undefined;

  constructor(node: CommonTableScanNode, build: BuildContext) {
    this.#reader = new SharedReader(build.commonTable(node.commonTable));
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#reader.begin(context);
  }

  rewind(): void {
    this.#reader.begin(this.#context as ExecutionContext);
  }

  next(rowsMax: number): Step {
    return this.#reader.next(rowsMax, this.#context as ExecutionContext);
  }

  /** The rows belong to the plan, which closes them. */
  close(): void {}
}
