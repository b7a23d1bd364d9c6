/** A select list with set-returning functions: each input row becomes as many rows as the longest of them has, the others NULL. */
import type { Expression } from '../../algebra/expression.ts';
import type { ProjectSet as ProjectSetNode } from '../../algebra/physical.ts';
import type { SetCursor } from '../../functions/function.ts';
import { Batch } from '../../types/batch.ts';
import type { Datum } from '../../types/datum.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { batchRowsMax, resetVector } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { BatchEnvironment } from '../compile/batch-environment.ts';
import { handlersOf, layoutOf, vectorsFor } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import { openCall } from '../set-call.ts';

export class ProjectSet implements Operator {
  readonly #input: Operator;
  readonly #expressions: readonly Expression[];
  readonly #isSet: readonly boolean[];
  readonly #handlers: readonly TypeHandler[];
  readonly #environment: BatchEnvironment;
  readonly #batch: Batch;
  #context: ExecutionContext | undefined = undefined;
  #source: Batch | undefined = undefined;
  #next = 0;
  /** Of the input row being expanded: cursors of set functions, and the values of the rest. */
  #cursors: (SetCursor | undefined)[] | undefined = undefined;
  #values: Datum[] = [];

  constructor(node: ProjectSetNode, build: BuildContext) {
    this.#input = build.build(node.input);
    this.#expressions = node.expressions;
    this.#isSet = node.expressions.map((expression) => expression.kind === 'call' && expression.returnsSet);
    this.#handlers = handlersOf(node.output, build.typeOf);
    this.#environment = new BatchEnvironment(layoutOf(node.input.output, build.typeOf));
    this.#batch = new Batch(vectorsFor(this.#handlers, batchRowsMax));
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#input.open(context);
    this.#reset();
  }

  rewind(): void {
    this.#input.rewind();
    this.#reset();
  }

  #reset(): void {
    this.#source = undefined;
    this.#cursors = undefined;
  }

  next(rowsMax: number): Step {
    const context = this.#context as ExecutionContext;
    const { columns } = this.#batch;
    for (const vector of columns) resetVector(vector);
    const limit = Math.min(rowsMax, batchRowsMax);
    let count = 0;
    while (count < limit) {
      if (this.#cursors !== undefined) {
        if (this.#writeRow(count, columns)) count++;
        else this.#cursors = undefined;
        continue;
      }
      const step = this.#nextInput(context);
      if (step === undefined) continue;
      if (count > 0) break;
      return step;
    }
    this.#batch.selectedCount = count;
    return this.#batch;
  }

  /** Opens the functions of the next input row; END or WAIT when there is none now. */
  #nextInput(context: ExecutionContext): typeof END | typeof WAIT | undefined {
    let source = this.#source;
    if (source === undefined || this.#next === source.selectedCount) {
      this.#source = undefined;
      const step = this.#input.next(batchRowsMax);
      if (step === END || step === WAIT) return step;
      this.#source = source = step;
      this.#next = 0;
    }
    const row = source.selection === undefined ? this.#next : (source.selection[this.#next] as number);
    this.#next++;
    const { columns } = source;
    const evaluate = (expression: Expression): Datum => this.#environment.evaluate(expression, context, columns, row);
    this.#values = this.#expressions.map((expression, i) => (this.#isSet[i] === true ? null : evaluate(expression)));
    this.#cursors = this.#expressions.map((expression, i) =>
      this.#isSet[i] === true ? openCall(expression, evaluate, context.eval) : undefined,
    );
    return undefined;
  }

  #writeRow(row: number, columns: readonly Vector[]): boolean {
    const cursors = this.#cursors as (SetCursor | undefined)[];
    const found = cursors.map((cursor) => cursor?.next());
    if (found.every((values) => values === undefined)) return false;
    for (let i = 0; i < columns.length; i++) {
      if (found[i] === undefined) cursors[i] = undefined;
      const value = this.#isSet[i] === true ? (found[i]?.[0] ?? null) : (this.#values[i] as Datum);
      (this.#handlers[i] as TypeHandler).writeDatum(columns[i] as Vector, row, value);
    }
    return true;
  }

  close(): void {
    this.#input.close();
    this.#reset();
  }
}
