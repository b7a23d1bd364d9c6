/** EXPLAIN [ANALYZE]. */
import { isPlannable } from '../../analyzer/analyze.ts';
import type { PlannedStatement } from '../../algebra/physical.ts';
import type { Statement } from '../../parser/syntax.ts';
import type { ExplainStmt } from '../../parser/utility-syntax.ts';
import type { Datum } from '../../types/datum.ts';
import { explainJson } from '../explain/explain-json.ts';
import { type ExplainOptions, readExplainOptions } from '../explain/explain-options.ts';
import { explainText } from '../explain/explain-text.ts';
import { PlanInstrumentation } from '../explain/instrumentation.ts';
import { showPlan } from '../explain/shown-plan.ts';
import { discardedRows } from '../row-sink.ts';
import { runPlanned } from '../run-inside.ts';
import type { Session } from '../session.ts';
import { executedStatement } from '../sql-prepared.ts';
import type { CommandResult, ParameterValues } from './command.ts';

interface Explained {
  readonly planned: PlannedStatement;
  readonly parameters: readonly Datum[];
}

export async function explain(
  session: Session,
  statement: ExplainStmt,
  sql: string,
  parameters: ParameterValues,
): Promise<CommandResult> {
  const options = readExplainOptions(statement.options);
  const start = performance.now();
  const explained = planOf(session, statement.query, sql, parameters);
  const planningMs = performance.now() - start;
  if (explained === undefined) {
    return { tag: 'EXPLAIN', rows: [['Utility statements have no plan structure']] };
  }
  const lines = await run(session, explained, options, planningMs);
  return { tag: 'EXPLAIN', rows: lines.map((line) => [line]) };
}

function planOf(session: Session, query: Statement, sql: string, parameters: ParameterValues): Explained | undefined {
  if (isPlannable(query)) {
    const bound = session.analyze(query, sql, parameters.types, parameters.types.length > 0);
    return { planned: session.planBound(bound), parameters: parameters.values };
  }
  switch (query.kind) {
    case 'ExecuteStmt': {
      const executed = executedStatement(session, query, sql);
      return { planned: executed.prepared.plan(session).planned, parameters: executed.parameters };
    }
    case 'CreateTableAsStmt':
    case 'DeclareCursorStmt':
      return planOf(session, query.query, sql, parameters);
    default:
      return undefined;
  }
}

async function run(
  session: Session,
  { planned, parameters }: Explained,
  options: ExplainOptions,
  planningMs: number,
): Promise<readonly string[]> {
  const { analyze, verbose, costs, timing, summary, format } = options;
  const figures = analyze ? new PlanInstrumentation(timing) : undefined;
  const start = performance.now();
  if (figures !== undefined) {
    await runPlanned(session, planned, discardedRows, { parameters, instrumentation: figures, checkReferences: true });
  }
  const executionMs = performance.now() - start;
  const shown = showPlan(planned, session, verbose);
  const view = { costs, timing, figures };
  if (format === 'json') return [explainJson(shown, view, { planningMs, executionMs, summary })];
  const lines = explainText(shown, view);
  if (summary) lines.push(`Planning Time: ${planningMs.toFixed(3)} ms`);
  if (summary && figures !== undefined) lines.push(`Execution Time: ${executionMs.toFixed(3)} ms`);
  return lines;
}
