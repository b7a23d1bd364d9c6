/**
 * ON CONFLICT DO UPDATE for one row: find the newest version of the row that is in the way, lock it, ask WHERE, store what the
 * assignments make of it. `advance` is called again after a wait.
 *
 *   find ── not there any more ──▶ 'vanished': insert again
 *    ▼
 *   lock ── wait; somebody changed it ──▶ find; own command made it ──▶ error
 *    ▼
 *   WHERE false ──▶ 'skipped'; else update ──▶ 'updated'
 */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import { noLsn } from '../../common/ids.ts';
import type { Lsn } from '../../common/ids.ts';
import type { Insert, PhysicalOnConflict, ScanColumn } from '../../algebra/physical.ts';
import type { AccessMethod } from '../../tables/access-method.ts';
import type { RowLockMode } from '../../transaction/transaction.ts';
import type { Batch } from '../../types/batch.ts';
import { getType } from '../../types/registry.ts';
import { createVector, Int64Vector, resetVector } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import { copyVectorRow } from '../../types/vector-io.ts';
import { FilterProgram } from '../compile.ts';
import type { Layout, TypeOf } from '../layout.ts';
import { layoutOf, placeOf } from '../layout.ts';
import type { ExecutionContext } from '../operator.ts';
import { ChangedRows } from './changed-rows.ts';
import { concurrentUpdate } from './constraint-errors.ts';
import { NewRows } from './new-rows.ts';
import { keepsSnapshot, RowReader, uniqueConflict, updateLockMode } from './target.ts';

export type ConflictState = 'wait' | 'vanished' | 'skipped' | 'updated';

export class ConflictUpdate {
  readonly #node: Insert;
  /** One row: the existing row's columns, then the proposed one's. */
  readonly #columns: Vector[];
  readonly #existing: readonly ScanColumn[];
  /** For each excluded column its index among the columns of the insert's new rows. */
  readonly #proposed: readonly number[];
  readonly #lsn = new Int64Vector(1);
  readonly #where: FilterProgram | undefined;
  readonly #newRows: NewRows;
  readonly #changed: ChangedRows;
  readonly #oldRow: RowReader;
  readonly #mode: RowLockMode;
  #key: Uint8Array = new Uint8Array(0);
  #context: ExecutionContext | undefined = undefined;
  #access: AccessMethod | undefined = undefined;

  constructor(node: Insert, onConflict: PhysicalOnConflict, insertLayout: Layout, typeOf: TypeOf) {
    this.#node = node;
    const { existing, excluded, assignments } = onConflict;
    this.#existing = existing;
    const ids = [...existing, ...excluded].map((column) => column.id);
    const input = layoutOf(ids, typeOf);
    this.#columns = ids.map((id) => createVector(getType(typeOf(id)).vectorKind, 1));
    this.#proposed = excluded.map(({ number }) => {
      const column = node.newColumns.find((candidate) => candidate.number === number) as ScanColumn;
      return placeOf(insertLayout, column.id).index;
    });
    this.#where = onConflict.where === undefined ? undefined : new FilterProgram(onConflict.where, input);
    const plan = { ...node, assignments, input, inputWidth: ids.length, oldColumns: existing };
    this.#newRows = new NewRows(plan, typeOf);
    this.#changed = new ChangedRows(node.returning, this.#newRows.layout);
    this.#oldRow = new RowReader(node.table, existing, input);
    this.#mode = updateLockMode(node.table, [...assignments, ...node.generated]);
  }

  open(context: ExecutionContext, access: AccessMethod): void {
    this.#context = context;
    this.#access = access;
    this.#where?.open(context);
    this.#newRows.open(context);
    this.#changed.open(context);
  }

  /** The proposed row is row `row` of the insert's columns; the row at `key` is in its way. */
  begin(columns: readonly Vector[], row: number, key: Uint8Array): void {
    this.#key = key.slice();
    this.#proposed.forEach((index, i) => {
      const target = this.#columns[this.#existing.length + i] as Vector;
      resetVector(target);
      copyVectorRow(columns[index] as Vector, row, target, 0);
    });
  }

  advance(): ConflictState {
    const context = this.#context as ExecutionContext;
    const access = this.#access as AccessMethod;
    for (;;) {
      if (!this.#find()) return 'vanished';
      const reference = { key: this.#key, lsn: this.#lsn.values[0] as Lsn };
      if (reference.lsn >= context.snapshot.ownLsn && this.#isOwnChange()) throw secondTime();
      const lock = access.lockRow(reference, this.#mode, 'wait', context);
      if (lock.kind === 'wait') return 'wait';
      if (lock.kind === 'gone') return 'vanished';
      if (lock.kind === 'stale') continue;
      if (keepsSnapshot(context.transaction) && !access.fetch(this.#key, [], [], 0, context.snapshot)) {
        throw concurrentUpdate();
      }
      if (this.#where !== undefined && this.#where.select(this.#columns, undefined, 1) === 0) return 'skipped';
      if (this.#newRows.compute(this.#columns, undefined, 1) === 0) this.#newRows.throwFailure();
      const outcome = access.update(reference, this.#newRows.source, 0, context, this.#newRows.assigned);
      switch (outcome.kind) {
        case 'done':
          this.#stored();
          return 'updated';
        case 'wait':
          return 'wait';
        case 'unique':
          throw uniqueConflict(this.#node.table, outcome.indexOid, this.#newRows.rowValues(0), context);
        default:
          continue;
      }
    }
  }

  /** Reads the newest version of the row in the way; false if it is gone. */
  #find(): boolean {
    const existing = this.#columns.slice(0, this.#existing.length);
    for (const vector of [...existing, this.#lsn]) resetVector(vector);
    const numbers = this.#existing.map((column) => column.number - 1);
    const context = this.#context as ExecutionContext;
    return (this.#access as AccessMethod).fetchNewest(this.#key, numbers, [...existing, this.#lsn], 0, context);
  }

  /**
   * Whether the row, changed since the statement began, was changed by the statement itself: asked for a version that it never
   * had, the table tells own rows from others'.
   */
  #isOwnChange(): boolean {
    const never = { key: this.#key, lsn: noLsn };
    const context = this.#context as ExecutionContext;
    return (this.#access as AccessMethod).lockRow(never, this.#mode, 'nowait', context).kind === 'self-modified';
  }

  #stored(): void {
    this.#changed.add(0);
    const { table } = this.#node;
    const { referential } = this.#context as ExecutionContext;
    if (!referential.wants(table)) return;
    const oldRow = this.#oldRow.read(this.#columns, 0);
    referential.add(table, { tableOid: table.oid, oldRow, newRow: this.#newRows.rowValues(0) });
  }

  /** The updated row as RETURNING wants it. */
  returning(): Batch {
    return this.#changed.take(this.#newRows.columns);
  }
}

function secondTime(): SqlError {
  return new SqlError(sqlState.cardinalityViolation, 'ON CONFLICT DO UPDATE command cannot affect row a second time', {
    hint: 'Ensure that no rows proposed for insertion within the same command have duplicate constrained values.',
  });
}
