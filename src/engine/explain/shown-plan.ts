/**
 * PhysicalPlan → ShownPlan. PostgreSQL has no nodes for projections, filters and correlated subplans: those of ours are shown
 * as parts of the node beneath them.
 */
import type { Expression } from '../../algebra/expression.ts';
import type { IndexScan, PhysicalPlan, PlannedStatement } from '../../algebra/physical.ts';
import type { TableDescriptor } from '../../catalog/descriptors.ts';
import { getFunction } from '../../functions/registry.ts';
import { quoteIdentifier } from '../../functions/quoting.ts';
import type { Session } from '../session.ts';
import { childPlans } from './plan-children.ts';
import { PlanNames } from './plan-names.ts';
import type { Detail, PlanChild, ShownPlan } from './plan-node.ts';

export function showPlan(planned: PlannedStatement, session: Session, verbose: boolean): ShownPlan {
  return new Shower(planned, session, verbose).statement();
}

type Facts = (readonly [string, string | boolean])[];

interface Heading {
  readonly title: string;
  readonly facts: Facts;
}

const joinWords = { inner: '', left: 'Left', right: 'Right', full: 'Full', semi: 'Semi', anti: 'Anti' } as const;
const joinTypes = { inner: 'Inner', left: 'Left', right: 'Right', full: 'Full', semi: 'Semi', anti: 'Anti' } as const;

class Shower {
  readonly #planned: PlannedStatement;
  readonly #names: PlanNames;
  readonly #verbose: boolean;
  #subplans = 0;

  constructor(planned: PlannedStatement, session: Session, verbose: boolean) {
    this.#planned = planned;
    this.#verbose = verbose;
    this.#names = new PlanNames(planned, session, verbose);
  }

  statement(): ShownPlan {
    const { root, initPlans, commonTables } = this.#planned;
    const before: PlanChild[] = [
      ...commonTables.map(({ name, plan }): PlanChild => {
        return { relationship: 'InitPlan', label: `CTE ${name}`, node: this.#show(plan) };
      }),
      ...initPlans.map(({ plan, slot, number }): PlanChild => {
        return { relationship: 'InitPlan', label: `InitPlan ${number} (returns $${slot})`, node: this.#show(plan) };
      }),
    ];
    const shown = this.#show(root);
    return { ...shown, children: [...before, ...shown.children] };
  }

  #show(plan: PhysicalPlan, output: readonly string[] = this.#names.output(plan)): ShownPlan {
    switch (plan.kind) {
      case 'project':
        return { ...this.#show(plan.input, output), estimate: plan.estimate };
      case 'filter':
        return this.#withFilter(this.#show(plan.input, output), plan.condition, plan);
      case 'apply':
        return this.#withSubplan(this.#show(plan.input, output), plan.plan);
      default:
        return this.#plain(plan, output);
    }
  }

  #withFilter(shown: ShownPlan, condition: Expression, plan: PhysicalPlan): ShownPlan {
    const details = [...shown.details, { label: 'Filter', value: this.#names.expression(condition) }];
    return { ...shown, details, estimate: plan.estimate };
  }

  #withSubplan(shown: ShownPlan, subplan: PhysicalPlan): ShownPlan {
    const label = `SubPlan ${++this.#subplans}`;
    const child: PlanChild = { relationship: 'SubPlan', label, node: this.#show(subplan) };
    return { ...shown, children: [...shown.children, child] };
  }

  #plain(plan: PhysicalPlan, output: readonly string[]): ShownPlan {
    const { title, facts } = this.#heading(plan);
    const shownOutput: Detail[] = this.#verbose && output.length > 0 ? [{ label: 'Output', value: output }] : [];
    const isModification = plan.kind === 'insert' || plan.kind === 'update' || plan.kind === 'delete';
    const estimate =
      isModification && plan.returning.length === 0 ? { ...plan.estimate, rows: 0, width: 0 } : plan.estimate;
    return {
      title,
      facts,
      estimate,
      details: [...shownOutput, ...this.#details(plan)],
      children: childPlans(plan).map(({ relationship, plan: child }) => ({
        relationship,
        label: undefined,
        node: plan.kind === 'hash-join' && relationship === 'Inner' ? this.#hash(child) : this.#show(child),
      })),
      source: plan,
    };
  }

  /** The build side of a hash join, a node of its own in PostgreSQL. */
  #hash(plan: PhysicalPlan): ShownPlan {
    const node = this.#show(plan);
    const { totalCost, rows, width } = plan.estimate;
    return {
      title: 'Hash',
      facts: [['Node Type', 'Hash']],
      estimate: { startupCost: totalCost, totalCost, rows, width },
      details: this.#verbose ? [{ label: 'Output', value: this.#names.output(plan) }] : [],
      children: [{ relationship: 'Outer', label: undefined, node }],
      source: plan,
    };
  }

  // ---- headings

  #heading(plan: PhysicalPlan): Heading {
    switch (plan.kind) {
      case 'seq-scan':
        return this.#scan('Seq Scan', plan.table, plan.alias);
      case 'index-scan':
        return this.#indexScan(plan);
      case 'values-scan':
        return named('Values Scan', ' on "*VALUES*"', [['Alias', '*VALUES*']]);
      case 'function-scan':
        return this.#functionScan(plan);
      case 'common-table-scan':
        return named('CTE Scan', ` on ${onAlias(plan.name, plan.alias)}`, [
          ['CTE Name', plan.name],
          ['Alias', plan.alias],
        ]);
      case 'work-table-scan':
        return named('WorkTable Scan', ` on ${quoteIdentifier(plan.alias)}`, [['Alias', plan.alias]]);
      case 'nested-loop':
        return joined('Nested Loop', plan.join);
      case 'hash-join':
        return joined('Hash', plan.join);
      case 'merge-join':
        return joined('Merge', plan.join);
      case 'aggregate':
        return aggregated(plan.strategy);
      case 'set-operation': {
        const command = `${plan.operation === 'intersect' ? 'Intersect' : 'Except'}${plan.all ? ' All' : ''}`;
        return {
          title: `HashSetOp ${command}`,
          facts: [
            ['Node Type', 'SetOp'],
            ['Strategy', 'Hashed'],
            ['Command', command],
          ],
        };
      }
      case 'insert':
      case 'update':
      case 'delete':
        return this.#modification(plan.kind, plan.table, plan.alias);
      default: {
        const name = plainNames[plan.kind] ?? plan.kind;
        return { title: name, facts: [['Node Type', name]] };
      }
    }
  }

  #tableName(table: TableDescriptor): string {
    const name = quoteIdentifier(table.name);
    return this.#verbose ? `${quoteIdentifier(table.schema)}.${name}` : name;
  }

