/** EXPLAIN's text format. */
import type { PlanInstrumentation } from './instrumentation.ts';
import type { Detail, PlanChild, ShownPlan } from './plan-node.ts';

export interface ExplainShown {
  readonly costs: boolean;
  readonly timing: boolean;
  /** undefined: the plan was not run. */
  readonly figures: PlanInstrumentation | undefined;
}

export function explainText(plan: ShownPlan, shown: ExplainShown): string[] {
  const lines: string[] = [];
  printNode(plan, 0, '', shown, lines);
  return lines;
}

/** `indent`: where the heading starts; an arrow stands before it below the top. */
function printNode(plan: ShownPlan, indent: number, arrow: string, shown: ExplainShown, lines: string[]): void {
  lines.push(' '.repeat(indent) + arrow + plan.title + estimateText(plan, shown) + actualText(plan, shown));
  const inner = indent + (arrow === '' ? 2 : 6);
  for (const line of detailLines(plan, shown)) lines.push(' '.repeat(inner) + line);
  for (const child of plan.children) printChild(child, inner, shown, lines);
}

function printChild({ label, node }: PlanChild, indent: number, shown: ExplainShown, lines: string[]): void {
  if (label === undefined) {
    printNode(node, indent, '->  ', shown, lines);
    return;
  }
  lines.push(' '.repeat(indent) + label);
  printNode(node, indent + 2, '->  ', shown, lines);
}

function estimateText({ estimate }: ShownPlan, { costs }: ExplainShown): string {
  if (!costs) return '';
  const { startupCost, totalCost, rows, width } = estimate;
  return `  (cost=${startupCost.toFixed(2)}..${totalCost.toFixed(2)} rows=${Math.round(rows)} width=${Math.round(width)})`;
}

function actualText(plan: ShownPlan, { figures, timing }: ExplainShown): string {
  if (figures === undefined) return '';
  const { loops, rows, startupMs, totalMs } = figures.of(plan.source);
  if (loops === 0) return ' (never executed)';
  const rowText = `rows=${Math.round(rows / loops)} loops=${loops}`;
  if (!timing) return ` (actual ${rowText})`;
  return ` (actual time=${(startupMs / loops).toFixed(3)}..${(totalMs / loops).toFixed(3)} ${rowText})`;
}

function detailLines(plan: ShownPlan, shown: ExplainShown): string[] {
  const lines = plan.details.map(({ label, value }: Detail) => {
    return `${label}: ${typeof value === 'object' ? value.join(', ') : value}`;
  });
  return [...lines, ...noteLines(plan, shown)];
}

/** What the operators noted, combined into PostgreSQL's lines. */
function noteLines(plan: ShownPlan, { figures }: ExplainShown): string[] {
  if (figures === undefined || plan.title === 'Hash') return [];
  const { notes } = figures.of(plan.source);
  const lines: string[] = [];
  const method = notes.get('Sort Method');
  if (method !== undefined) {
    lines.push(`Sort Method: ${method}  ${notes.get('Sort Space Type')}: ${notes.get('Sort Space Used')}kB`);
  }
  const batches = notes.get('HashAgg Batches');
  if (batches !== undefined) {
    const disk = notes.get('Disk Usage');
    const diskText = disk === undefined || disk === 0 ? '' : `  Disk Usage: ${disk}kB`;
    lines.push(`Batches: ${batches}  Memory Usage: ${notes.get('Peak Memory Usage')}kB${diskText}`);
  }
  for (const [name, value] of notes) {
    if (combined.has(name) || (value === 0 && name.startsWith('Rows Removed'))) continue;
    lines.push(`${name}: ${value}`);
  }
  return lines;
}

const combined: ReadonlySet<string> = new Set([
  'Sort Method',
  'Sort Space Used',
  'Sort Space Type',
  'HashAgg Batches',
  'Peak Memory Usage',
  'Disk Usage',
]);
