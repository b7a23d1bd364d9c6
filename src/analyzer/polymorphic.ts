/** Polymorphic signatures (manual §38.2.5): checks that the actual types agree and resolves the declared ones to them. */
import type { Oid } from '../common/ids.ts';
import { SqlError } from '../common/sql-error.ts';
import { typeOids } from '../functions/type-oids.ts';
import { findType } from '../types/registry.ts';

const { anyelement, anyarray, anynonarray, anyenum, anycompatible, anycompatiblearray, anycompatiblenonarray } =
  typeOids;

const polymorphicTypes = new Set<Oid>([
  anyelement,
  anyarray,
  anynonarray,
  anyenum,
  anycompatible,
  anycompatiblearray,
  anycompatiblenonarray,
]);

export function isPolymorphic(oid: Oid): boolean {
  return polymorphicTypes.has(oid);
}

function isElementLike(oid: Oid): boolean {
  return oid === anyelement || oid === anynonarray || oid === anyenum;
}

function isCompatibleElement(oid: Oid): boolean {
  return oid === anycompatible || oid === anycompatiblenonarray;
}

const elementOf = (oid: Oid): Oid => findType(oid)?.elementOid ?? 0;
const arrayOf = (oid: Oid): Oid => findType(oid)?.arrayOid ?? 0;

/** Actual element types that a signature's polymorphic positions stand for; 0 where unknown. */
interface Bindings {
  readonly element: Oid;
  readonly compatible: Oid;
}

/**
 * Element types behind the two polymorphic families, or undefined when the actual types contradict the signature.
 * Unknown-typed arguments take part in nothing.
 */
function bind(
  declared: readonly Oid[],
  actual: readonly Oid[],
  commonType: (types: readonly Oid[]) => Oid | undefined,
): Bindings | undefined {
  let element = 0;
  const compatible: Oid[] = [];
  for (const [i, type] of declared.entries()) {
    const given = actual[i] ?? typeOids.unknown;
    if (given === typeOids.unknown) continue;
    if (isElementLike(type)) {
      if (element !== 0 && element !== given) return undefined;
      if (type === anynonarray && elementOf(given) !== 0) return undefined;
      element = given;
    } else if (type === anyarray) {
      const inner = given === anyarray ? anyelement : elementOf(given);
      if (inner === 0 || (element !== 0 && element !== inner)) return undefined;
      element = inner;
    } else if (isCompatibleElement(type)) {
      if (type === anycompatiblenonarray && elementOf(given) !== 0) return undefined;
      compatible.push(given);
    } else if (type === anycompatiblearray) {
      const inner = elementOf(given);
      if (inner === 0) return undefined;
      compatible.push(inner);
    }
  }
  const common = compatible.length === 0 ? 0 : commonType(compatible);
  return common === undefined ? undefined : { element, compatible: common };
}

/** Whether the actual types fit (check_generic_type_consistency). */
export function fitsPolymorphic(
  declared: readonly Oid[],
  actual: readonly Oid[],
  commonType: (types: readonly Oid[]) => Oid | undefined,
): boolean {
  return bind(declared, actual, commonType) !== undefined;
}

/** Declared argument and result types with the polymorphic ones replaced. Throws 42804 when they cannot be determined. */
export function resolvePolymorphic(
  declared: readonly Oid[],
  result: Oid,
  actual: readonly Oid[],
  commonType: (types: readonly Oid[]) => Oid | undefined,
): { readonly argTypes: readonly Oid[]; readonly resultType: Oid } {
  if (!declared.some(isPolymorphic) && !isPolymorphic(result)) return { argTypes: declared, resultType: result };
  const bound = bind(declared, actual, commonType);
  if (bound === undefined) {
    throw new SqlError('42804', 'arguments declared "anyelement" are not all alike');
  }
  let { element, compatible } = bound;
  const usesElement = declared.some((type) => isElementLike(type) || type === anyarray);
  if (usesElement && element === 0) {
    // PostgreSQL: all inputs unknown.
    throw new SqlError('42804', 'could not determine polymorphic type because input has type unknown');
  }
  if (compatible === 0) compatible = typeOids.text;
  if (element === 0) element = compatible;
  const replace = (type: Oid): Oid => {
    if (isElementLike(type)) return element;
    if (type === anyarray) return element === anyelement ? anyarray : requireArray(element);
    if (isCompatibleElement(type)) return compatible;
    if (type === anycompatiblearray) return requireArray(compatible);
    return type;
  };
  return { argTypes: declared.map(replace), resultType: replace(result) };
}

function requireArray(element: Oid): Oid {
  const oid = arrayOf(element);
  if (oid === 0) {
    throw new SqlError('42704', `could not find array type for data type ${findType(element)?.sqlName ?? element}`);
  }
  return oid;
}
