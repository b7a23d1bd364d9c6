/** UPDATE: replaces each row of the input by the one its assignments make of it. */
import type { Update as UpdateNode } from '../../algebra/physical.ts';
import type { AccessMethod, ModifyOutcome, RowReference } from '../../tables/access-method.ts';
import type { Vector } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import type { Layout, TypeOf } from '../layout.ts';
import type { RowValues } from '../modify/constraint-errors.ts';
import { NewRows } from '../modify/new-rows.ts';
import type { RowChange } from '../modify/row-modification.ts';
import { RowModification } from '../modify/row-modification.ts';
import { uniqueConflict, updateLockMode } from '../modify/target.ts';
import type { ExecutionContext } from '../operator.ts';

export class Update extends RowModification {
  constructor(node: UpdateNode, build: BuildContext) {
    const mode = updateLockMode(node.table, [...node.assignments, ...node.generated]);
    super(node, build, (input) => new Replacement(node, input, build.typeOf), mode);
  }
}

class Replacement implements RowChange {
  readonly #node: UpdateNode;
  readonly #newRows: NewRows;
  #context: ExecutionContext | undefined = undefined;

  constructor(node: UpdateNode, input: Layout, typeOf: TypeOf) {
    this.#node = node;
    this.#newRows = new NewRows({ ...node, input, inputWidth: node.input.output.length }, typeOf);
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#newRows.open(context);
  }

  compute(columns: readonly Vector[], selection: Int32Array | undefined, count: number): number {
    return this.#newRows.compute(columns, selection, count);
  }

  throwFailure(): void {
    this.#newRows.throwFailure();
  }

  apply(access: AccessMethod, reference: RowReference, row: number): ModifyOutcome {
    const context = this.#context as ExecutionContext;
    const outcome = access.update(reference, this.#newRows.source, row, context, this.#newRows.assigned);
    if (outcome.kind !== 'unique') return outcome;
    throw uniqueConflict(this.#node.table, outcome.indexOid, this.newRow(row), context);
  }

  get columns(): readonly Vector[] {
    return this.#newRows.columns;
  }

  get layout(): Layout {
    return this.#newRows.layout;
  }

  newRow(row: number): RowValues {
    return this.#newRows.rowValues(row);
  }
}
