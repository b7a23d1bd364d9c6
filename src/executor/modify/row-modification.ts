/**
 * What UPDATE and DELETE have in common: taking rows from the input batch by batch and changing them one after the other. A row
 * that another transaction changed since the snapshot is looked at again (READ COMMITTED) or ends the statement (40001).
 * Without RETURNING it runs through and only counts; with it, each batch comes back as soon as its rows are changed.
 */
import type { Delete, Update } from '../../algebra/physical.ts';
import type { AccessMethod, ModifyOutcome, RowReference } from '../../tables/access-method.ts';
import type { RowLockMode } from '../../transaction/transaction.ts';
import type { Batch } from '../../types/batch.ts';
import type { Vector } from '../../types/vector.ts';
import { batchRowsMax } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import type { Layout } from '../layout.ts';
import { handlersOf, layoutOf } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import { ChangedRows } from './changed-rows.ts';
import { concurrentDelete, concurrentUpdate } from './constraint-errors.ts';
import type { RowValues } from './constraint-errors.ts';
import { RecheckRow } from './recheck-row.ts';
import { ReferenceReader } from './row-reference.ts';
import { keepsSnapshot, RowReader } from './target.ts';

/** What is done to the rows of one input batch. */
export interface RowChange {
  open(context: ExecutionContext): void;
  /** Prepares the selected rows; returns how many are good. */
  compute(columns: readonly Vector[], selection: Int32Array | undefined, count: number): number;
  /** Throws the error of the first row that was not good. */
  throwFailure(): void;
  /** Changes one row; a broken constraint is thrown, everything else answered. */
  apply(access: AccessMethod, reference: RowReference, row: number): ModifyOutcome;
  /** What RETURNING sees, aligned with the input's rows; their layout. */
  readonly columns: readonly Vector[];
  readonly layout: Layout;
  newRow(row: number): RowValues | undefined;
}

interface SingleRow {
  readonly row: RecheckRow;
  readonly change: RowChange;
  readonly changed: ChangedRows;
}

/** Rows between two looks at the clock. */
const sliceRows = 64;

export class RowModification implements Operator {
  readonly #node: Update | Delete;
  readonly #input: Operator;
  readonly #references: ReferenceReader;
  readonly #oldRow: RowReader;
  readonly #change: RowChange;
  readonly #changed: ChangedRows;
  /** A second set for rows that are looked at again while their batch is half done; made when the first of them comes. */
  #single: SingleRow | undefined = undefined;
  readonly #makeSingle: () => SingleRow;
  #context: ExecutionContext | undefined = undefined;
  #access: AccessMethod | undefined = undefined;
  #batch: Batch | undefined = undefined;
  #count = 0;
  #next = 0;
  #rechecking = false;

  constructor(node: Update | Delete, build: BuildContext, makeChange: (input: Layout) => RowChange, mode: RowLockMode) {
    this.#node = node;
    this.#input = build.build(node.input);
    const layout = layoutOf(node.input.output, build.typeOf);
    this.#references = new ReferenceReader(node.reference, layout);
    this.#oldRow = new RowReader(node.table, node.oldColumns, layout);
    this.#change = makeChange(layout);
    this.#changed = new ChangedRows(node.returning, this.#change.layout);
    this.#makeSingle = () => ({
      row: new RecheckRow(node.recheck, layout, handlersOf(node.input.output, build.typeOf), mode),
      change: makeChange(layout),
      changed: new ChangedRows(node.returning, this.#change.layout),
    });
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#access = context.access(this.#node.table);
    this.#change.open(context);
    this.#changed.open(context);
    this.#single?.change.open(context);
    this.#single?.changed.open(context);
    this.#batch = undefined;
    this.#rechecking = false;
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
        this.#count = this.#change.compute(step.columns, step.selection, step.selectedCount);
      }
      const step = this.#changeRows(this.#batch);
      if (step !== undefined) return step;
      if (!this.#changed.isEmpty) return this.#changed.take(this.#change.columns);
      this.#batch = undefined;
      this.#change.throwFailure();
    }
  }

  /** undefined: all good rows of the batch are done. */
  #changeRows(batch: Batch): Step | undefined {
    const context = this.#context as ExecutionContext;
    while (this.#next < this.#count) {
      const row = batch.selection === undefined ? this.#next : (batch.selection[this.#next] as number);
      const step = this.#rechecking ? this.#recheck() : this.#changeRow(batch.columns, row);
      if (step !== undefined) return step;
      this.#next++;
      if (this.#next % sliceRows === 0 && context.sliceOver()) return WAIT;
    }
    return undefined;
  }

  #changeRow(columns: readonly Vector[], row: number): Step | undefined {
    const reference = this.#references.read(columns, row);
    if (reference === undefined) return undefined;
    const outcome = this.#apply(this.#change, reference, row);
    if (outcome.kind === 'wait') return WAIT;
    if (outcome.kind === 'stale') return this.#beginRecheck(columns, row, outcome);
    if (outcome.kind === 'done') {
      this.#note(this.#change, columns, row);
      this.#changed.add(row);
    }
    return undefined;
  }

  #apply(change: RowChange, reference: RowReference, row: number): ModifyOutcome {
    const context = this.#context as ExecutionContext;
    const outcome = change.apply(this.#access as AccessMethod, reference, row);
    if (keepsSnapshot(context.transaction)) {
      if (outcome.kind === 'stale') throw concurrentUpdate();
      if (outcome.kind === 'gone') throw concurrentDelete();
    }
    return outcome;
  }

  /** Counts the row and tells the foreign keys. */
  #note(change: RowChange, oldColumns: readonly Vector[], row: number): void {
    const context = this.#context as ExecutionContext;
    const { table } = this.#node;
    context.modified++;
    if (!context.referential.wants(table)) return;
    const oldRow = this.#oldRow.read(oldColumns, row);
    context.referential.add(table, { tableOid: table.oid, oldRow, newRow: change.newRow(row) });
  }

  #singleRow(): SingleRow {
    if (this.#single === undefined) {
      const context = this.#context as ExecutionContext;
      this.#single = this.#makeSingle();
      this.#single.change.open(context);
      this.#single.changed.open(context);
    }
    return this.#single;
  }

  #beginRecheck(columns: readonly Vector[], row: number, newest: RowReference): Step | undefined {
    this.#singleRow().row.begin(columns, row, newest);
    this.#rechecking = true;
    // The rows before this one go first.
    return this.#changed.isEmpty ? this.#recheck() : this.#changed.take(this.#change.columns);
  }

  #recheck(): Step | undefined {
    const { change, changed } = this.#singleRow();
    const state = this.#settle();
    if (state === 'wait') return WAIT;
    this.#rechecking = false;
    if (changed.isEmpty) return undefined;
    this.#next++;
    return changed.take(change.columns);
  }

  /** Changes the row in its newest version, or finds that it is not to be changed any more. */
  #settle(): 'wait' | 'settled' {
    const { row, change, changed } = this.#singleRow();
    for (;;) {
      const state = row.advance(this.#access as AccessMethod, this.#context as ExecutionContext);
      if (state !== 'ready') return state === 'wait' ? 'wait' : 'settled';
      if (change.compute(row.columns, undefined, 1) === 0) change.throwFailure();
      const outcome = this.#apply(change, row.reference as RowReference, 0);
      if (outcome.kind === 'wait') return 'wait';
      if (outcome.kind === 'stale') {
        row.follow(outcome);
        continue;
      }
      if (outcome.kind === 'done') {
        this.#note(change, row.columns, 0);
        changed.add(0);
      }
      return 'settled';
    }
  }

  close(): void {
    this.#input.close();
  }
}
