/** A new cluster: the shared tables, template1 with its catalogs and system views, and template0 and postgres as its branches. */
import type { SpaceId } from '../../common/ids.ts';
import {
  type BootstrapRows,
  databaseBootstrapRows,
  postgresDatabase,
  sharedBootstrapRows,
  template0Database,
  template1Database,
} from '../../catalog/bootstrap-rows.ts';
import { fillVectors, rowVectors, type CatalogRow } from '../../catalog/catalog-rows.ts';
import { bootstrapRole, systemTableDefinition, systemTables, type SystemTable } from '../../catalog/system-tables.ts';
import { InvariantError } from '../../common/assert.ts';
import type { TableStore } from '../../tables/storage.ts';
import type { ActiveTransaction } from '../../transaction/active-transaction.ts';
import { batchRowsMax } from '../../types/vector.ts';
import { Instance, oidSequence, oidSequenceParameters } from '../instance.ts';
import { runScript } from '../internal-session.ts';
import { systemViews } from './system-views.ts';

/** OIDs of the system views: above the catalogs', below the users'. */
const firstViewOid = 13_200;

export async function bootstrap(instance: Instance, superuser: string): Promise<void> {
  const { storage } = instance;
  const manager = storage.transactions;
  const transaction = manager.begin();
  const { shared } = instance;
  await shared.sequences.create(oidSequence, oidSequenceParameters.startValue, false, transaction);
  await fill(instance, shared, sharedBootstrapRows(superuser), (table) => table.shared, transaction);
  const template = storage.createSpace(template1Database as SpaceId);
  await fill(instance, template, databaseBootstrapRows(superuser), (table) => !table.shared, transaction);
  await commit(instance, transaction);
  await makeViews(instance, superuser);
  for (const target of [template0Database, postgresDatabase]) {
    const branching = manager.begin();
    await storage.branchSpace(template1Database as SpaceId, target as SpaceId, branching);
    await commit(instance, branching);
  }
  await storage.checkpoint();
}

async function fill(
  instance: Instance,
  store: TableStore,
  rows: BootstrapRows,
  belongs: (table: SystemTable) => boolean,
  transaction: ActiveTransaction,
): Promise<void> {
  for (const table of systemTables.filter(belongs)) {
    await store.createTable(systemTableDefinition(table), transaction);
    await insertAll(instance, store, table, rows.get(table.name) ?? [], transaction);
  }
}

async function insertAll(
  instance: Instance,
  store: TableStore,
  table: SystemTable,
  rows: readonly CatalogRow[],
  transaction: ActiveTransaction,
): Promise<void> {
  const manager = instance.storage.transactions;
  const access = store.open(table.oid);
  for (let start = 0; start < rows.length; start += batchRowsMax) {
    const batch = rows.slice(start, start + batchRowsMax);
    const columns = rowVectors(table, batch.length);
    fillVectors(table, columns, batch);
    for (let done = 0; done < batch.length;) {
      const snapshot = manager.takeLatestSnapshot(transaction);
      let woken = (): void => undefined;
      const wait = new Promise<void>((resolve) => (woken = resolve));
      const context = { transaction, snapshot, waiter: { wake: () => woken() } };
      const result = access.insertMany({ columns }, done, batch.length, context);
      manager.releaseSnapshot(snapshot);
      done += result.done;
      if (done < batch.length) {
        if (result.outcome.kind !== 'wait') throw new InvariantError(`bootstrap rows of ${table.name} conflict`);
        await wait;
      }
    }
  }
}

/** Not durable by itself: the checkpoint at the end is. */
async function commit(instance: Instance, transaction: ActiveTransaction): Promise<void> {
  await new Promise<void>((resolve) => {
    if (instance.storage.transactions.commit(transaction, { wake: resolve }, false) === 'done') resolve();
  });
}

async function makeViews(instance: Instance, superuser: string): Promise<void> {
  instance.bootstrapOid = firstViewOid;
  const database = instance.openDatabase(template1Database, 'template1');
  await runScript(instance, database, { oid: bootstrapRole, name: superuser }, systemViews);
  instance.bootstrapOid = undefined;
}