  #scan(name: string, table: TableDescriptor, alias: string): Heading {
    const suffix = alias === table.name ? '' : ` ${quoteIdentifier(alias)}`;
    return named(name, ` on ${this.#tableName(table)}${suffix}`, this.#tableFacts(table, alias));
  }

  #tableFacts(table: TableDescriptor, alias: string): Facts {
    const schema: Facts = this.#verbose ? [['Schema', table.schema]] : [];
    return [['Relation Name', table.name], ...schema, ['Alias', alias]];
  }

  #indexScan(plan: IndexScan): Heading {
    const name = plan.indexOnly ? 'Index Only Scan' : 'Index Scan';
    const backward = plan.descending ? ' Backward' : '';
    const { title, facts } = this.#scan(
      `${name}${backward} using ${quoteIdentifier(plan.index.name)}`,
      plan.table,
      plan.alias,
    );
    const direction = plan.descending ? 'Backward' : 'Forward';
    return {
      title,
      facts: [['Node Type', name], ['Scan Direction', direction], ['Index Name', plan.index.name], ...facts.slice(1)],
    };
  }

  #functionScan(plan: Extract<PhysicalPlan, { kind: 'function-scan' }>): Heading {
    const [first, ...others] = plan.calls;
    const call = first?.call;
    const name = others.length === 0 && call?.kind === 'call' ? getFunction(call.function).name : undefined;
    const alias = quoteIdentifier(plan.alias);
    const target = name === undefined ? alias : name === plan.alias ? alias : `${quoteIdentifier(name)} ${alias}`;
    const facts: Facts =
      name === undefined
        ? [['Alias', plan.alias]]
        : [
            ['Function Name', name],
            ['Alias', plan.alias],
          ];
    return named(
      'Function Scan',
      ` on ${this.#verbose && name !== undefined ? `pg_catalog.${target}` : target}`,
      facts,
    );
  }

  #modification(kind: 'insert' | 'update' | 'delete', table: TableDescriptor, alias: string): Heading {
    const operation = { insert: 'Insert', update: 'Update', delete: 'Delete' }[kind];
    const { title } = this.#scan(operation, table, alias);
    return {
      title,
      facts: [['Node Type', 'ModifyTable'], ['Operation', operation], ...this.#tableFacts(table, alias)],
    };
  }

  // ---- details

  #details(plan: PhysicalPlan): Detail[] {
    const details: Detail[] = [];
    const condition = (label: string, expression: Expression | undefined): void => {
      if (expression !== undefined) details.push({ label, value: this.#names.expression(expression) });
    };
    switch (plan.kind) {
      case 'seq-scan':
        condition('Filter', plan.filter);
        break;
      case 'index-scan':
        condition('Index Cond', plan.conditionExpression);
        condition('Filter', plan.filter);
        break;
      case 'result':
        condition('One-Time Filter', plan.condition);
        break;
      case 'function-scan':
        if (this.#verbose) {
          const calls = plan.calls.map(({ call }) => this.#names.expression(call));
          details.push({ label: 'Function Call', value: calls.join(', ') });
        }
        break;
      case 'nested-loop':
        condition('Join Filter', plan.condition);
        break;
      case 'hash-join':
        details.push({ label: 'Hash Cond', value: this.#joinCondition(plan.leftKeys, plan.rightKeys) });
        condition('Join Filter', plan.condition);
        break;
      case 'merge-join': {
        const expressions = (keys: typeof plan.leftKeys): Expression[] => keys.map((key) => key.expression);
        details.push({
          label: 'Merge Cond',
          value: this.#joinCondition(expressions(plan.leftKeys), expressions(plan.rightKeys)),
        });
        condition('Join Filter', plan.condition);
        break;
      }
      case 'sort':
        details.push({ label: 'Sort Key', value: plan.keys.map((key) => this.#names.sortKey(key)) });
        break;
      case 'aggregate':
        if (plan.groupBy.length > 0) {
          details.push({ label: 'Group Key', value: plan.groupBy.map((id) => this.#names.column(id)) });
        }
        break;
      case 'insert':
        if (plan.onConflict !== undefined) {
          const { action, arbiters } = plan.onConflict;
          details.push({ label: 'Conflict Resolution', value: action === 'nothing' ? 'NOTHING' : 'UPDATE' });
          if (arbiters.length > 0) {
            details.push({ label: 'Conflict Arbiter Indexes', value: arbiters.map((index) => index.name) });
          }
        }
        break;
      default:
        break;
    }
    return details;
  }

  #joinCondition(left: readonly Expression[], right: readonly Expression[]): string {
    const pairs = left.map((key, i) => {
      return `(${this.#names.expression(key)} = ${this.#names.expression(right[i] as Expression)})`;
    });
    return pairs.length === 1 ? (pairs[0] as string) : `(${pairs.join(' AND ')})`;
  }
}

const plainNames: Readonly<Record<string, string>> = {
  result: 'Result',
  'project-set': 'ProjectSet',
  limit: 'Limit',
  sort: 'Sort',
  unique: 'Unique',
  append: 'Append',
  materialize: 'Materialize',
  'recursive-union': 'Recursive Union',
  'lock-rows': 'LockRows',
};

function named(type: string, suffix: string, facts: Facts): Heading {
  return { title: `${type}${suffix}`, facts: [['Node Type', type], ...facts] };
}

function onAlias(name: string, alias: string): string {
  return name === alias ? quoteIdentifier(name) : `${quoteIdentifier(name)} ${quoteIdentifier(alias)}`;
}

function joined(method: 'Nested Loop' | 'Hash' | 'Merge', join: keyof typeof joinWords): Heading {
  const isLoop = method === 'Nested Loop';
  const word = joinWords[join];
  const type = isLoop ? method : `${method} Join`;
  const title = word === '' ? type : isLoop ? `${method} ${word} Join` : `${method} ${word} Join`;
  return {
    title,
    facts: [
      ['Node Type', type],
      ['Join Type', joinTypes[join]],
    ],
  };
}

function aggregated(strategy: 'plain' | 'hash' | 'sorted'): Heading {
  const title = { plain: 'Aggregate', hash: 'HashAggregate', sorted: 'GroupAggregate' }[strategy];
  const word = { plain: 'Plain', hash: 'Hashed', sorted: 'Sorted' }[strategy];
  return {
    title,
    facts: [
      ['Node Type', 'Aggregate'],
      ['Strategy', word],
      ['Partial Mode', 'Simple'],
    ],
  };
}
