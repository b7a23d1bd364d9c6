/**
 * Statistics that keep up by themselves: statements report how many rows they changed, and a table of which enough rows have
 * changed since its last ANALYZE is analysed in the background (PostgreSQL's autovacuum does the same, by the same settings).
 */
import type { Oid } from '../common/ids.ts';
import { SqlError } from '../common/sql-error.ts';
import { bootstrapRole, firstUserOid } from '../catalog/system-tables.ts';
import { joinQualifiedName } from './qualified-name.ts';
import type { Instance } from './instance.ts';
import { runScript } from './internal-session.ts';

/** Tables looked at in one round at most, so that a round ends. */
const tablesPerRound = 100;

export class AutoAnalyze {
  readonly #instance: Instance;
  /** Rows changed since the last ANALYZE, by database and table. */
  readonly #changes = new Map<Oid, Map<Oid, number>>();
  #lastRound = performance.now();
  #isRunning = false;
  #isStopped = false;
  /** Databases being worked in: they are not to be dropped. */
  readonly workingIn = new Set<Oid>();

  constructor(instance: Instance) {
    this.#instance = instance;
  }

  note(database: Oid, table: Oid, rows: number): void {
    if (rows === 0 || table < firstUserOid) return;
    let tables = this.#changes.get(database);
    if (tables === undefined) this.#changes.set(database, (tables = new Map()));
    tables.set(table, (tables.get(table) ?? 0) + rows);
  }

  changedRows(database: Oid, table: Oid): number {
    return this.#changes.get(database)?.get(table) ?? 0;
  }

  analyzed(database: Oid, table: Oid): void {
    this.#changes.get(database)?.delete(table);
  }

  /** Called often; does something every autovacuum_naptime. */
  tick(): void {
    const { settings, log } = this.#instance;
    if (this.#isRunning || this.#isStopped || settings.get('autovacuum') !== true) return;
    if (performance.now() - this.#lastRound < settings.number('autovacuum_naptime') * 1000) return;
    this.#lastRound = performance.now();
    this.#isRunning = true;
    void this.#round()
      .catch((error: unknown) => {
        if (error instanceof SqlError) log.warn({ error: error.message }, 'automatic analyze failed');
        else this.#instance.onFatal(error as Error);
      })
      .finally(() => {
        this.#isRunning = false;
      });
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #round(): Promise<void> {
    for (const [databaseOid, tables] of this.#changes) {
      const due = [...tables].filter(([table, changed]) => this.#isDue(databaseOid, table, changed));
      for (const [table] of due.slice(0, tablesPerRound)) await this.#analyze(databaseOid, table);
    }
  }

  #isDue(databaseOid: Oid, tableOid: Oid, changed: number): boolean {
    const { settings } = this.#instance;
    const table = this.#instance.findOpenDatabase(databaseOid)?.catalog.getRelation(tableOid);
    if (table?.kind !== 'r' || table.persistence === 't') {
      this.analyzed(databaseOid, tableOid);
      return false;
    }
    const scale = settings.number('autovacuum_analyze_scale_factor');
    return changed > settings.number('autovacuum_analyze_threshold') + scale * Math.max(table.analyzedRows, 0);
  }

  async #analyze(databaseOid: Oid, tableOid: Oid): Promise<void> {
    const database = this.#instance.findOpenDatabase(databaseOid);
    const table = database?.catalog.getRelation(tableOid);
    if (database === undefined || table === undefined || this.#isStopped) return;
    this.workingIn.add(databaseOid);
    try {
      const name = joinQualifiedName(table.schema, table.name);
      const user = { oid: bootstrapRole, name: database.catalog.roleName(bootstrapRole) ?? '' };
      await runScript(this.#instance, database, user, [`ANALYZE ${name}`]);
    } catch (error) {
      // The table may have been dropped or locked away meanwhile; it is looked at again when it changes.
      if (!(error instanceof SqlError)) throw error;
      this.analyzed(databaseOid, tableOid);
    } finally {
      this.workingIn.delete(databaseOid);
    }
  }
}
