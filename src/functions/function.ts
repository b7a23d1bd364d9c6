/**
 * What SQL can call. One file per family defines entries; `registry.ts` gathers them, and analysis, planner, compiler and
 * the pg_proc, pg_operator, pg_cast and pg_aggregate catalogs are all made from these tables: one source of truth.
 */
import type { Oid } from '../common/ids.ts';
import type { Datum } from '../types/datum.ts';
import type { EvalContext } from './eval-context.ts';

/**
 * Scalar kernel. `args` is reused by the caller between rows: keep nothing of it. For a strict function no argument is null.
 * Polymorphic functions (anyelement …) find their actual types in `call`.
 */
export type Kernel = (args: readonly Datum[], context: EvalContext, call: CallTypes) => Datum;

export interface CallTypes {
  readonly argTypes: readonly Oid[];
  readonly resultType: Oid;
  /** A variadic "any" function called with the keyword VARIADIC: its last argument is an array of the values. */
  readonly variadicArray?: boolean | undefined;
}

/** i immutable, s stable, v volatile. */
export type Volatility = 'i' | 's' | 'v';

export interface FunctionEntry {
  /** pg_proc.oid: PostgreSQL's. */
  readonly oid: Oid;
  readonly name: string;
  readonly argTypes: readonly Oid[];
  readonly argNames?: readonly string[] | undefined;
  /** Trailing arguments that may be left out, with their values (all of them Datum constants of the argument's type). */
  readonly defaults?: readonly Datum[] | undefined;
  /** pg_proc.provariadic: element type of a trailing VARIADIC array argument, or 0. */
  readonly variadic: Oid;
  readonly returnType: Oid;
  readonly volatility: Volatility;
  /** Returns NULL when any argument is NULL, without being called. For an aggregate: `step` is not called (pg_proc says false). */
  readonly strict: boolean;
  readonly implementation: ScalarImplementation | SetImplementation | AggregateImplementation | WindowImplementation;
}

export interface ScalarImplementation {
  readonly kind: 'scalar';
  readonly kernel: Kernel;
  /**
   * For hot functions: JavaScript for the compiler. Arguments are source texts of expressions that yield the raw value of
   * a narrow vector slot (bool 0/1, int32, float64, narrow int64 as number); the result is such an expression of the return
   * type's kind. May call the named functions of `inline-runtime.ts` as `r.name(…)`. Only trusted text, never the user's.
   * Int64 results must go through `r.safe(x)`-style checks, which throw `NotNarrow` to make the caller redo the batch wide.
   */
  readonly inline?: ((args: readonly string[]) => string) | undefined;
  /** May have to wait (pg_sleep, advisory locks): the executor lifts it out of compiled loops (ROW-3). */
  readonly suspends?: boolean | undefined;
}

/** Returns a set of rows: used in FROM, and in a select list through ProjectSet. */
export interface SetImplementation {
  readonly kind: 'set';
  /** Column names and types when it returns a row type with OUT columns; undefined: one column of `returnType`. */
  readonly columns?: readonly { readonly name: string; readonly type: Oid }[] | undefined;
  /** A pull cursor over the rows; each row has one datum per column. */
  open(args: readonly Datum[], context: EvalContext, call: CallTypes): SetCursor;
}

export interface SetCursor {
  /** Next row, or undefined at the end. The array may be reused. */
  next(): readonly Datum[] | undefined;
}

/** State is whatever the aggregate needs; kernels for the fast types live in the executor's accumulators. */
export interface AggregateImplementation {
  readonly kind: 'aggregate';
  /** pg_aggregate.aggtranstype, for the catalog. */
  readonly stateType: Oid;
  /**
   * Names an accumulator the executor has on typed arrays: count, sum, min, max, avg, bool_and …; undefined: only the
   * generic interface below.
   */
  readonly fast?: string | undefined;
  createState(call: CallTypes): unknown;
  /** Adds one row (NULL arguments are skipped by the caller when the entry is strict); returns the state to keep. */
  step(state: unknown, args: readonly Datum[], context: EvalContext, call: CallTypes): unknown;
  /** Merges two partial states; undefined: cannot be split. */
  readonly combine?: ((left: unknown, right: unknown) => unknown) | undefined;
  finish(state: unknown, context: EvalContext, call: CallTypes): Datum;
  /** n normal, o ordered-set, h hypothetical-set. */
  readonly aggregateKind: 'n' | 'o' | 'h';
  /**
   * Ordered-set aggregates: how many leading arguments are direct, the others being aggregated (WITHIN GROUP). `step` gets
   * both together for every row, in the order of WITHIN GROUP. Absent: 0.
   */
  readonly directArgs?: number | undefined;
  /** pg_aggregate.aggsortop: for min and max the operator that sorts the wanted value first. Absent: none. */
  readonly sortOperator?: Oid | undefined;
  /** Rough bytes a state holds, for work_mem accounting. */
  stateBytes(state: unknown): number;
}

export interface WindowImplementation {
  readonly kind: 'window';
}

/** One operator: pg_operator. */
export interface OperatorEntry {
  readonly oid: Oid;
  readonly name: string;
  /** 0 for a prefix operator. */
  readonly left: Oid;
  readonly right: Oid;
  readonly result: Oid;
  /** The function that computes it. */
  readonly functionOid: Oid;
  readonly commutator: Oid;
  readonly negator: Oid;
  readonly canMerge: boolean;
  readonly canHash: boolean;
  /** Names of the selectivity estimators as in pg_operator (eqsel, scalarltsel …), '-' for none. */
  readonly restrict: string;
  readonly join: string;
}

/** One cast: pg_cast. */
export interface CastEntry {
  readonly oid: Oid;
  readonly source: Oid;
  readonly target: Oid;
  /** 0 when binary-coercible or through text I/O. */
  readonly functionOid: Oid;
  /** i implicit, a assignment, e explicit only. */
  readonly context: 'i' | 'a' | 'e';
  /** f function, i I/O conversion, b binary-coercible. */
  readonly method: 'f' | 'i' | 'b';
}
