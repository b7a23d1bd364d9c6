/** A way to produce a relation: the plan, and the order its rows come in. */
import type { ColumnId } from '../algebra/expression.ts';
import type { PhysicalPlan } from '../algebra/physical.ts';

export interface OrderColumn {
  readonly column: ColumnId;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface Path {
  readonly plan: PhysicalPlan;
  /** Leading sort order of the rows; empty: none known. */
  readonly order: readonly OrderColumn[];
}

export function totalCost(path: Path): number {
  return path.plan.estimate.totalCost;
}

export function rowsOf(path: Path): number {
  return path.plan.estimate.rows;
}

/** Whether rows in order `have` are in order `want`. */
export function satisfiesOrder(have: readonly OrderColumn[], want: readonly OrderColumn[]): boolean {
  if (want.length > have.length) return false;
  return want.every((key, i) => {
    const own = have[i] as OrderColumn;
    return own.column === key.column && own.descending === key.descending && own.nullsFirst === key.nullsFirst;
  });
}

export function cheapest(paths: readonly Path[]): Path {
  let best = paths[0] as Path;
  for (const path of paths) if (totalCost(path) < totalCost(best)) best = path;
  return best;
}

/** Keeps a path only if no other is both cheaper and at least as well ordered (add_path). */
export function addPath(paths: Path[], added: Path): void {
  const dominates = (a: Path, b: Path) => totalCost(a) <= totalCost(b) && satisfiesOrder(a.order, b.order);
  if (paths.some((path) => dominates(path, added))) return;
  for (let i = paths.length - 1; i >= 0; i--) {
    if (dominates(added, paths[i] as Path)) paths.splice(i, 1);
  }
  paths.push(added);
}
