/** The session as definition commands see it: CommandContext. */
import { SqlError, sqlState, type Notice } from '../../common/sql-error.ts';
import type { Oid } from '../../common/ids.ts';
import type { AnalyzeOptions } from '../../analyzer/analyze.ts';
import type { BoundStatement } from '../../algebra/statement.ts';
import { insertRow, type CatalogWriting } from '../../catalog/catalog-rows.ts';
import type { DatabaseCatalog } from '../../catalog/database-catalog.ts';
import { bootstrapRole } from '../../catalog/system-tables.ts';
import { parse } from '../../parser/parse.ts';
import type { AccessMethod } from '../../tables/access-method.ts';
import type { TableStore } from '../../tables/storage.ts';
import { lockMode, type LockMode as LockNumber } from '../../transaction/lock-modes.ts';
import type { Transaction, Waiter } from '../../transaction/transaction.ts';
import type { Datum } from '../../types/datum.ts';
import type { IoContext } from '../../types/type-handler.ts';
import type { CommandContext, LockMode } from '../ddl/context.ts';
import { collectPlanned } from '../run-inside.ts';
import { creationNamespace } from '../search-path.ts';
import type { Session } from '../session.ts';

const lockNumbers: Readonly<Record<LockMode, LockNumber>> = {
  'access share': lockMode.accessShare,
  'row share': lockMode.rowShare,
  'row exclusive': lockMode.rowExclusive,
  'share update exclusive': lockMode.shareUpdateExclusive,
  share: lockMode.share,
  'share row exclusive': lockMode.shareRowExclusive,
  exclusive: lockMode.exclusive,
  'access exclusive': lockMode.accessExclusive,
};

export class SessionCommandContext implements CommandContext {
  readonly sql: string;
  readonly session: Session;
  readonly writing: CatalogWriting;

  constructor(session: Session, sql: string) {
    this.session = session;
    this.sql = sql;
    this.writing = session.catalogWriting;
  }

  get io(): IoContext {
    return this.session.io;
  }

  get transaction(): Transaction {
    return this.session.block.current;
  }

  get tables(): TableStore {
    return this.session.database.tables;
  }

  get shared(): TableStore {
    return this.session.database.shared;
  }

  get isBootstrap(): boolean {
    return this.session.instance.bootstrapOid !== undefined;
  }

  get currentUser(): Oid {
    return this.session.userOid;
  }

  get currentUserName(): string {
    return this.session.userName;
  }

  get catalog(): DatabaseCatalog {
    return this.session.catalog;
  }

  get creationNamespace(): Oid | undefined {
    return creationNamespace(this.session);
  }

  /** pg_temp_<process>: rows of a session before may still be there, and are taken over. */
  async temporaryNamespace(): Promise<Oid> {
    const { session } = this;
    if (session.temporaryNamespace !== 0) return session.temporaryNamespace;
    const name = `pg_temp_${session.processId}`;
    let oid = this.catalog.findNamespace(name);
    if (oid === undefined) {
      oid = this.newOid();
      await insertRow(this.writing, 'pg_namespace', { oid, nspname: name, nspowner: bootstrapRole, nspacl: null });
    }
    session.temporaryNamespace = oid;
    this.catalogChanged();
    return oid;
  }

  analyzeOptions(): AnalyzeOptions {
    const { catalog, io, sql } = this;
    return { catalog, sql, io, parameterTypes: [], parametersAllowed: false };
  }

  newOid(): Oid {
    return this.session.instance.newOid(this.session.block.current);
  }

  catalogChanged(): void {
    this.session.catalogChanged();
  }

  lockTable(table: Oid, mode: LockMode): Promise<void> {
    return this.session.lockTableWhenFree(table, lockNumbers[mode]);
  }

  notice(notice: Notice): void {
    this.session.notice(notice);
  }

  yieldNow(): Promise<void> {
    return this.session.yieldNow();
  }

  whenReady<T extends { readonly kind: string }>(attempt: (waiter: Waiter) => T): Promise<T> {
    return this.session.whenReady(attempt);
  }

  open(table: Oid): AccessMethod {
    return this.session.database.tables.open(table);
  }

  run(bound: BoundStatement): Promise<{ readonly rows: readonly (readonly Datum[])[]; readonly modified: number }> {
    return collectPlanned(this.session, this.session.planBound(bound));
  }

  async runSql(
    sql: string,
    parameters: readonly { readonly type: Oid; readonly value: Datum }[] = [],
  ): Promise<readonly (readonly Datum[])[]> {
    const { session } = this;
    const [parsed] = parse(sql);
    if (parsed === undefined) return [];
    const types = parameters.map((parameter) => parameter.type);
    const bound = session.analyze(parsed.statement, sql, types, true);
    const values = parameters.map((parameter) => parameter.value);
    return (await collectPlanned(session, session.planBound(bound), { parameters: values })).rows;
  }

  requireNoTransactionBlock(command: string): void {
    this.session.requireNoTransactionBlock(command);
  }
}

export function refuseTransactionBlock(command: string): SqlError {
  return new SqlError(sqlState.activeSqlTransaction, `${command} cannot run inside a transaction block`);
}
