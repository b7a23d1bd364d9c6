/**
 * What one run of analysis carries along: the catalog, the statement's text (for positions), the parameters' types, and
 * the counters that make ids unique in the statement.
 */
import type { Oid } from '../common/ids.ts';
import { SqlError } from '../common/sql-error.ts';
import type { Catalog } from '../catalog/descriptors.ts';
import type { IoContext } from '../types/type-handler.ts';
import type { ColumnId, Parameter } from '../algebra/expression.ts';
import type { CommonTableId, OutputColumn, RelationId } from '../algebra/query.ts';
import { positionOf } from '../parser/parse.ts';

export interface AnalyzeOptions {
  readonly catalog: Catalog;
  /** Text that the syntax tree's locations point into. */
  readonly sql: string;
  /** For literals: input functions run at analysis, as in PostgreSQL. */
  readonly io: IoContext;
  /** Types given by Parse; 0 or missing: to be inferred. */
  readonly parameterTypes: readonly Oid[];
  /** False where parameters have no meaning (simple protocol, DDL): `$1` is then "there is no parameter $1". */
  readonly parametersAllowed: boolean;
}

const firstId = 1;

export class AnalyzeContext {
  readonly catalog: Catalog;
  readonly sql: string;
  readonly io: IoContext;
  readonly parameterTypes: Oid[];
  readonly parametersAllowed: boolean;
  /** OIDs of relations mentioned. */
  readonly relations = new Set<Oid>();
  #nextId: number;
  /** References made while their type was unknown; typed when analysis ends. */
  readonly #untyped: { -readonly [Field in keyof Parameter]: Parameter[Field] }[] = [];

  constructor(options: AnalyzeOptions) {
    this.catalog = options.catalog;
    this.sql = options.sql;
    this.io = options.io;
    this.parameterTypes = [...options.parameterTypes];
    this.parametersAllowed = options.parametersAllowed;
    this.#nextId = firstId;
  }

  get nextId(): number {
    return this.#nextId;
  }

  newColumnId(): ColumnId {
    return this.#nextId++ as ColumnId;
  }

  newRelationId(): RelationId {
    return this.#nextId++ as RelationId;
  }

  newCommonTableId(): CommonTableId {
    return this.#nextId++ as CommonTableId;
  }

  /** A fresh output column that is not a plain table column. */
  newColumn(name: string, type: Oid, typmod: number, collation: Oid): OutputColumn {
    return { id: this.newColumnId(), name, type, typmod, collation, tableOid: 0, columnNumber: 0 };
  }

  /** Character position of a byte location, for the error's caret; undefined when the node has none. */
  position(location: number | undefined): number | undefined {
    return location === undefined || location < 0 ? undefined : positionOf(this.sql, location);
  }

  /** Type of $index (from 0); 0 while unknown. Errors 42P02 when parameters are not allowed or out of range. */
  parameterType(index: number, location: number | undefined): Oid {
    if (!this.parametersAllowed || index < 0 || index >= 65535) {
      throw new SqlError('42P02', `there is no parameter $${index + 1}`, { position: this.position(location) });
    }
    while (this.parameterTypes.length <= index) this.parameterTypes.push(0);
    return this.parameterTypes[index] as Oid;
  }

  /** Settles the type of a parameter that was unknown so far. */
  resolveParameter(index: number, type: Oid, location: number | undefined): void {
    const known = this.parameterTypes[index] ?? 0;
    if (known === 0 || known === 705) this.parameterTypes[index] = type;
    else if (known !== type) {
      throw new SqlError('42P08', `inconsistent types deduced for parameter $${index + 1}`, {
        position: this.position(location),
      });
    }
  }

  /** Remembers a reference whose type is not known yet (such as in `$1 IS NULL`). */
  noteUntyped(parameter: Parameter): void {
    this.#untyped.push(parameter);
  }

  settleParameters(): void {
    for (const parameter of this.#untyped) parameter.type = this.parameterTypes[parameter.index] as Oid;
  }
}
