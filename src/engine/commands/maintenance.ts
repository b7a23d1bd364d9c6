/** VACUUM, CHECKPOINT, LOCK TABLE. */
import { notSupported, SqlError, sqlState } from '../../common/sql-error.ts';
import type { TableDescriptor } from '../../catalog/descriptors.ts';
import type { RangeVar } from '../../parser/syntax.ts';
import type { LockStmt, VacuumStmt } from '../../parser/utility-syntax.ts';
import type { LockMode } from '../../transaction/lock-modes.ts';
import type { Session } from '../session.ts';
import { parseBoolean } from '../settings/setting.ts';
import { optionText } from '../transaction-modes.ts';
import { analyzeTables } from './analyze.ts';
import type { CommandResult } from './command.ts';

export function findTable(session: Session, { schemaname, relname }: RangeVar): TableDescriptor {
  const table = session.catalog.findRelation(schemaname, relname);
  if (table !== undefined) return table;
  const written = schemaname === undefined ? relname : `${schemaname}.${relname}`;
  throw new SqlError(sqlState.undefinedTable, `relation "${written}" does not exist`);
}

const vacuumOptions: ReadonlySet<string> = new Set(
  'full freeze verbose analyze disable_page_skipping skip_locked index_cleanup process_toast truncate parallel'.split(
    ' ',
  ),
);
const analyzeOptions: ReadonlySet<string> = new Set(['verbose', 'skip_locked']);

export async function vacuum(session: Session, statement: VacuumStmt): Promise<CommandResult> {
  const isVacuum = statement.is_vacuumcmd;
  const command = isVacuum ? 'VACUUM' : 'ANALYZE';
  const given = new Set<string>();
  for (const option of statement.options) {
    const name = option.defname.toLowerCase();
    if (!(isVacuum ? vacuumOptions : analyzeOptions).has(name)) {
      throw new SqlError(sqlState.syntaxError, `unrecognized ${command} option "${option.defname}"`);
    }
    if (option.arg === undefined || parseBoolean(optionText(option)) !== false) given.add(name);
  }
  if (isVacuum) {
    session.requireNoTransactionBlock('VACUUM');
    await purge(session);
  }
  const targets = statement.rels.map((rel) => {
    if (rel.va_cols.length > 0 && isVacuum && !given.has('analyze')) {
      throw new SqlError(
        sqlState.featureNotSupported,
        'ANALYZE option must be specified when a column list is provided',
      );
    }
    return { table: findTable(session, rel.relation), columns: rel.va_cols };
  });
  if (!isVacuum || given.has('analyze')) await analyzeTables(session, targets, statement.rels.length > 0);
  return { tag: command };
}

/** Storage clears away behind everybody anyway; this only does it now. */
async function purge(session: Session): Promise<void> {
  while (session.instance.storage.purgeSlice(1) === 'more') await session.yieldNow();
}

export async function checkpoint(session: Session): Promise<CommandResult> {
  await session.instance.jobs.checkpoint();
  return { tag: 'CHECKPOINT' };
}

export async function lockTables(session: Session, statement: LockStmt): Promise<CommandResult> {
  if (!session.block.isExplicit && session.block.state !== 'implicit') {
    throw new SqlError(sqlState.noActiveSqlTransaction, 'LOCK TABLE can only be used in transaction blocks');
  }
  for (const relation of statement.relations) {
    const table = findTable(session, relation);
    if (table.kind === 'v') throw notSupported('LOCK TABLE on a view');
    if (table.kind !== 'r') {
      throw new SqlError(sqlState.wrongObjectType, `"${table.name}" is not a table or view`);
    }
    await lockOne(session, table, statement.mode as LockMode, statement.nowait);
  }
  return { tag: 'LOCK TABLE' };
}

async function lockOne(session: Session, table: TableDescriptor, mode: LockMode, nowait: boolean): Promise<void> {
  if (!nowait) {
    await session.lockTableWhenFree(table.oid, mode);
  } else if (session.lockTable(table.oid, mode, 'nowait') !== 'granted') {
    throw new SqlError(sqlState.lockNotAvailable, `could not obtain lock on relation "${table.name}"`);
  }
}
