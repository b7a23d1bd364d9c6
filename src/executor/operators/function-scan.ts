/** Functions in FROM: one or several (ROWS FROM) side by side, the shorter padded with NULLs, numbered WITH ORDINALITY. */
import type { FunctionScan as FunctionScanNode } from '../../algebra/physical.ts';
import type { SetCursor } from '../../functions/function.ts';
import { Batch } from '../../types/batch.ts';
import type { Datum } from '../../types/datum.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { batchRowsMax, resetVector } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { evaluateConstant } from '../compile/batch-environment.ts';
import { handlersOf, vectorsFor } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END } from '../operator.ts';
import { openCall } from '../set-call.ts';

export class FunctionScan implements Operator {
  readonly #node: FunctionScanNode;
  readonly #handlers: readonly TypeHandler[];
  readonly #batch: Batch;
  #context: ExecutionContext | undefined = undefined;
  #cursors: (SetCursor | undefined)[] | undefined = undefined;
  #ordinal = 0;

  constructor(node: FunctionScanNode, build: BuildContext) {
    this.#node = node;
    this.#handlers = handlersOf(node.output, build.typeOf);
    this.#batch = new Batch(vectorsFor(this.#handlers, batchRowsMax));
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.rewind();
  }

  rewind(): void {
    this.#cursors = undefined;
    this.#ordinal = 0;
  }

  #openCursors(context: ExecutionContext): (SetCursor | undefined)[] {
    return this.#node.calls.map(({ call }) =>
      openCall(call, (expression) => evaluateConstant(expression, context), context.eval),
    );
  }

  next(rowsMax: number): Step {
    this.#cursors ??= this.#openCursors(this.#context as ExecutionContext);
    const { columns } = this.#batch;
    for (const vector of columns) resetVector(vector);
    const limit = Math.min(rowsMax, batchRowsMax);
    let count = 0;
    while (count < limit && this.#writeRow(count, columns)) count++;
    if (count === 0) return END;
    this.#batch.selectedCount = count;
    return this.#batch;
  }

  /** False when every function has given its last row. */
  #writeRow(row: number, columns: readonly Vector[]): boolean {
    const cursors = this.#cursors as (SetCursor | undefined)[];
    let any = false;
    let at = 0;
    for (const [i, { columnCount }] of this.#node.calls.entries()) {
      const values = cursors[i]?.next();
      if (values === undefined) cursors[i] = undefined;
      else any = true;
      for (let k = 0; k < columnCount; k++, at++) this.#write(columns, at, row, values?.[k] ?? null);
    }
    if (!any) return false;
    if (this.#node.ordinality) this.#write(columns, at, row, ++this.#ordinal);
    return true;
  }

  #write(columns: readonly Vector[], index: number, row: number, value: Datum): void {
    (this.#handlers[index] as TypeHandler).writeDatum(columns[index] as Vector, row, value);
  }

  close(): void {
    this.#cursors = undefined;
  }
}
