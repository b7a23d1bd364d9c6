/** Sorts its whole input before the first row comes out. With a limit it keeps only so many rows (top-N). */
import { InvariantError } from '../../common/assert.ts';
import { sqlState } from '../../common/sql-error.ts';
import type { SortKey } from '../../algebra/expression.ts';
import type { Sort as SortNode } from '../../algebra/physical.ts';
import { getType } from '../../types/registry.ts';
import { batchRowsMax } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import type { Layout } from '../layout.ts';
import { handlersOf, layoutOf, placeOf } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import type { SortColumn } from '../sort-prefix.ts';
import { Sorter } from '../sorter.ts';
import { countOf } from './limit.ts';

export class Sort implements Operator {
  readonly #node: SortNode;
  readonly #input: Operator;
  readonly #sorter: Sorter;
  #context: ExecutionContext | undefined = undefined;
  #state: 'collecting' | 'finishing' | 'delivering' = 'collecting';

  constructor(node: SortNode, build: BuildContext) {
    this.#node = node;
    this.#input = build.build(node.input);
    const layout = layoutOf(node.input.output, build.typeOf);
    this.#sorter = new Sorter(handlersOf(node.input.output, build.typeOf), sortColumns(node.keys, layout));
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#input.open(context);
    this.#restart(context);
  }

  rewind(): void {
    this.#input.rewind();
    this.#restart(this.#context as ExecutionContext);
  }

  #restart(context: ExecutionContext): void {
    this.#state = 'collecting';
    this.#sorter.open(context.memory, this.#rowsWanted(context));
  }

  #rowsWanted(context: ExecutionContext): number {
    const { limit, limitOffset } = this.#node;
    const count = countOf(limit, 'LIMIT', sqlState.invalidRowCountInLimitClause, context);
    if (count === undefined) return Infinity;
    return count + (countOf(limitOffset, 'OFFSET', sqlState.invalidRowCountInResultOffsetClause, context) ?? 0);
  }

  next(rowsMax: number): Step {
    const context = this.#context as ExecutionContext;
    while (this.#state !== 'delivering') {
      if (this.#sorter.work() === 'done') {
        const step = this.#advance(context);
        if (step !== undefined) return step;
      }
      if (context.sliceOver()) return WAIT;
    }
    return this.#sorter.next(rowsMax) ?? END;
  }

  #advance(context: ExecutionContext): typeof WAIT | undefined {
    if (this.#state === 'finishing') {
      this.#state = 'delivering';
      this.#note(context);
      return undefined;
    }
    const step = this.#input.next(batchRowsMax);
    if (step === WAIT) return WAIT;
    if (step === END) {
      this.#sorter.finish();
      this.#state = 'finishing';
    } else {
      this.#sorter.add(step.columns, step.selection, step.selectedCount);
    }
    return undefined;
  }

  #note(context: ExecutionContext): void {
    const { instrumentation } = context;
    if (instrumentation === undefined) return;
    const onDisk = this.#sorter.bytesOnDisk;
    instrumentation.note(this.#node, 'Sort Method', this.#sorter.method);
    instrumentation.note(this.#node, 'Sort Space Used', Math.ceil((onDisk || this.#sorter.bytesInMemory) / 1024));
    instrumentation.note(this.#node, 'Sort Space Type', onDisk > 0 ? 'Disk' : 'Memory');
  }

  close(): void {
    this.#input.close();
    this.#sorter.close();
  }
}

/** Keys that are plain columns, as places in the layout's batches. */
export function sortColumns(keys: readonly SortKey[], layout: Layout): SortColumn[] {
  return keys.map(({ expression, descending, nullsFirst }) => {
    if (expression.kind !== 'column') throw new InvariantError('a sort key is not a plain column');
    const { index, type } = placeOf(layout, expression.column);
    return { index, handler: getType(type), descending, nullsFirst };
  });
}
