/**
 * Typed scalar expressions: what analysis makes, rewrites transform, and the executor compiles. Plain data, serialisable
 * (serialize.ts), no methods; walked by `switch (expression.kind)`. helpers in walk.ts (children, map, columns used).
 *
 * Columns are named by a ColumnId that is unique in the whole statement, so trees can be moved about freely: nothing is
 * renumbered when a predicate is pushed down or a subquery pulled up.
 */
import type { Oid } from '../common/ids.ts';
import type { Datum } from '../types/datum.ts';
import type { Query } from './query.ts';

/** Number of a column within one statement; 0 is never used. */
export type ColumnId = number & { readonly __brand: 'ColumnId' };
/** Number of a run-time value that an outer plan node sets for the plans beneath it. */
export type SlotId = number & { readonly __brand: 'SlotId' };

interface Typed {
  readonly type: Oid;
  readonly typmod: number;
  /** Collation OID; 0 when the type has none. */
  readonly collation: Oid;
  /** 1-based character position in the statement, for error messages; undefined when derived. */
  readonly position: number | undefined;
}

export interface Constant extends Typed {
  readonly kind: 'constant';
  readonly value: Datum;
}

/** $1 is index 0. */
export interface Parameter extends Typed {
  readonly kind: 'parameter';
  readonly index: number;
}

export interface ColumnReference extends Typed {
  readonly kind: 'column';
  readonly column: ColumnId;
}

/** A value set from outside by apply, a parameterised nested loop or an init plan (made by the planner only). */
export interface SlotReference extends Typed {
  readonly kind: 'slot';
  readonly slot: SlotId;
}

/** Function or operator call; scalar or set-returning. Polymorphic types are resolved in the arguments' and own type. */
export interface Call extends Typed {
  readonly kind: 'call';
  readonly function: Oid;
  /** Operator it was written as, for display and planning; 0 when written as a function. */
  readonly operator: Oid;
  readonly args: readonly Expression[];
  /** How to print it: a(b), b::type (explicit), nothing (implicit), or special syntax (EXTRACT …). */
  readonly form: 'call' | 'explicit-cast' | 'implicit-cast';
  /** The SQL syntax it was written in: CURRENT_DATE and its like, TRIM BOTH, SUBSTRING …. */
  readonly keyword?: string | undefined;
  readonly returnsSet: boolean;
  /** The last argument is an array given as VARIADIC. */
  readonly variadicArray: boolean;
}

/** Same bytes, another type (text ↔ varchar). */
export interface Relabel extends Typed {
  readonly kind: 'relabel';
  readonly arg: Expression;
  readonly form: 'explicit-cast' | 'implicit-cast';
}

/** Through the text form: output function of one type, input function of the other. */
export interface CoerceViaIo extends Typed {
  readonly kind: 'coerce-io';
  readonly arg: Expression;
  readonly form: 'explicit-cast' | 'implicit-cast';
}

/** Array to array, element by element; `element` is an expression over one `case-operand`. */
export interface CoerceArray extends Typed {
  readonly kind: 'coerce-array';
  readonly arg: Expression;
  readonly element: Expression;
  readonly form: 'explicit-cast' | 'implicit-cast';
}

/** Applies the typmod of varchar(n), numeric(p,s), timestamp(p) …; `explicit` casts truncate silently as the standard says. */
export interface CoerceTypmod extends Typed {
  readonly kind: 'coerce-typmod';
  readonly arg: Expression;
  readonly explicit: boolean;
}

export interface Logical extends Typed {
  readonly kind: 'and' | 'or';
  readonly args: readonly Expression[];
}

export interface Not extends Typed {
  readonly kind: 'not';
  readonly arg: Expression;
}

export interface NullTest extends Typed {
  readonly kind: 'null-test';
  readonly arg: Expression;
  /** IS NOT NULL. */
  readonly negated: boolean;
}

export interface BooleanTest extends Typed {
  readonly kind: 'boolean-test';
  readonly arg: Expression;
  readonly test: 'true' | 'false' | 'unknown';
  readonly negated: boolean;
}

/** CASE; with an operand each condition compares `case-operand` with the WHEN value. */
export interface Case extends Typed {
  readonly kind: 'case';
  readonly operand: Expression | undefined;
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
  readonly otherwise: Expression;
}

