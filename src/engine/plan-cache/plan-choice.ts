/**
 * Generic or custom plan, decided as PostgreSQL decides it (choose_custom_plan): the first five executions are planned for their
 * values; after that the generic plan is taken if it is no dearer than those were on average, planning included.
 */
const customTries = 5;

export class PlanChoice {
  #customCount = 0;
  #customCost = 0;

  /** `mode`: plan_cache_mode. `genericCost` is asked for only if it matters. */
  wantsCustom(mode: string, genericCost: () => number): boolean {
    if (mode === 'force_generic_plan') return false;
    if (mode === 'force_custom_plan' || this.#customCount < customTries) return true;
    return genericCost() >= this.#customCost / this.#customCount;
  }

  noteCustom(planCost: number, relations: number): void {
    this.#customCount++;
    this.#customCost += planCost + planningCost(relations);
  }

  /** The catalog changed: what was measured is of another time. */
  reset(): void {
    this.#customCount = 0;
    this.#customCost = 0;
  }
}

/** Rough, in units of plan cost: a thousand operators for each relation, and one more. */
function planningCost(relations: number): number {
  return 1000 * 0.0025 * (relations + 1);
}
