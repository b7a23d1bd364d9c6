/**
 * INSERT: computes the new rows of each input batch and stores them in runs of neighbours. With ON CONFLICT rows go in one by
 * one: a conflict with an arbiter index skips the row, or updates the row that is there (modify/conflict-update.ts).
 */
import type { Insert as InsertNode } from '../../algebra/physical.ts';
import type { AccessMethod, ModifyOutcome } from '../../tables/access-method.ts';
import type { Batch } from '../../types/batch.ts';
import { batchRowsMax } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { layoutOf } from '../layout.ts';
import { ChangedRows } from '../modify/changed-rows.ts';
import { ConflictUpdate } from '../modify/conflict-update.ts';
import { NewRows } from '../modify/new-rows.ts';
import { uniqueConflict } from '../modify/target.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';

/** Rows stored between two looks at the clock. */
const sliceRows = 128;

export class Insert implements Operator {
  readonly #node: InsertNode;
  readonly #input: Operator;
  readonly #newRows: NewRows;
  readonly #changed: ChangedRows;
  readonly #conflictUpdate: ConflictUpdate | undefined;
  #context: ExecutionContext | undefined = undefined;
  #access: AccessMethod | undefined = undefined;
  #batch: Batch | undefined = undefined;
  #count = 0;
  #next = 0;
  /** The current row ran into a row that ON CONFLICT is to update. */
  #updating = false;

  constructor(node: InsertNode, build: BuildContext) {
    this.#node = node;
    this.#input = build.build(node.input);
    const input = layoutOf(node.input.output, build.typeOf);
    const plan = { ...node, assignments: node.values, input, inputWidth: node.input.output.length, oldColumns: [] };
    this.#newRows = new NewRows(plan, build.typeOf);
    this.#changed = new ChangedRows(node.returning, this.#newRows.layout);
    const { onConflict } = node;
    this.#conflictUpdate =
      onConflict?.action === 'update'
        ? new ConflictUpdate(node, onConflict, this.#newRows.layout, build.typeOf)
        : undefined;
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#access = context.access(this.#node.table);
    this.#newRows.open(context);
    this.#changed.open(context);
    this.#conflictUpdate?.open(context, this.#access);
    this.#batch = undefined;
    this.#updating = false;
    this.#input.open(context);
  }

  rewind(): void {
    this.open(this.#context as ExecutionContext);
  }

  next(rowsMax: number): Step {
    for (;;) {
      if (this.#batch === undefined) {
        const step = this.#input.next(this.#changed.isWanted ? rowsMax : batchRowsMax);
        if (step === END || step === WAIT) return step;
        this.#batch = step;
        this.#next = 0;
        this.#count = this.#newRows.compute(step.columns, step.selection, step.selectedCount);
      }
      const step = this.#storeRows(this.#batch);
      if (step !== undefined) return step;
      if (!this.#changed.isEmpty) return this.#changed.take(this.#newRows.columns);
      this.#batch = undefined;
      this.#newRows.throwFailure();
    }
  }

  /** undefined: all good rows of the batch are done. */
  #storeRows(batch: Batch): Step | undefined {
    const context = this.#context as ExecutionContext;
    while (this.#next < this.#count) {
      const step =
        this.#node.onConflict === undefined ? this.#storeRun(batch) : this.#storeOne(rowAt(batch, this.#next));
      if (step !== undefined) return step;
      if (context.sliceOver() && this.#next < this.#count) return WAIT;
    }
    return undefined;
  }

  /** Rows that follow each other in the vectors, up to `sliceRows`. */
  #storeRun(batch: Batch): Step | undefined {
    const first = rowAt(batch, this.#next);
    const limit = Math.min(this.#count - this.#next, sliceRows);
    let length = 1;
    while (length < limit && rowAt(batch, this.#next + length) === first + length) length++;
    const context = this.#context as ExecutionContext;
    const access = this.#access as AccessMethod;
    const { done, outcome } = access.insertMany(this.#newRows.source, first, first + length, context);
    for (let row = first; row < first + done; row++) this.#stored(row);
    this.#next += done;
    if (done === length) return undefined;
    if (outcome.kind === 'unique') throw this.#uniqueError(outcome, first + done);
    return outcome.kind === 'wait' ? WAIT : undefined;
  }

  #uniqueError(outcome: Extract<ModifyOutcome, { kind: 'unique' }>, row: number): Error {
    const { table } = this.#node;
    return uniqueConflict(table, outcome.indexOid, this.#newRows.rowValues(row), this.#context as ExecutionContext);
  }

  #stored(row: number): void {
    const context = this.#context as ExecutionContext;
    const { table } = this.#node;
    context.modified++;
    this.#changed.add(row);
    if (!context.referential.wants(table)) return;
    context.referential.add(table, {
      tableOid: table.oid,
      oldRow: undefined,
      newRow: this.#newRows.rowValues(row),
    });
  }

  #storeOne(row: number): Step | undefined {
    for (;;) {
      if (!this.#updating) {
        const outcome = (this.#access as AccessMethod).insert(
          this.#newRows.source,
          row,
          this.#context as ExecutionContext,
        );
        if (outcome.kind === 'wait') return WAIT;
        if (outcome.kind !== 'unique') {
          this.#stored(row);
          break;
        }
        if (!this.#arbitrates(outcome.indexOid)) throw this.#uniqueError(outcome, row);
        if (this.#conflictUpdate === undefined) break;
        this.#conflictUpdate.begin(this.#newRows.columns, row, outcome.conflictKey);
        this.#updating = true;
        // The rows before this one go first.
        if (!this.#changed.isEmpty) return this.#changed.take(this.#newRows.columns);
      }
      const state = (this.#conflictUpdate as ConflictUpdate).advance();
      if (state === 'wait') return WAIT;
      this.#updating = false;
      if (state === 'vanished') continue;
      if (state === 'skipped') break;
      (this.#context as ExecutionContext).modified++;
      if (!this.#changed.isWanted) break;
      this.#next++;
      return (this.#conflictUpdate as ConflictUpdate).returning();
    }
    this.#next++;
    return undefined;
  }

  #arbitrates(indexOid: number): boolean {
    const arbiters = this.#node.onConflict?.arbiters ?? [];
    return arbiters.length === 0 || arbiters.some((index) => index.oid === indexOid);
  }

  close(): void {
    this.#input.close();
  }
}

function rowAt(batch: Batch, index: number): number {
  return batch.selection === undefined ? index : (batch.selection[index] as number);
}
