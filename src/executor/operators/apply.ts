/**
 * Adds a subquery's value to each row: the subplan is run with slots set from the row. Values are remembered by the slots they
 * came from, until a rewind, since the subplan may read slots of operators further out too.
 */
import type { Apply as ApplyNode } from '../../algebra/physical.ts';
import type { ColumnId, Expression } from '../../algebra/expression.ts';
import { interpret } from '../../algebra/interpret.ts';
import { Batch } from '../../types/batch.ts';
import type { Datum } from '../../types/datum.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { getType } from '../../types/registry.ts';
import { batchRowsMax, createVector, resetVector } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { SubqueryCollector } from '../init-plan-run.ts';
import { type Layout, layoutOf, placeOf } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';

interface SlotSource {
  readonly slot: number;
  readonly index: number;
  readonly handler: TypeHandler;
}

/** What gathers the subplan's rows into one value. */
interface Collector {
  readonly isComplete: boolean;
  readonly rowsWanted: number;
  reset(): void;
  add(batch: Batch): void;
  value(): Datum;
}

const rememberedMax = 10_000;

export class Apply implements Operator {
  readonly #input: Operator;
  readonly #plan: Operator;
  readonly #slots: readonly SlotSource[];
  readonly #collector: Collector;
  readonly #test: QuantifiedTest | undefined;
  readonly #handler: TypeHandler;
  readonly #result: Vector;
  readonly #batch = new Batch([]);
  readonly #remembered = new Map<string, Datum>();
  #context: ExecutionContext | undefined = undefined;
  #source: Batch | undefined = undefined;
  #next = 0;
  #running = false;
  #planWasRun = false;
  #key = '';

  constructor(node: ApplyNode, build: BuildContext) {
    this.#input = build.build(node.input);
    this.#plan = build.build(node.plan);
    const layout = layoutOf(node.input.output, build.typeOf);
    this.#slots = node.slots.map(({ slot, column }) => {
      const { index, type } = placeOf(layout, column);
      return { slot, index, handler: getType(type) };
    });
    this.#handler = getType(node.result.type);
    this.#result = createVector(this.#handler.vectorKind, batchRowsMax);
    const { form } = node;
    if (form === 'any' || form === 'all') {
      const test = node.test as Expression;
      this.#test = new QuantifiedTest(form, test, layout, layoutOf(node.plan.output, build.typeOf));
      this.#collector = this.#test;
    } else {
      const first = node.plan.output[0];
      this.#collector = new SubqueryCollector(form, first === undefined ? 0 : build.typeOf(first));
    }
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#input.open(context);
    this.#planWasRun = false;
    this.#reset();
  }

  rewind(): void {
    this.#input.rewind();
    this.#reset();
  }

  #reset(): void {
    this.#source = undefined;
    this.#running = false;
    this.#remembered.clear();
  }

  next(rowsMax: number): Step {
    const context = this.#context as ExecutionContext;
    if (this.#source === undefined) {
      const step = this.#input.next(rowsMax);
      if (step === END || step === WAIT) return step;
      this.#source = step;
      this.#next = 0;
      resetVector(this.#result);
    }
    const source = this.#source;
    while (this.#next < source.selectedCount) {
      const row = source.selection === undefined ? this.#next : (source.selection[this.#next] as number);
      if (!this.#computeRow(source, row, context)) return WAIT;
      this.#next++;
      if (this.#next < source.selectedCount && context.sliceOver()) return WAIT;
    }
    this.#source = undefined;
    const batch = this.#batch;
    batch.columns = [...source.columns, this.#result];
    batch.selection = source.selection;
    batch.selectedCount = source.selectedCount;
    return batch;
  }

  /** False: the subplan waits. */
  #computeRow(source: Batch, row: number, context: ExecutionContext): boolean {
    if (!this.#running) {
      this.#setSlots(source, row, context);
      const remembered = this.#test === undefined ? this.#remembered.get(this.#key) : undefined;
      if (remembered !== undefined) {
        this.#handler.writeDatum(this.#result, row, remembered);
        return true;
      }
      this.#start(source, row, context);
    }
    while (!this.#collector.isComplete) {
      const step = this.#plan.next(this.#collector.rowsWanted);
      if (step === WAIT) return false;
      if (step === END) break;
      this.#collector.add(step);
    }
    this.#running = false;
    const value = this.#collector.value();
    if (this.#remembered.size < rememberedMax) this.#remembered.set(this.#key, value);
    this.#handler.writeDatum(this.#result, row, value);
    return true;
  }

  #setSlots(source: Batch, row: number, context: ExecutionContext): void {
    let key = '';
    for (const { slot, index, handler } of this.#slots) {
      const value = handler.readDatum(source.columns[index] as Vector, row);
      context.slots[slot] = value;
      const text = value === null ? '' : handler.formatText(value, context.eval.io);
      key += `${value === null ? 'n' : 'v'}${text.length}:${text}`;
    }
    this.#key = key;
  }

  #start(source: Batch, row: number, context: ExecutionContext): void {
    this.#collector.reset();
    this.#test?.setRow(source, row, context);
    if (this.#planWasRun) this.#plan.rewind();
    else this.#plan.open(context);
    this.#planWasRun = true;
    this.#running = true;
  }

  close(): void {
    this.#input.close();
    if (this.#planWasRun) this.#plan.close();
    this.#planWasRun = false;
    this.#remembered.clear();
  }
}

/** `test` over the outer row and each row of the subplan: ANY is true if one is, ALL if none is not; NULL when undecided. */
class QuantifiedTest implements Collector {
  isComplete = false;
  readonly rowsWanted = batchRowsMax;
  readonly #isAny: boolean;
  readonly #test: Expression;
  readonly #outer: Layout;
  readonly #inner: Layout;
  #sawNull = false;
  #decided = false;
  #outerColumns: readonly Vector[] = [];
  #outerRow = 0;
  #context: ExecutionContext | undefined = undefined;

  constructor(form: 'any' | 'all', test: Expression, outer: Layout, inner: Layout) {
    this.#isAny = form === 'any';
    this.#test = test;
    this.#outer = outer;
    this.#inner = inner;
  }

  setRow(source: Batch, row: number, context: ExecutionContext): void {
    this.#outerColumns = source.columns;
    this.#outerRow = row;
    this.#context = context;
  }

  reset(): void {
    this.isComplete = false;
    this.#sawNull = false;
    this.#decided = false;
  }

  add(batch: Batch): void {
    const context = this.#context as ExecutionContext;
    for (let k = 0; k < batch.selectedCount && !this.#decided; k++) {
      const row = batch.selection === undefined ? k : (batch.selection[k] as number);
      const value = interpret(this.#test, {
        eval: context.eval,
        column: (id) => this.#column(id, batch, row),
        slot: (id) => context.slots[id] ?? null,
        parameter: (index) => context.parameters[index] ?? null,
      });
      if (value === null) this.#sawNull = true;
      else if (value === this.#isAny) this.#decided = true;
    }
    this.isComplete = this.#decided;
  }

  #column(id: ColumnId, batch: Batch, row: number): Datum {
    const inner = this.#inner.get(id);
    if (inner !== undefined) return getType(inner.type).readDatum(batch.columns[inner.index] as Vector, row);
    const { index, type } = placeOf(this.#outer, id);
    return getType(type).readDatum(this.#outerColumns[index] as Vector, this.#outerRow);
  }

  value(): Datum {
    if (this.#decided) return this.#isAny;
    return this.#sawNull ? null : !this.#isAny;
  }
}
