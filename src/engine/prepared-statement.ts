/**
 * A statement analysed and planned, to be run any number of times. The plan is kept as long as what it was made from stays the
 * same: the catalog's version and the session's settings; then it is made again, and must give columns of the same types.
 */
import { notSupported, SqlError, sqlState } from '../common/sql-error.ts';
import type { Oid } from '../common/ids.ts';
import type { PlannedStatement } from '../algebra/physical.ts';
import type { BoundStatement } from '../algebra/statement.ts';
import type { OutputColumn } from '../algebra/query.ts';
import type { TableDescriptor } from '../catalog/descriptors.ts';
import { isPlannable } from '../analyzer/analyze.ts';
import { type BuiltPlan, buildPlan } from '../executor/build.ts';
import { statementName } from '../parser/statement-name.ts';
import type { Statement } from '../parser/syntax.ts';
import type { FieldDescription } from '../protocol/backend.ts';
import { findType, getType } from '../types/registry.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import { typeOid } from '../types/oids.ts';
import type { Datum } from '../types/datum.ts';
import { Execution } from './execution.ts';
import { bindParameters } from './plan-cache/bind-parameters.ts';
import { PlanChoice } from './plan-cache/plan-choice.ts';
import { isPointPlan } from './plan-cache/point-plan.ts';
import type { Session } from './session.ts';

/** Operators over a plan, and what they share while they run: used by one execution at a time. */
export interface Runnable {
  readonly built: BuiltPlan;
  readonly execution: Execution;
}

interface TableSize {
  readonly table: TableDescriptor;
  readonly rows: number;
}

const sizeCheckMicros = 1_000_000;
/** Changes of so few rows make no difference. */
const sizeSlackRows = 200;

/** Everything that depends on the catalog's state. */
export class CachedPlan {
  readonly planned: PlannedStatement;
  readonly bound: BoundStatement;
  /** The same plan would be made for any parameters. */
  readonly suitsAll: boolean;
  readonly output: readonly OutputColumn[];
  readonly handlers: readonly TypeHandler[];
  readonly catalogVersion: number;
  readonly settingsVersion: number;
  /** When the sizes of the tables were last looked at. */
  #sizedAt: number;
  readonly #sizes: readonly TableSize[];
  readonly #idle: Runnable[] = [];

  constructor(planned: PlannedStatement, bound: BoundStatement, session: Session) {
    const { catalog, settings } = session;
    this.planned = planned;
    this.bound = bound;
    this.suitsAll = bound.parameterTypes.length === 0 || planned.command === 'INSERT' || isPointPlan(planned);
    this.output = planned.output;
    this.handlers = planned.output.map((column) => typeHandler(column.type));
    this.catalogVersion = catalog.version;
    this.settingsVersion = settings.version;
    this.#sizedAt = session.statementStart;
    this.#sizes = planned.locks.flatMap(({ tableOid }) => {
      const table = catalog.getRelation(tableOid);
      return table?.storage === undefined ? [] : [{ table, rows: catalog.estimateSize(table).rows }];
    });
  }

  /** Whether it is still the plan to run: nothing it was made from has changed, its tables' sizes not much. */
  isCurrent(session: Session): boolean {
    const { catalog, settings, statementStart } = session;
    if (this.catalogVersion !== catalog.version || this.settingsVersion !== settings.version) return false;
    if (statementStart - this.#sizedAt < sizeCheckMicros) return true;
    this.#sizedAt = statementStart;
    return this.#sizes.every(({ table, rows }) => {
      const now = catalog.estimateSize(table).rows;
      return now < 2 * rows + sizeSlackRows && rows < 2 * now + sizeSlackRows;
    });
  }

  take(session: Session): Runnable {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    const built = buildPlan(this.planned);
    return { built, execution: new Execution(session, session, this.planned.slotCount, session.referential) };
  }

  giveBack(runnable: Runnable): void {
    runnable.execution.parameters = noParameters;
    if (this.#idle.length < 2) this.#idle.push(runnable);
  }
}

const noParameters: readonly never[] = [];

/** Row types of tables are not in the registry: they read and print as records. */
export function typeHandler(oid: Oid): TypeHandler {
  return findType(oid) ?? getType(typeOid.record);
}

export interface PreparedOptions {
  readonly parametersAllowed: boolean;
  /** Made by PREPARE. */
  readonly fromSql: boolean;
  /** The client is told of the columns anew each time: they may differ after a change of the catalog. */
  readonly columnsMayChange?: boolean;
}

