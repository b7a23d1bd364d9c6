/** Reads a WITH query, which runs once for all its readers, as far as they need it. */
import type { CommonTableScan as CommonTableScanNode } from '../../algebra/physical.ts';
import type { BuildContext } from '../build-context.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { SharedReader } from '../shared-rows.ts';
import type { SharedRows } from '../shared-rows.ts';

export class CommonTableScan implements Operator {
  readonly #rows: SharedRows;
  readonly #reader: SharedReader;
  readonly #dependsOnSlots: boolean;
  #context: ExecutionContext | undefined = undefined;

  constructor(node: CommonTableScanNode, build: BuildContext) {
    this.#rows = build.commonTable(node.commonTable);
    this.#reader = new SharedReader(this.#rows);
    this.#dependsOnSlots = build.dependsOnSlots(node);
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#reader.rewind();
  }

  /** A WITH query of a correlated subquery runs again; all its scans are rewound together, before any is read. */
  rewind(): void {
    if (this.#dependsOnSlots) this.#rows.restart(this.#context as ExecutionContext);
    this.#reader.rewind();
  }

  next(rowsMax: number): Step {
    return this.#reader.next(rowsMax, this.#context as ExecutionContext);
  }

  /** The rows belong to the plan, which closes them. */
  close(): void {}
}
