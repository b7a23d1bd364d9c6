/**
 * Expressions over batches. A FilterProgram turns a condition into a selection, a ProjectionProgram turns expressions into
 * vectors aligned with the input's rows. Both begin by interpreting row by row; once they have seen some rows they generate
 * one fused loop with `new Function` (compile/emit.ts) and keep it for the life of the plan.
 *
 *   cold    interpret(), a Datum per value
 *   narrow  generated; int64 and numeric as JS numbers
 *   exact   generated at the first batch that does not fit narrow; int64 and numeric as Datums
 *
 * When a row fails, the rows before it are still delivered: the program stops there and keeps the error in `failure`, which
 * the operator throws at its next call.
 */
import type { Expression } from '../algebra/expression.ts';
import { conjuncts } from '../algebra/walk.ts';
import { getType } from '../types/registry.ts';
import { createVector, resetVector, vectorCapacity } from '../types/vector.ts';
import type { Vector } from '../types/vector.ts';
import { emit } from './compile/emit.ts';
import { emitCondition, emitOutput } from './compile/emit-result.ts';
import type { Emitter } from './compile/emitter.ts';
import { Program } from './compile/program.ts';
import { DatumOutput } from './compile/runtime.ts';
import type { Layout } from './layout.ts';

/** Rows for which a condition is true. */
export class FilterProgram extends Program {
  /** Result of `select`: input row indexes, ascending. Valid until the next call. */
  selection = new Int32Array(64);

  /** `expressions` are the conjuncts: as in PostgreSQL, the first that is false or NULL ends the test of a row. */
  constructor(condition: Expression, layout: Layout) {
    super(conjuncts(condition), layout);
  }

  /** Returns how many of the `count` rows pass; which, is in `selection`. On failure those before the failing row. */
  select(columns: readonly Vector[], selection: Int32Array | undefined, count: number): number {
    if (this.selection.length < count) this.selection = new Int32Array(Math.max(count, 1024));
    return this.runBatch(columns, selection, count);
  }

  protected override reset(): void {}

  protected override interpretRow(columns: readonly Vector[], row: number, count: number): number {
    for (const conjunct of this.expressions) {
      if (this.environment.evaluate(conjunct, this.context, columns, row) !== true) return count;
    }
    this.selection[count] = row;
    return count + 1;
  }

  protected override emitRow(emitter: Emitter): void {
    emitter.prologue.push(`const selected = ${emitter.constant(this)}.selection;`);
    for (const conjunct of this.expressions) emitCondition(emitter, emit(emitter, conjunct));
    emitter.line('selected[count++] = i;');
  }
}

/** Expressions computed into vectors at the rows of the input. */
export class ProjectionProgram extends Program {
  /** One vector per expression. Valid until the next `run`. */
  readonly outputs: Vector[];
  readonly #datumOutputs: readonly DatumOutput[];

  constructor(expressions: readonly Expression[], layout: Layout) {
    super(expressions, layout);
    const handlers = expressions.map((expression) => getType(expression.type));
    this.outputs = handlers.map((handler) => createVector(handler.vectorKind, 0));
    this.#datumOutputs = handlers.map((handler) => new DatumOutput(handler));
  }

  /** Computes the selected rows; returns how many of them were done, less than `count` on failure. */
  run(columns: readonly Vector[], selection: Int32Array | undefined, count: number): number {
    if (count > 0) this.#reserve(selection === undefined ? count : (selection[count - 1] as number) + 1);
    return this.runBatch(columns, selection, count);
  }

  #reserve(rows: number): void {
    for (let index = 0; index < this.outputs.length; index++) {
      const output = this.outputs[index] as Vector;
      if (vectorCapacity(output) >= rows) continue;
      this.outputs[index] = createVector(output.kind, Math.max(8, 2 ** Math.ceil(Math.log2(rows))));
    }
  }

  protected override reset(): void {
    for (let index = 0; index < this.outputs.length; index++) {
      resetVector(this.outputs[index] as Vector);
      (this.#datumOutputs[index] as DatumOutput).started = false;
    }
  }

  protected override interpretRow(columns: readonly Vector[], row: number, count: number): number {
    for (let index = 0; index < this.expressions.length; index++) {
      const value = this.environment.evaluate(this.expressions[index] as Expression, this.context, columns, row);
      (this.#datumOutputs[index] as DatumOutput).write(this.outputs[index] as Vector, row, value);
    }
    return count + 1;
  }

  protected override emitRow(emitter: Emitter): void {
    const outputs = emitter.constant(this.outputs);
    this.expressions.forEach((expression, index) => {
      const value = emit(emitter, expression);
      emitOutput(emitter, value, `${outputs}[${index}]`, this.#datumOutputs[index] as DatumOutput);
    });
    emitter.line('count++;');
  }
}
