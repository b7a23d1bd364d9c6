/** Entry: a bound statement becomes a physical plan. Pure, apart from calling immutable functions to fold constants. */
import { unreachable } from '../common/assert.ts';
import type { Oid } from '../common/ids.ts';
import type { FromItem, Query } from '../algebra/query.ts';
import type { PhysicalPlan, PlannedStatement, TableLockMode } from '../algebra/physical.ts';
import type { BoundStatement, PlannableStatement } from '../algebra/statement.ts';
import { visitQuery } from '../algebra/walk.ts';
import { PlanContext, type PlanOptions } from './context.ts';
import { planDelete, planInsert, planUpdate } from './modify.ts';
import { SelectPlanner } from './select.ts';

export { defaultPlannerSettings, type PlanOptions, type PlannerSettings } from './context.ts';

export function planStatement(bound: BoundStatement, options: PlanOptions): PlannedStatement {
  const context = new PlanContext(options, bound.nextId);
  const planner = new SelectPlanner(context);
  const root = planRoot(bound.statement, planner, context);
  return {
    root,
    initPlans: context.initPlans,
    commonTables: context.commonTables,
    output: bound.output,
    parameterTypes: bound.parameterTypes,
    slotCount: context.slotCount,
    command: bound.command,
    locks: tableLocks(bound.statement),
    columnNames: context.facts,
  };
}

function planRoot(statement: PlannableStatement, planner: SelectPlanner, context: PlanContext): PhysicalPlan {
  switch (statement.kind) {
    case 'select':
      return planner.planQuery(statement.query).plan;
    case 'insert':
      return planInsert(statement, planner, context);
    case 'update':
      return planUpdate(statement, planner, context);
    case 'delete':
      return planDelete(statement, planner, context);
    default:
      return unreachable(statement, 'statement');
  }
}

/** Every stored table the statement touches, with the table lock it needs. */
function tableLocks(statement: PlannableStatement): PlannedStatement['locks'] {
  const modes = new Map<Oid, TableLockMode>();
  const rank = { 'access share': 0, 'row share': 1, 'row exclusive': 2 };
  const add = (oid: Oid, mode: TableLockMode) => {
    const known = modes.get(oid);
    if (known === undefined || rank[known] < rank[mode]) modes.set(oid, mode);
  };
  const addItem = (item: FromItem, mode: TableLockMode): void => {
    if (item.kind === 'table') add(item.table.oid, mode);
    if (item.kind === 'subquery') addQuery(item.query);
    if (item.kind === 'join') {
      addItem(item.left, mode);
      addItem(item.right, mode);
    }
  };
  const addQuery = (query: Query): void => {
    for (const table of query.with) addQuery(table.query);
    if (query.kind === 'set-operation') {
      addQuery(query.left);
      addQuery(query.right);
    }
    if (query.kind === 'select') {
      const mode = query.locking.length > 0 ? 'row share' : 'access share';
      for (const item of query.from) addItem(item, mode);
    }
    visitQuery(query, (node) => {
      if (node.kind === 'subquery') addQuery(node.query);
    });
  };
  switch (statement.kind) {
    case 'select':
      addQuery(statement.query);
      break;
    case 'insert':
      add(statement.table.oid, 'row exclusive');
      addQuery(statement.source);
      break;
    case 'update':
      add(statement.table.oid, 'row exclusive');
      for (const item of statement.from) addItem(item, 'access share');
      break;
    case 'delete':
      add(statement.table.oid, 'row exclusive');
      for (const item of statement.using) addItem(item, 'access share');
      break;
    default:
      unreachable(statement, 'statement');
  }
  return [...modes].map(([tableOid, mode]) => ({ tableOid, mode }));
}
