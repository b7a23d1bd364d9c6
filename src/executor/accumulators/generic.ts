/** Any aggregate function through its own state, one object per group and a call per row. */
import type { TypeHandler } from '../../types/type-handler.ts';
import type { Datum } from '../../types/datum.ts';
import type { Vector } from '../../types/vector.ts';
import type { EvalContext } from '../../functions/eval-context.ts';
import type { AggregateImplementation, CallTypes } from '../../functions/function.ts';
import type { Accumulator } from './accumulator.ts';

export class GenericAccumulator implements Accumulator {
  readonly #implementation: AggregateImplementation;
  readonly #strict: boolean;
  readonly #call: CallTypes;
  readonly #handlers: readonly TypeHandler[];
  readonly #result: TypeHandler;
  readonly #args: Datum[];
  #states: unknown[] = [];
  #bytes = 0;
  #context: EvalContext | undefined = undefined;

  constructor(
    implementation: AggregateImplementation,
    strict: boolean,
    call: CallTypes,
    handlers: readonly TypeHandler[],
    result: TypeHandler,
  ) {
    this.#implementation = implementation;
    this.#strict = strict;
    this.#call = call;
    this.#handlers = handlers;
    this.#result = result;
    this.#args = handlers.map(() => null);
  }

  open(context: EvalContext): void {
    this.#context = context;
  }

  reserve(count: number): void {
    while (this.#states.length < count) {
      const state = this.#implementation.createState(this.#call);
      this.#states.push(state);
      this.#bytes += this.#implementation.stateBytes(state);
    }
  }

  add(args: readonly Vector[], selection: Int32Array | undefined, count: number, groups: Int32Array | undefined): void {
    for (let k = 0; k < count; k++) {
      const row = selection === undefined ? k : (selection[k] as number);
      if (this.#readArgs(args, row)) this.#step(groups === undefined ? 0 : (groups[row] as number));
    }
  }

  /** False when the row does not count. */
  #readArgs(vectors: readonly Vector[], row: number): boolean {
    for (let i = 0; i < this.#handlers.length; i++) {
      const value = (this.#handlers[i] as TypeHandler).readDatum(vectors[i] as Vector, row);
      if (value === null && this.#strict) return false;
      this.#args[i] = value;
    }
    return true;
  }

  #step(group: number): void {
    const implementation = this.#implementation;
    const state = this.#states[group];
    const before = implementation.stateBytes(state);
    const next = implementation.step(state, this.#args, this.#context as EvalContext, this.#call);
    this.#states[group] = next;
    this.#bytes += implementation.stateBytes(next) - before;
  }

  write(group: number, output: Vector, row: number): void {
    const value = this.#implementation.finish(this.#states[group], this.#context as EvalContext, this.#call);
    this.#result.writeDatum(output, row, value);
  }

  clear(): void {
    this.#states = [];
    this.#bytes = 0;
  }

  get bytes(): number {
    return this.#bytes + this.#states.length * 8;
  }
}
