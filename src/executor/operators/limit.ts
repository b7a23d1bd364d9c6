/** Skips `offset` rows, passes on `limit`, with WITH TIES also those equal to the last one in the sort keys. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { SqlState } from '../../common/sql-error.ts';
import type { Expression, SortKey } from '../../algebra/expression.ts';
import type { Limit as LimitNode } from '../../algebra/physical.ts';
import { InvariantError } from '../../common/assert.ts';
import { Batch } from '../../types/batch.ts';
import { getType } from '../../types/registry.ts';
import { batchRowsMax } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { evaluateConstant } from '../compile/batch-environment.ts';
import type { EvaluationContext } from '../compile/batch-environment.ts';
import { KeptRow } from '../kept-row.ts';
import { layoutOf, placeOf } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import { slice } from '../pieces.ts';

export class Limit implements Operator {
  readonly #node: LimitNode;
  readonly #input: Operator;
  readonly #ties: KeptRow | undefined;
  readonly #piece = new Batch([]);
  #context: ExecutionContext | undefined = undefined;
  #toSkip = 0;
  #left = 0;

  constructor(node: LimitNode, build: BuildContext) {
    this.#node = node;
    this.#input = build.build(node.input);
    const layout = layoutOf(node.input.output, build.typeOf);
    this.#ties =
      node.tieKeys === undefined ? undefined : new KeptRow(node.tieKeys.map((key) => keyColumn(key, layout)));
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#restart(context);
    this.#input.open(context);
  }

  rewind(): void {
    this.#restart(this.#context as ExecutionContext);
    this.#input.rewind();
  }

  #restart(context: ExecutionContext): void {
    this.#toSkip = countOf(this.#node.offset, 'OFFSET', sqlState.invalidRowCountInResultOffsetClause, context) ?? 0;
    this.#left = countOf(this.#node.limit, 'LIMIT', sqlState.invalidRowCountInLimitClause, context) ?? Infinity;
    this.#ties?.clear();
  }

  next(rowsMax: number): Step {
    for (;;) {
      if (this.#left === 0) return this.#nextTies(rowsMax);
      const wanted = rowsMax < this.#left ? rowsMax : this.#left;
      const step = this.#input.next(Math.min(this.#toSkip + wanted, batchRowsMax));
      if (step === END || step === WAIT) return step;
      const skipped = Math.min(this.#toSkip, step.selectedCount);
      this.#toSkip -= skipped;
      const count = step.selectedCount - skipped;
      if (count === 0) {
        if ((this.#context as ExecutionContext).sliceOver()) return WAIT;
        continue;
      }
      this.#left -= count;
      const batch = slice(step, skipped, count, this.#piece);
      if (this.#left === 0) this.#ties?.keep(batch.columns, lastRow(batch));
      return batch;
    }
  }

  /** After the last counted row: those that tie with it. */
  #nextTies(rowsMax: number): Step {
    if (this.#ties === undefined || !this.#ties.isKept) return END;
    const step = this.#input.next(rowsMax);
    if (step === END || step === WAIT) return step;
    let count = 0;
    while (count < step.selectedCount && this.#ties.equals(step.columns, rowAt(step, count))) count++;
    if (count < step.selectedCount) this.#ties.clear();
    return count === 0 ? END : slice(step, 0, count, this.#piece);
  }

  close(): void {
    this.#input.close();
  }
}

function rowAt(batch: Batch, index: number): number {
  return batch.selection === undefined ? index : (batch.selection[index] as number);
}

function lastRow(batch: Batch): number {
  return rowAt(batch, batch.selectedCount - 1);
}

function keyColumn(key: SortKey, layout: ReturnType<typeof layoutOf>) {
  if (key.expression.kind !== 'column') throw new InvariantError('a tie key is not a plain column');
  const { index, type } = placeOf(layout, key.expression.column);
  return { index, handler: getType(type) };
}

/** undefined: NULL, which means no limit. int8 values beyond 2^53 are as good as none. */
export function countOf(
  expression: Expression | undefined,
  clause: string,
  state: SqlState,
  context: EvaluationContext,
): number | undefined {
  if (expression === undefined) return undefined;
  const value = evaluateConstant(expression, context) as number | bigint | null;
  if (value === null) return undefined;
  if (value < 0) throw new SqlError(state, `${clause} must not be negative`);
  return Number(value);
}
