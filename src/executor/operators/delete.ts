/** DELETE: removes the rows its input names. */
import type { Delete as DeleteNode } from '../../algebra/physical.ts';
import type { AccessMethod, ModifyOutcome, RowReference } from '../../tables/access-method.ts';
import type { Vector } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import type { Layout } from '../layout.ts';
import type { RowChange } from '../modify/row-modification.ts';
import { RowModification } from '../modify/row-modification.ts';
import type { ExecutionContext } from '../operator.ts';

export class Delete extends RowModification {
  constructor(node: DeleteNode, build: BuildContext) {
    super(node, build, (input) => new Removal(input), 'update');
  }
}

class Removal implements RowChange {
  readonly layout: Layout;
  columns: readonly Vector[] = [];
  #context: ExecutionContext | undefined = undefined;

  constructor(layout: Layout) {
    this.layout = layout;
  }

  open(context: ExecutionContext): void {
    this.#context = context;
  }

  compute(columns: readonly Vector[], _selection: Int32Array | undefined, count: number): number {
    this.columns = columns;
    return count;
  }

  throwFailure(): void {}

  apply(access: AccessMethod, reference: RowReference, _row: number): ModifyOutcome {
    return access.delete(reference, this.#context as ExecutionContext);
  }

  newRow(_row: number): undefined {
    return undefined;
  }
}
