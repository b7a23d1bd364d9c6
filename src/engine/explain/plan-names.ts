/** How EXPLAIN prints expressions: columns by name, computed columns by what computes them, slots by what sets them. */
import { quoteIdentifier } from '../../functions/quoting.ts';
import type { ColumnId, Expression, SlotId, SortKey } from '../../algebra/expression.ts';
import type { PhysicalPlan, PlannedStatement } from '../../algebra/physical.ts';
import { ExpressionPrinter } from '../deparse/expression.ts';
import type { Session } from '../session.ts';
import { typeText } from '../type-names.ts';
import { childPlans } from './plan-children.ts';

export class PlanNames {
  readonly #planned: PlannedStatement;
  readonly #printer: ExpressionPrinter;
  readonly #computed = new Map<ColumnId, Expression>();
  readonly #slots = new Map<SlotId, ColumnId>();
  readonly #qualified: boolean;
  /** Columns being printed: a computed column never refers to itself, but outputs may repeat ids. */
  readonly #printing = new Set<ColumnId>();

  constructor(planned: PlannedStatement, session: Session, verbose: boolean) {
    this.#planned = planned;
    this.#printer = new ExpressionPrinter({
      io: session.io,
      column: (column) => this.#column(column),
      slot: (slot) => this.#slot(slot),
      subquery: () => 'SubPlan',
      typeName: (oid) => typeText(oid, undefined, session.catalog),
    });
    const relations = new Set<string>();
    const roots = [
      planned.root,
      ...planned.initPlans.map((plan) => plan.plan),
      ...planned.commonTables.map((table) => table.plan),
    ];
    for (const root of roots) this.#collect(root, relations);
    this.#qualified = verbose || relations.size > 1;
  }

  #collect(plan: PhysicalPlan, relations: Set<string>): void {
    if ('alias' in plan) relations.add(plan.alias);
    if (plan.kind === 'project' || plan.kind === 'project-set' || plan.kind === 'result') {
      plan.output.forEach((id, i) => {
        const expression = plan.expressions[i];
        if (expression !== undefined && !(expression.kind === 'column' && expression.column === id)) {
          this.#computed.set(id, expression);
        }
      });
    }
    if (plan.kind === 'aggregate') for (const { id, aggregate } of plan.aggregates) this.#computed.set(id, aggregate);
    if (plan.kind === 'nested-loop' || plan.kind === 'apply') {
      for (const { slot, column } of plan.slots) this.#slots.set(slot, column);
    }
    for (const { plan: child } of childPlans(plan)) this.#collect(child, relations);
  }

  #column(id: ColumnId): string {
    const computed = this.#computed.get(id);
    if (computed !== undefined && !this.#printing.has(id)) {
      this.#printing.add(id);
      const text = this.#printer.print(computed);
      this.#printing.delete(id);
      return computed.kind === 'column' ? text : `(${text})`;
    }
    const facts = this.#planned.columnNames.get(id);
    const name = quoteIdentifier(facts?.name ?? `column${id}`);
    if (facts?.relation === undefined || !this.#qualified) return name;
    return `${quoteIdentifier(facts.relation)}.${name}`;
  }

  #slot(slot: SlotId): string {
    const column = this.#slots.get(slot);
    return column === undefined ? `$${slot}` : this.#column(column);
  }

  column(id: ColumnId): string {
    return this.#column(id);
  }

  expression(expression: Expression): string {
    return this.#printer.print(expression);
  }

  sortKey(key: SortKey): string {
    return this.#printer.sortKey(key, this.expression(key.expression));
  }

  /** What a node gives, for VERBOSE. A column of its own computing is printed without the outer parentheses. */
  output(plan: PhysicalPlan): string[] {
    return plan.output.map((id) => {
      const computed = this.#computed.get(id);
      return computed === undefined ? this.#column(id) : this.expression(computed);
    });
  }
}
