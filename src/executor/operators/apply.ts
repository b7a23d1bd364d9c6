/**
 * Adds a subquery's value to each row: the subplan is run with slots set from the row. Rows with equal slot values share one run;
 * values are remembered, up to a limit, until a rewind, since the subplan may read slots of operators further out too.
 */
import type { ColumnId } from '../../algebra/expression.ts';
import { InvariantError } from '../../common/assert.ts';
import type { Apply as ApplyNode } from '../../algebra/physical.ts';
import { Batch } from '../../types/batch.ts';
import { ArrayValue, RecordValue } from '../../types/datum.ts';
import type { Datum } from '../../types/datum.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { getType } from '../../types/registry.ts';
import { batchRowsMax, createVector, resetVector } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { DatumOutput } from '../compile/runtime.ts';
import { GroupTable } from '../group-table.ts';
import { SubqueryCollector } from '../subquery-collector.ts';
import { handlersOf, layoutOf, placeOf } from '../layout.ts';
import { rowAt } from '../left-rows.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import { QuantifiedTest } from '../quantified-test.ts';
import { SharedReader, SharedRows } from '../shared-rows.ts';
import { SlotSetter } from '../slot-setter.ts';
import { mustSpill } from '../spill/pressure.ts';

/** Distinct slot values remembered. */
const rememberedMax = 16 * 1024;

export class Apply implements Operator {
  readonly #input: Operator;
  readonly #plan: Operator;
  readonly #slots: SlotSetter;
  readonly #collector: SubqueryCollector | QuantifiedTest;
  readonly #keyColumns: readonly number[];
  /** Values may be shared by rows with equal slot values. */
  readonly #remembers: boolean;
  readonly #memo: GroupTable;
  /** Value by group of the memo; undefined: not computed yet. */
  #values: (Datum | undefined)[] = [];
  #valueBytes = 0;
  readonly #groups = new Int32Array(batchRowsMax);
  readonly #result: Vector;
  readonly #resultWriter: DatumOutput;
  readonly #batch = new Batch([]);
  #context: ExecutionContext | undefined = undefined;
  #source: Batch | undefined = undefined;
  #next = 0;
  #running = false;
  #planOpen = false;

  constructor(node: ApplyNode, build: BuildContext) {
    this.#input = build.build(node.input);
    const layout = layoutOf(node.input.output, build.typeOf);
    const handler: TypeHandler = getType(node.result.type);
    this.#result = createVector(handler.vectorKind);
    this.#resultWriter = new DatumOutput(handler);
    this.#collector = makeCollector(node, build);
    const isVolatile = build.hasSideEffects(node.plan);
    const isQuantified = this.#collector instanceof QuantifiedTest;
    const plan = build.build(node.plan);
    // ANY and ALL over rows that stay the same go through them again for each outer row.
    const isKept = isQuantified && !isVolatile && !build.dependsOnSlots(node.plan);
    this.#plan = isKept ? new KeptPlan(plan, handlersOf(node.plan.output, build.typeOf)) : plan;
    const outer = this.#collector instanceof QuantifiedTest ? this.#collector.outer : [];
    const slots = [...node.slots, ...outer];
    this.#slots = new SlotSetter(slots, layout);
    const keys: ColumnId[] = [...new Set(slots.map(({ column }) => column))];
    this.#keyColumns = keys.map((column) => placeOf(layout, column).index);
    const keyHandlers = handlersOf(keys, build.typeOf);
    this.#remembers = !isVolatile && keyHandlers.every(isIdentifying);
    this.#memo = new GroupTable(keyHandlers);
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#input.open(context);
    if (this.#planOpen) this.#plan.close();
    this.#planOpen = false;
    this.#restart(context);
  }

  rewind(): void {
    this.#input.rewind();
    this.#restart(this.#context as ExecutionContext);
  }

  #restart(context: ExecutionContext): void {
    this.#memo.open(context.memory);
    this.#forgetValues(context);
    this.#source = undefined;
    this.#running = false;
  }

