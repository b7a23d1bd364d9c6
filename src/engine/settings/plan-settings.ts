/** The planner's settings out of the session's. */
import type { PlannerSettings } from '../../planner/context.ts';
import type { SessionSettings } from './session-settings.ts';

const made = new WeakMap<SessionSettings, { readonly version: number; readonly settings: PlannerSettings }>();

export function planSettings(settings: SessionSettings): PlannerSettings {
  const known = made.get(settings);
  if (known !== undefined && known.version === settings.version) return known.settings;
  const derived = derive(settings);
  made.set(settings, { version: settings.version, settings: derived });
  return derived;
}

function derive(settings: SessionSettings): PlannerSettings {
  return {
    enableSeqScan: settings.boolean('enable_seqscan'),
    enableIndexScan: settings.boolean('enable_indexscan'),
    enableIndexOnlyScan: settings.boolean('enable_indexonlyscan'),
    enableHashJoin: settings.boolean('enable_hashjoin'),
    enableMergeJoin: settings.boolean('enable_mergejoin'),
    enableNestedLoop: settings.boolean('enable_nestloop'),
    enableHashAggregate: settings.boolean('enable_hashagg'),
    enableSort: settings.boolean('enable_sort'),
    enableMaterial: settings.boolean('enable_material'),
    workMemBytes: settings.number('work_mem') * 1024,
    randomPageCost: settings.number('random_page_cost'),
    seqPageCost: settings.number('seq_page_cost'),
    cpuTupleCost: settings.number('cpu_tuple_cost'),
    cpuIndexTupleCost: settings.number('cpu_index_tuple_cost'),
    cpuOperatorCost: settings.number('cpu_operator_cost'),
  };
}
