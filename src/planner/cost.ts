/** Costs of operators in PostgreSQL's units (costsize.c, simplified where our operators differ). */
import type { PlanEstimate } from '../algebra/physical.ts';
import type { PlannerSettings } from './context.ts';

export function clampRows(rows: number): number {
  return rows <= 1 || Number.isNaN(rows) ? 1 : Math.round(rows);
}

export function scanCost(
  pages: number,
  tableRows: number,
  conditionCount: number,
  settings: PlannerSettings,
): { readonly startupCost: number; readonly totalCost: number } {
  const perRow = settings.cpuTupleCost + conditionCount * settings.cpuOperatorCost;
  return { startupCost: 0, totalCost: pages * settings.seqPageCost + tableRows * perRow };
}

export interface IndexScanShape {
  /** Entries the index conditions select, of how many. */
  readonly entries: number;
  readonly tableRows: number;
  readonly tablePages: number;
  /** The rows are the leaves of the tree itself: no second look-up. */
  readonly clustered: boolean;
  readonly indexOnly: boolean;
  /** Order of table against index, -1 … 1. */
  readonly correlation: number;
  readonly rangeCount: number;
  readonly filterCount: number;
}

export function indexScanCost(shape: IndexScanShape, settings: PlannerSettings) {
  const share = shape.tableRows === 0 ? 0 : Math.min(shape.entries / shape.tableRows, 1);
  const height = Math.max(1, Math.ceil(Math.log(Math.max(shape.tableRows, 2)) / Math.log(100)));
  const startupCost = (shape.rangeCount - 1) * settings.cpuOperatorCost + height * 50 * settings.cpuOperatorCost;
  const leafPages = Math.max(1, Math.ceil(share * shape.tablePages * (shape.clustered ? 1 : 0.3)));
  let io = settings.randomPageCost + (leafPages - 1) * settings.seqPageCost;
  if (!shape.clustered && !shape.indexOnly) {
    // Mackert-Lohman without cache, between the perfectly ordered and the random case.
    const worst = Math.min(shape.entries, shape.tablePages * 2) * settings.randomPageCost;
    const best = settings.randomPageCost + Math.max(0, share * shape.tablePages - 1) * settings.seqPageCost;
    io += worst + shape.correlation ** 2 * (Math.min(best, worst) - worst);
  }
  const perEntry = settings.cpuIndexTupleCost + settings.cpuTupleCost + shape.filterCount * settings.cpuOperatorCost;
  return { startupCost, totalCost: startupCost + io + shape.entries * perEntry };
}

export function sortCost(input: PlanEstimate, limitRows: number | undefined, settings: PlannerSettings) {
  const rows = Math.max(input.rows, 2);
  const compare = 2 * settings.cpuOperatorCost;
  const kept = limitRows === undefined ? rows : Math.min(limitRows, rows);
  let startupCost = input.totalCost + compare * rows * Math.log2(Math.max(kept, 2));
  const bytes = kept * (input.width + 24);
  if (bytes > settings.workMemBytes) startupCost += (2 * bytes) / 8192;
  return { startupCost, totalCost: startupCost + settings.cpuOperatorCost * kept };
}

export function hashJoinCost(
  left: PlanEstimate,
  right: PlanEstimate,
  keyCount: number,
  rows: number,
  settings: PlannerSettings,
) {
  const build = right.totalCost + right.rows * (keyCount * settings.cpuOperatorCost + settings.cpuTupleCost);
  const bytes = right.rows * (right.width + 16);
  const spill = bytes > settings.workMemBytes ? (2 * (bytes + left.rows * left.width)) / 8192 : 0;
  const startupCost = build + left.startupCost;
  const probe = left.totalCost - left.startupCost + left.rows * keyCount * settings.cpuOperatorCost;
  return { startupCost, totalCost: startupCost + probe + rows * settings.cpuTupleCost + spill };
}

/** `rightCost` is of one run of the right side, `rescanCost` of each later one. */
export function nestedLoopCost(
  left: PlanEstimate,
  right: PlanEstimate,
  rescanCost: number,
  conditionCount: number,
  settings: PlannerSettings,
) {
  const startupCost = left.startupCost + right.startupCost;
  const pairs = left.rows * right.rows;
  const runs = right.totalCost + Math.max(0, left.rows - 1) * rescanCost;
  const perPair = settings.cpuTupleCost + conditionCount * settings.cpuOperatorCost;
  return {
    startupCost,
    totalCost: startupCost + left.totalCost + runs + pairs * perPair,
  };
}

export function mergeJoinCost(
  left: PlanEstimate,
  right: PlanEstimate,
  keyCount: number,
  rows: number,
  settings: PlannerSettings,
) {
  const startupCost = left.startupCost + right.startupCost;
  const compare = (left.rows + right.rows) * keyCount * settings.cpuOperatorCost;
  return { startupCost, totalCost: left.totalCost + right.totalCost + compare + rows * settings.cpuTupleCost };
}

/** Sorted and plain aggregation; hashing is blocking and pays for memory beyond work_mem. */
export function aggregateCost(
  input: PlanEstimate,
  strategy: 'plain' | 'hash' | 'sorted',
  keyCount: number,
  aggregateCount: number,
  groups: number,
  width: number,
  settings: PlannerSettings,
) {
  const work = input.rows * (keyCount + aggregateCount) * settings.cpuOperatorCost;
  const output = groups * settings.cpuTupleCost;
  const totalCost = input.totalCost + work + output;
  if (strategy === 'sorted') return { startupCost: input.startupCost, totalCost };
  const bytes = groups * (width + 32);
  const spill = strategy === 'hash' && bytes > settings.workMemBytes ? (2 * input.rows * input.width) / 8192 : 0;
  return { startupCost: input.totalCost + work + spill, totalCost: totalCost + spill };
}