export class PreparedStatement {
  readonly name: string;
  /** The text all locations in the tree point into. */
  readonly sql: string;
  /** undefined: an empty query string. */
  readonly statement: Statement | undefined;
  readonly isPlannable: boolean;
  readonly isTransactionExit: boolean;
  readonly preparedAt: number;
  /** Made by PREPARE rather than by Parse. */
  readonly fromSql: boolean;
  parameterTypes: readonly Oid[];
  readonly #parametersAllowed: boolean;
  readonly #columnsMayChange: boolean;
  #plan: CachedPlan | undefined = undefined;
  readonly #choice = new PlanChoice();

  constructor(
    session: Session,
    name: string,
    sql: string,
    statement: Statement | undefined,
    parameterTypes: readonly Oid[],
    options: PreparedOptions,
  ) {
    this.name = name;
    this.sql = sql;
    this.statement = statement;
    this.isPlannable = statement !== undefined && isPlannable(statement) && !isSelectInto(statement);
    this.isTransactionExit = statement !== undefined && isTransactionExit(statement);
    this.preparedAt = session.statementStart;
    this.fromSql = options.fromSql;
    this.parameterTypes = parameterTypes;
    this.#parametersAllowed = options.parametersAllowed;
    this.#columnsMayChange = options.columnsMayChange ?? !options.parametersAllowed;
    const inner = statement === undefined ? undefined : innerQuery(statement);
    if (this.isPlannable) {
      this.parameterTypes = this.plan(session).planned.parameterTypes;
    } else if (inner !== undefined && options.parametersAllowed) {
      this.parameterTypes = session.analyze(inner, sql, parameterTypes, true).parameterTypes;
    }
  }

  /** The plan, made now unless the one at hand is still good. Only for plannable statements. */
  plan(session: Session): CachedPlan {
    const known = this.#plan;
    if (known?.isCurrent(session) === true) return known;
    const plan = this.#makePlan(session);
    if (known !== undefined && !this.#columnsMayChange) requireSameColumns(known, plan);
    this.#plan = plan;
    this.#choice.reset();
    return plan;
  }

  /** The plan to run with these parameters: the one for all, or one made for them. */
  planFor(session: Session, parameters: readonly Datum[]): CachedPlan {
    const generic = this.plan(session);
    if (generic.suitsAll) return generic;
    const mode = session.settings.text('plan_cache_mode');
    if (!this.#choice.wantsCustom(mode, () => generic.planned.root.estimate.totalCost)) return generic;
    const bound = bindParameters(generic.bound, parameters);
    if (bound === undefined) return generic;
    const planned = session.planBound(bound);
    this.#choice.noteCustom(planned.root.estimate.totalCost, planned.locks.length);
    return new CachedPlan(planned, bound, session);
  }

  #makePlan(session: Session): CachedPlan {
    const statement = this.statement as Statement;
    const bound = session.analyze(statement, this.sql, this.parameterTypes, this.#parametersAllowed);
    const planned = session.planBound(bound);
    return new CachedPlan(planned, bound, session);
  }
}

function requireSameColumns(before: CachedPlan, after: CachedPlan): void {
  const same =
    before.output.length === after.output.length &&
    before.output.every(({ type, typmod, name }, i) => {
      const other = after.output[i] as OutputColumn;
      return type === other.type && typmod === other.typmod && name === other.name;
    });
  if (!same) throw new SqlError(sqlState.featureNotSupported, 'cached plan must not change result type');
}

/** The query in a command that takes parameters. */
function innerQuery(statement: Statement): Statement | undefined {
  if (statement.kind !== 'ExplainStmt' && statement.kind !== 'DeclareCursorStmt') return undefined;
  return isPlannable(statement.query) ? statement.query : undefined;
}

export function isSelectInto(statement: Statement): boolean {
  return statement.kind === 'SelectStmt' && statement.intoClause !== undefined;
}

/** What may run in a failed transaction block. */
function isTransactionExit(statement: Statement): boolean {
  if (statement.kind !== 'TransactionStmt') return false;
  switch (statement.subkind) {
    case 'TRANS_STMT_COMMIT':
    case 'TRANS_STMT_ROLLBACK':
    case 'TRANS_STMT_ROLLBACK_TO':
    case 'TRANS_STMT_PREPARE':
      return true;
    default:
      return false;
  }
}

export function fieldsOf(output: readonly OutputColumn[], formats: (index: number) => number): FieldDescription[] {
  return output.map((column, i) => ({
    name: column.name,
    tableOid: column.tableOid,
    columnNumber: column.columnNumber,
    typeOid: column.type,
    typeBytes: typeHandler(column.type).length,
    typmod: column.typmod,
    format: formats(i),
  }));
}

export function requirePlannable(statement: Statement): void {
  if (!isPlannable(statement)) throw notSupported(statementName(statement));
}

export type { BoundStatement };
