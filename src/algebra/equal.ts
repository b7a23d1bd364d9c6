/** Structural equality of expressions, positions aside: GROUP BY matching, common subexpressions, ORDER BY of DISTINCT. */
import type { Expression } from './expression.ts';

/** Whether two trees compute the same thing by the same steps. Volatile functions are equal as trees, not as values. */
export function expressionsEqual(a: Expression, b: Expression): boolean {
  return a === b || (a.kind === b.kind && a.type === b.type && valuesEqual(a, b));
}

function valuesEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => valuesEqual(item, b[i]));
  }
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => key === 'position' || valuesEqual(left[key], right[key]));
}
