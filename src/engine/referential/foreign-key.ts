/** One foreign key with both its tables, the statements that check and enforce it, and its errors. */
import { InvariantError } from '../../common/assert.ts';
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type {
  ColumnDescriptor,
  ConstraintDescriptor,
  ForeignKeyAction,
  ForeignKeyDescriptor,
  TableDescriptor,
} from '../../catalog/descriptors.ts';
import { quoteIdentifier } from '../../functions/quoting.ts';
import type { Datum } from '../../types/datum.ts';
import type { IoContext } from '../../types/type-handler.ts';
import type { Session } from '../session.ts';
import { typeHandler } from '../prepared-statement.ts';
import { InternalQuery } from './internal-query.ts';

export type KeyValues = readonly Datum[];

export class ForeignKey {
  readonly constraint: ConstraintDescriptor;
  readonly foreign: ForeignKeyDescriptor;
  /** The referencing table and the referenced one. */
  readonly child: TableDescriptor;
  readonly parent: TableDescriptor;
  readonly childColumns: readonly ColumnDescriptor[];
  readonly parentColumns: readonly ColumnDescriptor[];
  readonly #session: Session;
  readonly #queries = new Map<string, InternalQuery>();

  constructor(session: Session, constraint: ConstraintDescriptor, child: TableDescriptor) {
    const { foreign } = constraint;
    if (foreign === undefined) throw new InvariantError(`constraint ${constraint.name} is a foreign key`);
    const parent = session.catalog.getRelation(foreign.referencedTable);
    if (parent === undefined) throw new InvariantError(`the table that ${constraint.name} references exists`);
    this.#session = session;
    this.constraint = constraint;
    this.foreign = foreign;
    this.child = child;
    this.parent = parent;
    this.childColumns = constraint.columns.map((number) => child.columns[number - 1] as ColumnDescriptor);
    this.parentColumns = foreign.referencedColumns.map((number) => parent.columns[number - 1] as ColumnDescriptor);
  }

  childKey(row: readonly Datum[]): KeyValues {
    return this.childColumns.map((column) => row[column.number - 1] ?? null);
  }

  parentKey(row: readonly Datum[]): KeyValues {
    return this.parentColumns.map((column) => row[column.number - 1] ?? null);
  }

  /** Whether two keys of the same side are equal. */
  sameKey(columns: readonly ColumnDescriptor[], a: KeyValues, b: KeyValues): boolean {
    return columns.every((column, i) => {
      const left = a[i] as Datum;
      const right = b[i] as Datum;
      if (left === null || right === null) return left === right;
      return typeHandler(column.typeOid).compare?.(left, right) === 0;
    });
  }

  // ---- checks

  /** The referenced row is there, and is kept from being deleted until the transaction ends. `types` are the child's. */
  hasParent(key: KeyValues): Promise<boolean> {
    const where = conditions(this.parentColumns, 1);
    const sql = `SELECT 1 FROM ${nameOf(this.parent)} x WHERE ${where} FOR KEY SHARE OF x`;
    return this.#query('parent', sql, this.childColumns).hasRow(key);
  }

  /** As hasParent, for a key of the parent's own. */
  hasParentAgain(key: KeyValues): Promise<boolean> {
    const where = conditions(this.parentColumns, 1);
    const sql = `SELECT 1 FROM ${nameOf(this.parent)} x WHERE ${where} FOR KEY SHARE OF x`;
    return this.#query('parent again', sql, this.parentColumns).hasRow(key);
  }

  hasChild(key: KeyValues): Promise<boolean> {
    const where = conditions(this.childColumns, 1);
    const sql = `SELECT 1 FROM ${nameOf(this.child)} x WHERE ${where} FOR KEY SHARE OF x`;
    return this.#query('child', sql, this.parentColumns).hasRow(key);
  }

  /** Whether a row of the child still has this key, for checks that were deferred. */
  hasOwnRow(key: KeyValues): Promise<boolean> {
    const where = conditions(this.childColumns, 1);
    return this.#query('own', `SELECT 1 FROM ${nameOf(this.child)} x WHERE ${where}`, this.childColumns).hasRow(key);
  }

  // ---- actions

  async deleteChildren(key: KeyValues): Promise<void> {
    const sql = `DELETE FROM ${nameOf(this.child)} WHERE ${conditions(this.childColumns, 1)}`;
    await this.#query('delete', sql, this.parentColumns).modify(key);
  }

  /** Gives the children the new key. */
  async updateChildren(key: KeyValues, newKey: KeyValues): Promise<void> {
    const count = this.childColumns.length;
    const values = this.childColumns.map((column, i) => `${quoteIdentifier(column.name)} = $${count + i + 1}`);
    const sql = `UPDATE ${nameOf(this.child)} SET ${values.join(', ')} WHERE ${conditions(this.childColumns, 1)}`;
    await this.#query('update', sql, [...this.parentColumns, ...this.parentColumns]).modify([...key, ...newKey]);
  }

  async resetChildren(key: KeyValues, to: 'NULL' | 'DEFAULT'): Promise<void> {
    const values = this.childColumns.map((column) => `${quoteIdentifier(column.name)} = ${to}`);
    const sql = `UPDATE ${nameOf(this.child)} SET ${values.join(', ')} WHERE ${conditions(this.childColumns, 1)}`;
    await this.#query(to, sql, this.parentColumns).modify(key);
  }

  action(isDelete: boolean): ForeignKeyAction {
    return isDelete ? this.foreign.onDelete : this.foreign.onUpdate;
  }

  #query(name: string, sql: string, parameters: readonly ColumnDescriptor[]): InternalQuery {
    let query = this.#queries.get(name);
    if (query === undefined) {
      query = new InternalQuery(
        this.#session,
        sql,
        parameters.map((column) => column.typeOid),
      );
      this.#queries.set(name, query);
    }
    return query;
  }

  // ---- errors

  missingParent(key: KeyValues, io: IoContext): SqlError {
    return this.#violation(
      `insert or update on table "${this.child.name}" violates foreign key constraint "${this.constraint.name}"`,
      `Key ${keyText(this.childColumns, key, io)} is not present in table "${this.parent.name}".`,
    );
  }

  mixedNulls(): SqlError {
    return this.#violation(
      `insert or update on table "${this.child.name}" violates foreign key constraint "${this.constraint.name}"`,
      'MATCH FULL does not allow mixing of null and nonnull key values.',
    );
  }

  stillReferenced(key: KeyValues, io: IoContext): SqlError {
    return this.#violation(
      `update or delete on table "${this.parent.name}" violates foreign key constraint "${this.constraint.name}" on table "${this.child.name}"`,
      `Key ${keyText(this.parentColumns, key, io)} is still referenced from table "${this.child.name}".`,
    );
  }

  #violation(message: string, detail: string): SqlError {
    return new SqlError(sqlState.foreignKeyViolation, message, {
      detail,
      schema: this.child.schema,
      table: this.child.name,
      constraint: this.constraint.name,
    });
  }
}

function nameOf(table: TableDescriptor): string {
  return `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
}

function conditions(columns: readonly ColumnDescriptor[], first: number): string {
  return columns.map((column, i) => `${quoteIdentifier(column.name)} = $${first + i}`).join(' AND ');
}

function keyText(columns: readonly ColumnDescriptor[], key: KeyValues, io: IoContext): string {
  const names = columns.map((column) => column.name).join(', ');
  const values = columns.map((column, i) => {
    const value = key[i] as Datum;
    return value === null ? 'null' : typeHandler(column.typeOid).formatText(value, io);
  });
  return `(${names})=(${values.join(', ')})`;
}
