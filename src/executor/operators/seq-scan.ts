/** Reads a whole table, filtering each batch as it comes from storage. */
import type { SeqScan as SeqScanNode } from '../../algebra/physical.ts';
import type { TableScan } from '../../tables/access-method.ts';
import { Batch } from '../../types/batch.ts';
import type { BuildContext } from '../build-context.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { ScanOutput } from '../scan-output.ts';

export class SeqScan implements Operator {
  readonly #node: SeqScanNode;
  readonly #output: ScanOutput;
  #context: ExecutionContext | undefined = undefined;
  #scan: TableScan | undefined = undefined;

  constructor(node: SeqScanNode, build: BuildContext) {
    this.#node = node;
    this.#output = new ScanOutput(node, new Batch([]), build.typeOf);
  }

  open(context: ExecutionContext): void {
    this.close();
    this.#context = context;
    this.#output.open(context);
    const access = context.access(this.#node.table);
    const request = { ...this.#output.columns, descending: false, ranges: undefined };
    this.#scan = access.beginScan(request, context.snapshot);
  }

  next(rowsMax: number): Step {
    return this.#output.next(this.#scan as TableScan, rowsMax);
  }

  rewind(): void {
    this.open(this.#context as ExecutionContext);
  }

  close(): void {
    this.#scan?.close();
    this.#scan = undefined;
  }
}
