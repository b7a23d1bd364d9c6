/**
 * What filters and projections have in common: when to interpret, when to generate code, which of the two generated forms to
 * run, and what to do when a row fails.
 */
import { SqlError } from '../../common/sql-error.ts';
import { inlineRuntime, NotNarrow } from '../../functions/inline-runtime.ts';
import type { Expression } from '../../algebra/expression.ts';
import { volatilityOf } from '../../algebra/volatility.ts';
import type { Vector } from '../../types/vector.ts';
import type { Layout } from '../layout.ts';
import { BatchEnvironment } from './batch-environment.ts';
import type { EvaluationContext } from './batch-environment.ts';
import { Emitter } from './emitter.ts';
import type { RawSource } from './emitter.ts';
import type { RawValue } from './raw-value.ts';
import { compileRuntime } from './runtime.ts';

/** Rows after which generating code pays: it costs some 20 µs, interpreting a row of a small expression 0.1 to 0.3. */
const hotRows = 100;
/** After so many batches in a row that narrow code gave up on, run the exact code at once for a while. */
const narrowFailuresMax = 3;
const exactBatches = 64;

/** Generated: handles rows [first, end) of the selection; returns the new count of results, or -1 for "not narrow". */
type Loop = (
  columns: readonly Vector[],
  selection: Int32Array | undefined,
  first: number,
  end: number,
  count: number,
  parameters: readonly RawValue[],
  context: EvaluationContext['eval'],
) => number;

type Rows = (
  columns: readonly Vector[],
  selection: Int32Array | undefined,
  first: number,
  end: number,
  count: number,
) => number;

export abstract class Program {
  readonly expressions: readonly Expression[];
  protected readonly layout: Layout;
  protected readonly environment: BatchEnvironment;
  /** Error of the first row that was not delivered. */
  failure: unknown = undefined;
  readonly #volatile: boolean;
  readonly #sources: RawSource[] = [];
  #parameters: RawValue[] = [];
  #parametersLoaded = false;
  #context: EvaluationContext | undefined = undefined;
  #rowsSeen = 0;
  #narrow: Loop | undefined = undefined;
  #exact: Loop | undefined = undefined;
  #narrowFailures = 0;
  readonly #interpreted: Rows = (columns, selection, first, _end, count) =>
    this.interpretRow(columns, selection === undefined ? first : (selection[first] as number), count);
  readonly #generatedExact: Rows = (columns, selection, first, end, count) =>
    this.#runExact(columns, selection, first, end, count);

  constructor(expressions: readonly Expression[], layout: Layout) {
    this.expressions = expressions;
    this.layout = layout;
    this.environment = new BatchEnvironment(layout);
    this.#volatile = expressions.some((expression) => volatilityOf(expression) === 'v');
  }

  /** Takes parameters and slots as they are now; called at open and at rewind. */
  open(context: EvaluationContext): void {
    this.#context = context;
    this.#parametersLoaded = false;
    this.failure = undefined;
  }

  protected get context(): EvaluationContext {
    return this.#context as EvaluationContext;
  }

  /** Throws the error kept from the batch before, if any. */
  throwFailure(): void {
    if (this.failure === undefined) return;
    const { failure } = this;
    this.failure = undefined;
    throw failure;
  }

  /**
   * Handles rows [0, end) of the selection and returns the count of results. Volatile functions must not run twice for a row,
   * so their programs neither try narrow code nor repeat a batch.
   */
  protected runBatch(columns: readonly Vector[], selection: Int32Array | undefined, end: number): number {
    this.reset();
    this.#rowsSeen += end;
    if (this.#rowsSeen < hotRows) return this.#runStepwise(columns, selection, end, this.#interpreted);
    if (this.#volatile) return this.#runStepwise(columns, selection, end, this.#generatedExact);
    try {
      return this.#runGenerated(columns, selection, end);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.reset();
      return this.#runStepwise(columns, selection, end, this.#generatedExact);
    }
  }

  /** Row by row, up to the first that fails. */
  #runStepwise(columns: readonly Vector[], selection: Int32Array | undefined, end: number, rows: Rows): number {
    let count = 0;
    for (let k = 0; k < end; k++) {
      try {
        count = rows(columns, selection, k, k + 1, count);
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        this.failure = error;
        break;
      }
    }
    if (count === 0) this.throwFailure();
    return count;
  }

  #runGenerated(columns: readonly Vector[], selection: Int32Array | undefined, end: number): number {
    if (this.#narrowFailures >= narrowFailuresMax) {
      this.#narrowFailures--;
      return this.#runExact(columns, selection, 0, end, 0);
    }
    const count = this.#runNarrow(columns, selection, end);
    if (count >= 0) {
      this.#narrowFailures = 0;
      return count;
    }
    if (++this.#narrowFailures === narrowFailuresMax) this.#narrowFailures += exactBatches;
    this.reset();
    return this.#runExact(columns, selection, 0, end, 0);
  }

  #runNarrow(columns: readonly Vector[], selection: Int32Array | undefined, end: number): number {
    this.#narrow ??= this.#compile(false);
    this.#loadParameters();
    try {
      return this.#narrow(columns, selection, 0, end, 0, this.#parameters, this.context.eval);
    } catch (error) {
      if (error instanceof NotNarrow) return -1;
      throw error;
    }
  }

  #runExact(
    columns: readonly Vector[],
    selection: Int32Array | undefined,
    first: number,
    end: number,
    count: number,
  ): number {
    this.#exact ??= this.#compile(true);
    this.#loadParameters();
    return this.#exact(columns, selection, first, end, count, this.#parameters, this.context.eval);
  }

  #loadParameters(): void {
    if (this.#parametersLoaded) return;
    const { parameters, slots } = this.context;
    for (const { kind, number, raw } of this.#sources) {
      raw.set((kind === 'parameter' ? parameters[number] : slots[number]) ?? null);
    }
    this.#parametersLoaded = true;
  }

  #compile(exact: boolean): Loop {
    const emitter = new Emitter(this.layout, exact, this.#sources);
    this.emitRow(emitter);
    this.#parameters = this.#sources.map((source) => source.raw);
    this.#parametersLoaded = false;
    return assemble(emitter);
  }

  /** Makes the outputs ready for row 0. */
  protected abstract reset(): void;
  protected abstract interpretRow(columns: readonly Vector[], row: number, count: number): number;
  protected abstract emitRow(emitter: Emitter): void;
}

/** Wraps the collected lines into a function. Only text from the emitter gets here. */
function assemble(emitter: Emitter): Loop {
  const names = emitter.constants.map((_, index) => `c${index} = c[${index}]`);
  const body = [
    names.length > 0 ? `const ${names.join(', ')};` : '',
    'return function (columns, selection, first, end, count, P, context) {',
    ...emitter.prologue,
    'rows: for (let k = first; k < end; k++) {',
    'const i = selection === undefined ? k : selection[k];',
    ...emitter.lines,
    '}',
    'return count;',
    '};',
  ].join('\n');
  // oxlint-disable-next-line no-implied-eval -- the source is made from our own templates only
  const factory = new Function('r', 'h', 'c', body) as (r: object, h: object, c: readonly unknown[]) => Loop;
  return factory(inlineRuntime, compileRuntime, emitter.constants);
}