  next(rowsMax: number): Step {
    const context = this.#context as ExecutionContext;
    if (this.#source === undefined) {
      const step = this.#input.next(rowsMax);
      if (step === END || step === WAIT) return step;
      this.#take(step, context);
    }
    const source = this.#source as unknown as Batch;
    while (this.#next < source.selectedCount) {
      if (!this.#computeRow(source, rowAt(source, this.#next), context)) return WAIT;
      this.#next++;
    }
    this.#source = undefined;
    const batch = this.#batch;
    batch.columns = [...source.columns, this.#result];
    batch.selection = source.selection;
    batch.selectedCount = source.selectedCount;
    return batch;
  }

  #take(source: Batch, context: ExecutionContext): void {
    this.#source = source;
    this.#next = 0;
    resetVector(this.#result);
    this.#resultWriter.started = false;
    if (!this.#remembers) return;
    if (this.#memo.count > rememberedMax || mustSpill(context.memory, this.#memo.bytes + this.#valueBytes)) {
      this.#memo.clear();
      this.#forgetValues(context);
    }
    const keys = this.#keyColumns.map((index) => source.columns[index] as Vector);
    this.#memo.assign(keys, source.selection, source.selectedCount, this.#groups);
  }

  /** Values that do not fit any more are computed again. */
  #remember(group: number, value: Datum, context: ExecutionContext): void {
    const bytes = heapBytes(value);
    if (this.#valueBytes + bytes > context.memory.limitBytes) return;
    this.#values[group] = value;
    this.#valueBytes += bytes;
    context.memory.take(bytes);
  }

  #forgetValues(context: ExecutionContext): void {
    this.#values = [];
    context.memory.give(this.#valueBytes);
    this.#valueBytes = 0;
  }

  /** False: the subplan waits. */
  #computeRow(source: Batch, row: number, context: ExecutionContext): boolean {
    const group = this.#groups[row] as number;
    let value = this.#remembers ? this.#values[group] : undefined;
    if (value === undefined) {
      if (!this.#run(source, row, context)) return false;
      value = this.#collector.value();
      if (this.#remembers) this.#remember(group, value, context);
    }
    this.#resultWriter.write(this.#result, row, value);
    return true;
  }

  #run(source: Batch, row: number, context: ExecutionContext): boolean {
    if (!this.#running) {
      this.#slots.set(source.columns, row, context.slots);
      this.#collector.reset(context);
      if (this.#planOpen) this.#plan.rewind();
      else this.#plan.open(context);
      this.#planOpen = true;
      this.#running = true;
    }
    while (!this.#collector.isComplete) {
      const step = this.#plan.next(this.#collector.rowsWanted);
      if (step === WAIT) return false;
      if (step === END) break;
      this.#collector.add(step);
      if (context.sliceOver()) return false;
    }
    this.#running = false;
    return true;
  }

  close(): void {
    this.#input.close();
    if (this.#planOpen) this.#plan.close();
    this.#planOpen = false;
    this.#memo.close();
    if (this.#context !== undefined) this.#forgetValues(this.#context);
    this.#context = undefined;
  }
}

/** What a value takes in the heap, about. */
function heapBytes(value: Datum): number {
  const own = 16;
  if (typeof value === 'string') return own + value.length * 2;
  if (value instanceof Uint8Array) return own + value.length;
  if (value instanceof ArrayValue) return value.elements.reduce((sum: number, item) => sum + heapBytes(item), own);
  if (value instanceof RecordValue) return value.fields.reduce((sum: number, item) => sum + heapBytes(item), own);
  return own;
}

/** Whether equal values of the type are the same in every respect. 1.0 and 1.00 are not: the subquery could show the difference. */
function isIdentifying(handler: TypeHandler): boolean {
  return handler.keyExact && handler.hash !== undefined;
}

function makeCollector(node: ApplyNode, build: BuildContext): SubqueryCollector | QuantifiedTest {
  const { form, test, plan, input } = node;
  if (form !== 'any' && form !== 'all') {
    const first = plan.output[0];
    return new SubqueryCollector(form, first === undefined ? 0 : build.typeOf(first));
  }
  if (test === undefined) throw new InvariantError('an ANY or ALL subquery has no test');
  const outer = layoutOf(input.output, build.typeOf);
  return new QuantifiedTest(form, test, outer, layoutOf(plan.output, build.typeOf), () => build.newSlot());
}

/** A plan whose rows are kept, so that a rewind only goes back to the first. */
class KeptPlan implements Operator {
  readonly #rows: SharedRows;
  readonly #reader: SharedReader;
  #context: ExecutionContext | undefined = undefined;

  constructor(plan: Operator, handlers: readonly TypeHandler[]) {
    this.#rows = new SharedRows(plan, handlers);
    this.#reader = new SharedReader(this.#rows);
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#rows.close();
    this.#reader.rewind();
  }

  rewind(): void {
    this.#reader.rewind();
  }

  next(rowsMax: number): Step {
    return this.#reader.next(rowsMax, this.#context as ExecutionContext);
  }

  close(): void {
    this.#rows.close();
  }
}
