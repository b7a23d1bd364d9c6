/**
 * The new rows of an INSERT or UPDATE, computed a batch at a time: assigned values, then generated columns, then NOT NULL and
 * CHECK. `columns` is what RETURNING and the checks see: the input's columns followed by those of the new row.
 *
 * Rows are changed one after the other, so a row that fails only counts once those before it have been stored: `compute`
 * says how many rows are good and keeps the error of the next.
 */
import { SqlError } from '../../common/sql-error.ts';
import type { ColumnDescriptor, TableDescriptor } from '../../catalog/descriptors.ts';
import type { Expression } from '../../algebra/expression.ts';
import type { ScanColumn } from '../../algebra/physical.ts';
import type { RowCheck } from '../../algebra/statement.ts';
import type { RowSource } from '../../tables/access-method.ts';
import type { Datum } from '../../types/datum.ts';
import { getType } from '../../types/registry.ts';
import { createVector, isNull, setNull } from '../../types/vector.ts';
import type { BoolVector, Vector } from '../../types/vector.ts';
import { ProjectionProgram } from '../compile.ts';
import type { Layout, TypeOf } from '../layout.ts';
import { joinLayouts, layoutOf, placeOf } from '../layout.ts';
import type { ExecutionContext } from '../operator.ts';
import { Projection } from '../projection.ts';
import { checkViolation, notNullViolation } from './constraint-errors.ts';

interface Assignment {
  /** attnum */
  readonly column: number;
  readonly expression: Expression;
}

export interface NewRowsPlan {
  readonly table: TableDescriptor;
  readonly newColumns: readonly ScanColumn[];
  readonly assignments: readonly Assignment[];
  readonly generated: readonly Assignment[];
  readonly checks: readonly RowCheck[];
  /** Layout of the input, and how many columns it has. */
  readonly input: Layout;
  readonly inputWidth: number;
  /** Where an unassigned column keeps its value: the old row's columns in the input. Empty for INSERT. */
  readonly oldColumns: readonly ScanColumn[];
}

export class NewRows {
  /** Input columns, then the new row's, aligned with the input's rows. */
  readonly columns: Vector[] = [];
  /** Layout of `columns`. */
  readonly layout: Layout;
  readonly source: RowSource;
  /** For AccessMethod.update: 1 for each storage column that gets a new value. */
  readonly assigned: Uint8Array;
  failure: unknown = undefined;
  readonly #plan: NewRowsPlan;
  readonly #values: Projection;
  readonly #generated: ProjectionProgram | undefined;
  readonly #checks: readonly ProjectionProgram[];
  readonly #storage: Vector[];
  /** For each new column: index into the values, the generated ones, or the old columns. */
  readonly #origins: readonly Origin[];
  readonly #notNull: readonly ColumnDescriptor[];
  #context: ExecutionContext | undefined = undefined;

  constructor(plan: NewRowsPlan, typeOf: TypeOf) {
    this.#plan = plan;
    const { table, newColumns, input, inputWidth } = plan;
    const ids = newColumns.map((column) => column.id);
    this.layout = joinLayouts(input, layoutOf(ids, typeOf, inputWidth));
    this.#values = new Projection(
      plan.assignments.map((assignment) => assignment.expression),
      input,
    );
    const generated = plan.generated.map((assignment) => assignment.expression);
    this.#generated = generated.length > 0 ? new ProjectionProgram(generated, this.layout) : undefined;
    this.#checks = plan.checks.map((check) => new ProjectionProgram([check.expression], this.layout));
    this.#origins = newColumns.map((column) => originOf(column, plan));
    this.#storage = table.columns.map((column) => (column.dropped ? allNull(column) : emptyVector(column)));
    this.source = { columns: this.#storage };
    this.assigned = new Uint8Array(table.columns.length);
    for (const { column } of [...plan.assignments, ...plan.generated]) this.assigned[column - 1] = 1;
    this.#notNull = table.columns.filter((column) => column.notNull && !column.dropped);
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.failure = undefined;
    this.#values.open(context);
    this.#generated?.open(context);
    for (const check of this.#checks) check.open(context);
  }

  throwFailure(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
  }

  /** Returns how many of the `count` selected rows are good; `failure` is the error of the next, if any. */
  compute(columns: readonly Vector[], selection: Int32Array | undefined, count: number): number {
    try {
      const valid = this.#values.run(columns, selection, count);
      if (valid < count) this.failure = this.#values.failure;
      this.#gather(columns);
      return this.#check(selection, this.#generate(selection, valid));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.failure = error;
      return 0;
    }
  }

  #generate(selection: Int32Array | undefined, count: number): number {
    const program = this.#generated;
    if (program === undefined) return count;
    const done = program.run(this.columns, selection, count);
    if (done < count) this.failure = program.failure;
    this.#place('generated', program.outputs);
    return done;
  }