/** Stands for the value of the innermost CASE operand (or element of coerce-array). */
export interface CaseOperand extends Typed {
  readonly kind: 'case-operand';
}

export interface Coalesce extends Typed {
  readonly kind: 'coalesce';
  readonly args: readonly Expression[];
}

/** GREATEST, LEAST: `lessThan` is the function of the type's < operator. */
export interface MinMax extends Typed {
  readonly kind: 'greatest' | 'least';
  readonly args: readonly Expression[];
}

/** NULLIF(a, b): NULL when `equal`(a, b). */
export interface NullIf extends Typed {
  readonly kind: 'nullif';
  readonly function: Oid;
  readonly operator: Oid;
  readonly args: readonly [Expression, Expression];
}

/** a IS [NOT] DISTINCT FROM b; `function` is equality. */
export interface DistinctFrom extends Typed {
  readonly kind: 'distinct-from';
  readonly function: Oid;
  readonly operator: Oid;
  readonly args: readonly [Expression, Expression];
  readonly negated: boolean;
}

/** left op ANY|ALL (array); also IN and NOT IN over lists. */
export interface ArrayComparison extends Typed {
  readonly kind: 'array-comparison';
  readonly function: Oid;
  readonly operator: Oid;
  readonly left: Expression;
  readonly right: Expression;
  readonly all: boolean;
}

export interface ArrayConstructor extends Typed {
  readonly kind: 'array';
  readonly elementType: Oid;
  readonly elements: readonly Expression[];
  /** Elements are arrays themselves. */
  readonly nested: boolean;
}

export interface RowConstructor extends Typed {
  readonly kind: 'row';
  readonly fields: readonly Expression[];
}

/** (a, b) < (c, d) and kin; equality of rows is analysed into AND of equalities. */
export interface RowComparison extends Typed {
  readonly kind: 'row-comparison';
  readonly comparison: '<' | '<=' | '>' | '>=';
  readonly left: readonly Expression[];
  readonly right: readonly Expression[];
  /** Function and operator OIDs of the ordering per column. */
  readonly functions: readonly Oid[];
  readonly operators: readonly Oid[];
}

/** (composite).field, by position from 0. */
export interface FieldSelect extends Typed {
  readonly kind: 'field';
  readonly arg: Expression;
  readonly index: number;
}

/** array[i], array[i][j], array[l:u]; undefined bounds are open. */
export interface Subscript extends Typed {
  readonly kind: 'subscript';
  readonly arg: Expression;
  readonly slice: boolean;
  readonly lower: readonly (Expression | undefined)[];
  readonly upper: readonly (Expression | undefined)[];
}

/**
 * A subquery in an expression. scalar: its one value; exists; any/all: `test` compares `left` columns with the subquery's
 * output columns (`test` refers to `query.output` ids); array: ARRAY(SELECT …). Gone after planning (apply, init plan, join).
 */
export interface Subquery extends Typed {
  readonly kind: 'subquery';
  readonly form: 'scalar' | 'exists' | 'any' | 'all' | 'array';
  readonly query: Query;
  readonly test: Expression | undefined;
}

/** Aggregate call; legal only where analysis allows it. Gone after planning (a column of an aggregate node). */
export interface Aggregate extends Typed {
  readonly kind: 'aggregate';
  readonly function: Oid;
  /** Aggregated arguments; empty for count(*). */
  readonly args: readonly Expression[];
  /** Direct arguments of an ordered-set aggregate. */
  readonly directArgs: readonly Expression[];
  readonly distinct: boolean;
  readonly orderBy: readonly SortKey[];
  readonly filter: Expression | undefined;
}

export type Expression =
  | Constant
  | Parameter
  | ColumnReference
  | SlotReference
  | Call
  | Relabel
  | CoerceViaIo
  | CoerceArray
  | CoerceTypmod
  | Logical
  | Not
  | NullTest
  | BooleanTest
  | Case
  | CaseOperand
  | Coalesce
  | MinMax
  | NullIf
  | DistinctFrom
  | ArrayComparison
  | ArrayConstructor
  | RowConstructor
  | RowComparison
  | FieldSelect
  | Subscript
  | Subquery
  | Aggregate;

export interface SortKey {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}
