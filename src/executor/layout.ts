/** Which column of a batch holds a ColumnId: what ties expressions, which name columns by id, to vectors, which have places. */
import { InvariantError } from '../common/assert.ts';
import type { Oid } from '../common/ids.ts';
import type { ColumnId } from '../algebra/expression.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import { getType } from '../types/registry.ts';
import type { Vector } from '../types/vector.ts';
import { createVector } from '../types/vector.ts';

export interface ColumnPlace {
  /** Index into a batch's columns. */
  readonly index: number;
  readonly type: Oid;
}

export type Layout = ReadonlyMap<ColumnId, ColumnPlace>;

/** Answers the type of any column of the plan. */
export type TypeOf = (column: ColumnId) => Oid;

/** The layout of batches whose columns are those, in order; `first` is the index of the first one. */
export function layoutOf(columns: readonly ColumnId[], typeOf: TypeOf, first: number = 0): Layout {
  return new Map(columns.map((id, i) => [id, { index: first + i, type: typeOf(id) }]));
}

export function joinLayouts(...layouts: readonly Layout[]): Layout {
  return new Map(layouts.flatMap((layout) => [...layout]));
}

export function placeOf(layout: Layout, column: ColumnId): ColumnPlace {
  const place = layout.get(column);
  if (place === undefined) throw new InvariantError(`column ${column} is not among the inputs of its plan node`);
  return place;
}

export function handlersOf(columns: readonly ColumnId[], typeOf: TypeOf): TypeHandler[] {
  return columns.map((column) => getType(typeOf(column)));
}

/** Empty vectors for values of these types. */
export function vectorsFor(handlers: readonly TypeHandler[], capacity: number): Vector[] {
  return handlers.map((handler) => createVector(handler.vectorKind, capacity));
}
