/** EXPLAIN (FORMAT JSON): property order and names are PostgreSQL's; numbers keep its decimals. */
import type { ExplainShown } from './explain-text.ts';
import type { PlanChild, ShownPlan } from './plan-node.ts';

/** A number with fixed decimals, or anything JSON has. */
type Json =
  | string
  | boolean
  | { readonly literal: string }
  | readonly Json[]
  | { readonly fields: readonly (readonly [string, Json])[] };

const number = (value: number, decimals: number = 0): Json => ({ literal: value.toFixed(decimals) });

export interface ExplainTimes {
  readonly planningMs: number;
  readonly executionMs: number;
  readonly summary: boolean;
}

export function explainJson(plan: ShownPlan, shown: ExplainShown, times: ExplainTimes): string {
  const fields: (readonly [string, Json])[] = [['Plan', nodeJson(plan, undefined, shown)]];
  if (times.summary) fields.push(['Planning Time', number(times.planningMs, 3)]);
  if (shown.figures !== undefined) {
    fields.push(['Triggers', []]);
    if (times.summary) fields.push(['Execution Time', number(times.executionMs, 3)]);
  }
  return print([{ fields }], 0);
}

function nodeJson(plan: ShownPlan, child: PlanChild | undefined, shown: ExplainShown): Json {
  const [type, ...facts] = plan.facts as [
    readonly [string, string],
    ...(readonly (readonly [string, string | boolean])[]),
  ];
  const fields: (readonly [string, Json])[] = [type];
  const strategy = facts.filter(([name]) => name === 'Strategy' || name === 'Partial Mode' || name === 'Operation');
  fields.push(...strategy);
  if (child !== undefined) {
    fields.push(['Parent Relationship', child.relationship]);
    if (child.label !== undefined) fields.push(['Subplan Name', child.label]);
  }
  fields.push(['Parallel Aware', false], ['Async Capable', false], ...facts.filter((fact) => !strategy.includes(fact)));
  if (shown.costs) {
    const { startupCost, totalCost, rows, width } = plan.estimate;
    fields.push(
      ['Startup Cost', number(startupCost, 2)],
      ['Total Cost', number(totalCost, 2)],
      ['Plan Rows', number(rows)],
      ['Plan Width', number(width)],
    );
  }
  fields.push(...actualFields(plan, shown));
  for (const { label, value } of plan.details) {
    fields.push([label, typeof value === 'object' ? [...value] : typeof value === 'number' ? number(value) : value]);
  }
  fields.push(...noteFields(plan, shown));
  if (plan.children.length > 0) {
    fields.push(['Plans', plan.children.map((each) => nodeJson(each.node, each, shown))]);
  }
  return { fields };
}

function actualFields(plan: ShownPlan, { figures, timing }: ExplainShown): (readonly [string, Json])[] {
  if (figures === undefined) return [];
  const { loops, rows, startupMs, totalMs } = figures.of(plan.source);
  const divisor = Math.max(loops, 1);
  const times: (readonly [string, Json])[] = timing
    ? [
        ['Actual Startup Time', number(startupMs / divisor, 3)],
        ['Actual Total Time', number(totalMs / divisor, 3)],
      ]
    : [];
  return [...times, ['Actual Rows', number(rows / divisor)], ['Actual Loops', number(loops)]];
}

function noteFields(plan: ShownPlan, { figures }: ExplainShown): (readonly [string, Json])[] {
  if (figures === undefined || plan.title === 'Hash') return [];
  return [...figures.of(plan.source).notes].map(([name, value]): readonly [string, Json] => {
    return [name, typeof value === 'number' ? number(value) : value];
  });
}

function print(value: Json, indent: number): string {
  const pad = ' '.repeat(indent + 2);
  const end = ' '.repeat(indent);
  if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if ('literal' in value) return value.literal;
  if ('fields' in value) {
    const lines = value.fields.map(([name, field]) => `${pad}${JSON.stringify(name)}: ${print(field, indent + 2)}`);
    return `{\n${lines.join(',\n')}\n${end}}`;
  }
  if (value.length === 0) return `[\n${end}]`;
  // Lists of texts stand on one line.
  if (value.every((item) => typeof item === 'string')) return `[${value.map((item) => print(item, 0)).join(', ')}]`;
  return `[\n${value.map((item) => `${pad}${print(item, indent + 2)}`).join(',\n')}\n${end}]`;
}