  #gather(inputs: readonly Vector[]): void {
    const { inputWidth } = this.#plan;
    for (let i = 0; i < inputWidth; i++) this.columns[i] = inputs[i] as Vector;
    this.#place('value', this.#values.columns);
    this.#place('old', inputs);
    // Generated columns have no values yet, which none of their expressions looks at.
    this.#origins.forEach((origin, i) => {
      if (origin.kind === 'generated') this.columns[inputWidth + i] = this.#storage[origin.storage] as Vector;
    });
  }

  #place(kind: Origin['kind'], vectors: readonly Vector[]): void {
    const { inputWidth } = this.#plan;
    for (let i = 0; i < this.#origins.length; i++) {
      const origin = this.#origins[i] as Origin;
      if (origin.kind !== kind) continue;
      const vector = vectors[origin.index] as Vector;
      this.columns[inputWidth + i] = vector;
      this.#storage[origin.storage] = vector;
    }
  }

  /** How many rows satisfy all constraints before the first that does not. */
  #check(selection: Int32Array | undefined, count: number): number {
    let good = count;
    for (const column of this.#notNull) {
      const vector = this.#storage[column.number - 1] as Vector;
      if (vector.nulls === undefined) continue;
      const bad = firstRow(selection, good, (row) => isNull(vector, row));
      if (bad < good)
        good = this.#fail(selection, bad, (row) => notNullViolation(this.#plan.table, column, row, this.#io));
    }
    this.#checks.forEach((program, i) => {
      const { name } = this.#plan.checks[i] as RowCheck;
      const done = good === 0 ? 0 : program.run(this.columns, selection, good);
      if (done < good) {
        this.failure = program.failure;
        good = done;
      }
      const verdict = program.outputs[0] as BoolVector;
      const bad = firstRow(selection, good, (row) => verdict.values[row] === 0 && !isNull(verdict, row));
      if (bad < good) good = this.#fail(selection, bad, (row) => checkViolation(this.#plan.table, name, row, this.#io));
    });
    return good;
  }

  get #io() {
    return (this.#context as ExecutionContext).eval.io;
  }

  #fail(selection: Int32Array | undefined, index: number, error: (row: readonly Datum[]) => SqlError): number {
    this.failure = error(this.rowValues(selection === undefined ? index : (selection[index] as number)));
    return index;
  }

  /** The new row at input row `row`, in attnum order. */
  rowValues(row: number): readonly Datum[] {
    const { table } = this.#plan;
    return table.columns.map((column, i) =>
      column.dropped ? null : getType(column.typeOid).readDatum(this.#storage[i] as Vector, row),
    );
  }
}

interface Origin {
  readonly kind: 'value' | 'generated' | 'old';
  readonly index: number;
  readonly storage: number;
}

function originOf({ number }: ScanColumn, plan: NewRowsPlan): Origin {
  const storage = number - 1;
  const generated = plan.generated.findIndex((assignment) => assignment.column === number);
  if (generated >= 0) return { kind: 'generated', index: generated, storage };
  const assigned = plan.assignments.findIndex((assignment) => assignment.column === number);
  if (assigned >= 0) return { kind: 'value', index: assigned, storage };
  const old = plan.oldColumns.find((column) => column.number === number) as ScanColumn;
  return { kind: 'old', index: placeOf(plan.input, old.id).index, storage };
}

/** Dropped columns stay NULL in every new row. */
function allNull(column: ColumnDescriptor): Vector {
  const vector = createVector(getType(column.typeOid).vectorKind);
  setNull(vector, 0);
  vector.nulls?.fill(1);
  return vector;
}

function emptyVector(column: ColumnDescriptor): Vector {
  return createVector(getType(column.typeOid).vectorKind, 0);
}

function firstRow(selection: Int32Array | undefined, count: number, test: (row: number) => boolean): number {
  let index = 0;
  while (index < count && !test(selection === undefined ? index : (selection[index] as number))) index++;
  return index;
}
