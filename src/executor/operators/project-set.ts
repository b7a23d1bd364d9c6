/**
 * A select list with set-returning functions: each input row becomes as many rows as the longest of them has, the others NULL.
 * Expressions that return no set are the same in all of these rows, unless they are volatile.
 */
import { SqlError } from '../../common/sql-error.ts';
import type { Expression } from '../../algebra/expression.ts';
import type { ProjectSet as ProjectSetNode } from '../../algebra/physical.ts';
import { volatilityOf } from '../../algebra/volatility.ts';
import type { SetCursor } from '../../functions/function.ts';
import { Batch } from '../../types/batch.ts';
import type { Datum } from '../../types/datum.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { batchRowsMax, resetVector } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { BatchEnvironment } from '../compile/batch-environment.ts';
import { handlersOf, layoutOf, vectorsFor } from '../layout.ts';
import { rowAt } from '../left-rows.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import { Appetite } from '../pieces.ts';
import { openCall, rowValue } from '../set-call.ts';

/** Input rows between two looks at the clock: each may have no rows at all. */
const sliceRows = 64;

interface Column {
  readonly expression: Expression;
  readonly handler: TypeHandler;
  /** How a row of the set becomes a value; undefined: the expression returns no set. */
  readonly valueOf: ((row: readonly Datum[]) => Datum) | undefined;
  readonly isVolatile: boolean;
}

export class ProjectSet implements Operator {
  readonly #input: Operator;
  readonly #columns: readonly Column[];
  readonly #environment: BatchEnvironment;
  readonly #careful: boolean;
  readonly #appetite = new Appetite();
  readonly #batch: Batch;
  #context: ExecutionContext | undefined = undefined;
  #source: Batch | undefined = undefined;
  #position = 0;
  #failure: unknown = undefined;
  /** Of the input row being expanded: cursors of the sets (undefined at their end), and the values of the rest. */
  #isExpanding = false;
  readonly #cursors: (SetCursor | undefined)[] = [];
  readonly #values: Datum[] = [];
  readonly #evaluate = (expression: Expression): Datum => {
    const source = this.#source as Batch;
    const context = this.#context as ExecutionContext;
    return this.#environment.evaluate(expression, context, source.columns, rowAt(source, this.#position));
  };

  constructor(node: ProjectSetNode, build: BuildContext) {
    this.#input = build.build(node.input);
    const handlers = handlersOf(node.output, build.typeOf);
    this.#columns = node.expressions.map((expression, i) => ({
      expression,
      handler: handlers[i] as TypeHandler,
      valueOf: expression.kind === 'call' && expression.returnsSet ? rowValue(expression) : undefined,
      isVolatile: volatilityOf(expression) === 'v',
    }));
    this.#environment = new BatchEnvironment(layoutOf(node.input.output, build.typeOf));
    this.#careful = build.hasSideEffects(node);
    this.#batch = new Batch(vectorsFor(handlers, batchRowsMax));
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
    this.#isExpanding = false;
    this.#cursors.fill(undefined);
    this.#failure = undefined;
    this.#appetite.reset();
  }

  next(rowsMax: number): Step {
    if (this.#failure !== undefined) throw this.#failure;
    for (const vector of this.#batch.columns) resetVector(vector);
    const limit = Math.min(rowsMax, batchRowsMax);
    let count = 0;
    while (count < limit) {
      try {
        if (this.#isExpanding && this.#writeRow(count)) {
          count++;
          continue;
        }
        const step = this.#enterNextRow(limit - count);
        if (step === undefined) continue;
        if (count > 0) break;
        return step;
      } catch (error) {
        if (count === 0 || !(error instanceof SqlError)) throw error;
        this.#failure = error;
        break;
      }
    }
    this.#batch.selectedCount = count;
    return this.#batch;
  }

  /** Opens the sets of the next input row; END or WAIT when there is none now. */
  #enterNextRow(wanted: number): typeof END | typeof WAIT | undefined {
    if (this.#isExpanding) {
      this.#isExpanding = false;
      this.#position++;
      if (this.#position % sliceRows === 0 && (this.#context as ExecutionContext).sliceOver()) return WAIT;
    }
    if (this.#source !== undefined && this.#position === this.#source.selectedCount) this.#source = undefined;
    if (this.#source === undefined) {
      const step = this.#input.next(this.#careful ? wanted : this.#appetite.ask(wanted));
      if (step === END || step === WAIT) return step;
      this.#source = step;
      this.#position = 0;
    }
    this.#openSets();
    return undefined;
  }

  #openSets(): void {
    const { eval: evalContext } = this.#context as ExecutionContext;
    for (let i = 0; i < this.#columns.length; i++) {
      const { expression, valueOf, isVolatile } = this.#columns[i] as Column;
      if (valueOf !== undefined) this.#cursors[i] = openCall(expression, this.#evaluate, evalContext);
      else if (!isVolatile) this.#values[i] = this.#evaluate(expression);
    }
    this.#isExpanding = true;
  }

  /** False when all sets are at their end. */
  #writeRow(row: number): boolean {
    if (!this.#advanceSets()) return false;
    for (let i = 0; i < this.#columns.length; i++) {
      const { expression, handler, valueOf, isVolatile } = this.#columns[i] as Column;
      const value = valueOf === undefined && isVolatile ? this.#evaluate(expression) : (this.#values[i] as Datum);
      handler.writeDatum(this.#batch.columns[i] as Vector, row, value);
    }
    return true;
  }

  #advanceSets(): boolean {
    let any = false;
    for (let i = 0; i < this.#columns.length; i++) {
      const { valueOf } = this.#columns[i] as Column;
      if (valueOf === undefined) continue;
      const found = this.#cursors[i]?.next();
      if (found === undefined) this.#cursors[i] = undefined;
      else any = true;
      this.#values[i] = found === undefined ? null : valueOf(found);
    }
    return any;
  }

  close(): void {
    this.#input.close();
    this.#reset();
  }
}
