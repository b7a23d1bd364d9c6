/**
 * Subqueries left in expressions: one that depends on nothing becomes an init plan, run once; any other becomes a column
 * that an apply node adds to its input by running the subplan per row.
 */
import { InvariantError } from '../common/assert.ts';
import type { Expression, Subquery } from '../algebra/expression.ts';
import type { Apply } from '../algebra/physical.ts';
import type { Query } from '../algebra/query.ts';
import { containsKind, mapChildren, mapQuery, visitQuery } from '../algebra/walk.ts';
import { freeColumnsOfQuery, replaceFree } from './build-group.ts';
import type { PlanContext } from './context.ts';
import { materialize, reference } from './make.ts';
import type { Path } from './path.ts';

export interface Lifted {
  readonly expressions: readonly Expression[];
  /** The input with the columns the expressions now refer to. */
  readonly path: Path;
}

export interface SubqueryLifter {
  /** Replaces what can be an init plan; other subqueries stay. */
  liftUncorrelated(expression: Expression): Expression;
  /** Replaces all subqueries, adding apply nodes over `path`. */
  lift(expressions: readonly Expression[], path: Path): Lifted;
}

export class Lifter implements SubqueryLifter {
  readonly #context: PlanContext;
  readonly #planQuery: (query: Query) => Path;

  constructor(context: PlanContext, planQuery: (query: Query) => Path) {
    this.#context = context;
    this.#planQuery = planQuery;
  }

  liftUncorrelated(expression: Expression): Expression {
    if (!containsKind(expression, 'subquery')) return expression;
    return mapOuter(expression, (node) => (this.#isInitPlan(node) ? this.#initPlan(node) : node));
  }

  lift(expressions: readonly Expression[], path: Path): Lifted {
    let current = path;
    const lifted = expressions.map((expression) =>
      mapOuter(this.liftUncorrelated(expression), (node) => {
        const applied = this.#apply(node, current);
        current = applied.path;
        return applied.value;
      }),
    );
    return { expressions: lifted, path: current };
  }

  #isInitPlan(node: Subquery): boolean {
    if (node.form === 'any' || node.form === 'all') return false;
    return freeColumnsOfQuery(node.query).size === 0 && !usesSlots(node.query, this.#context);
  }

  #initPlan(node: Subquery): Expression {
    const { form, type, typmod, collation, position } = node;
    if (form === 'any' || form === 'all') throw new InvariantError('ANY and ALL are no init plans');
    const { plan } = this.#planQuery(node.query);
    const slot = this.#context.newSlot();
    this.#context.initSlots.add(slot);
    const number = this.#context.initPlans.length + 1;
    this.#context.initPlans.push({ slot, type, form, plan: outputOnly(plan, node.query, this.#context), number });
    return { kind: 'slot', slot, type, typmod, collation, position };
  }

  #apply(node: Subquery, path: Path): { readonly path: Path; readonly value: Expression } {
    const free = freeColumnsOfQuery(node.query);
    const slots = [...free].map((column) => ({ slot: this.#context.newSlot(), column }));
    const bound = slots.length === 0 ? node.query : mapQuery(node.query, (e) => replaceFree(e, slots, this.#context));
    const inner = outputOnly(this.#planQuery(bound).plan, bound, this.#context);
    const plan = slots.length === 0 ? materialize(inner, this.#context) : inner;
    const result = this.#context.newColumn(node.form === 'exists' ? 'exists' : 'subplan', node);
    const input = path.plan;
    const { estimate } = input;
    const apply: Apply = {
      kind: 'apply',
      input,
      plan,
      form: node.form,
      slots,
      test: node.test,
      result,
      output: [...input.output, result.id],
      estimate: { ...estimate, totalCost: estimate.totalCost + estimate.rows * plan.estimate.totalCost },
    };
    return { path: { plan: apply, order: path.order }, value: reference(result) };
  }
}

/** The plan's output cut to the query's own columns, which scalar and array forms count on. */
function outputOnly(plan: Path['plan'], query: Query, context: PlanContext): Path['plan'] {
  const wanted = query.output.map((column) => column.id);
  const same = plan.output.length === wanted.length && wanted.every((id, i) => plan.output[i] === id);
  if (same) return plan;
  return {
    kind: 'project',
    input: plan,
    expressions: query.output.map((column) => reference(column)),
    output: wanted,
    estimate: { ...plan.estimate, totalCost: plan.estimate.totalCost + context.settings.cpuOperatorCost },
  };
}

/** Maps the outermost subqueries of an expression, not those nested inside them. */
function mapOuter(expression: Expression, map: (node: Subquery) => Expression): Expression {
  if (!containsKind(expression, 'subquery')) return expression;
  if (expression.kind === 'subquery') {
    const test = expression.test === undefined ? undefined : mapOuter(expression.test, map);
    return map(test === expression.test ? expression : { ...expression, test });
  }
  return mapChildren(expression, (child) => mapOuter(child, map));
}

/** Whether a query runs inside others' slots: then it is not the same for the whole statement. */
function usesSlots(query: Query, context: PlanContext): boolean {
  let found = false;
  visitQuery(query, (node) => {
    if (node.kind === 'slot' && !context.initSlots.has(node.slot)) found = true;
    return !found;
  });
  return found;
}
