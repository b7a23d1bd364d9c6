/** The rows under pg_settings, pg_stat_activity, pg_locks and their kin (functions/sets/system-views.ts declares them). */
import type { Oid } from '../../common/ids.ts';
import { lockModeNames } from '../../transaction/lock-modes.ts';
import type { LockListing } from '../../transaction/object-locks.ts';
import { ArrayValue, canonicalInt64, type Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import type { Session } from '../session.ts';
import { readSequence } from './sequences.ts';
import { formatPlain, type Setting, type SettingValue } from '../settings/setting.ts';

type Rows = readonly (readonly Datum[])[];
type Question = (args: readonly Datum[], session: Session) => Rows;

// ---- pg_settings

const showAllSettings: Question = (_args, session) =>
  session.settings.list().map(({ setting, value, reset, source }) => {
    const bounded = setting.type === 'integer' || setting.type === 'real';
    const options = setting.options;
    return [
      setting.name,
      settingText(setting, value, session),
      setting.unit === '' ? null : setting.unit,
      setting.category,
      setting.description,
      null,
      setting.context,
      setting.type,
      source,
      bounded ? String(setting.minimum) : null,
      bounded ? String(setting.maximum) : null,
      options.length === 0 ? null : new ArrayValue(typeOid.text, [options.length], [1], options),
      setting.defaultText,
      formatPlain(reset),
      null,
      null,
      false,
    ];
  });

function settingText(setting: Setting, value: SettingValue, session: Session): string {
  return setting.name.startsWith('transaction_') ? (session.showSetting(setting.name) ?? '') : formatPlain(value);
}

// ---- pg_stat_activity

function stateOf(other: Session, asker: Session): string {
  if (other === asker || other.isActive) return 'active';
  if (other.block.state === 'failed') return 'idle in transaction (aborted)';
  return other.block.isExplicit ? 'idle in transaction' : 'idle';
}

const activity: Question = ([pid], session) =>
  [...session.instance.sessions.values()]
    .filter((other) => pid === null || pid === undefined || other.processId === pid)
    .map((other) => {
      const { transaction } = other.block;
      const isWaiting = other.owner.wait !== undefined;
      return [
        other.database.oid,
        other.processId,
        other.userOid,
        other.settings.text('application_name'),
        stateOf(other, session),
        other.query,
        isWaiting ? 'Lock' : other.isActive ? null : 'Client',
        isWaiting ? 'transactionid' : other.isActive ? null : 'ClientRead',
        transaction === undefined ? null : other.transactionStart,
        other.statementStart,
        other.sessionStart,
        other.statementStart,
        other.client?.address ?? null,
        other.client?.port ?? null,
        transaction === undefined || transaction.xid === 0 ? null : transaction.xid,
        null,
        'client backend',
      ];
    });

// ---- pg_locks

function lockRow({ tag, owner, mode, granted }: LockListing): readonly Datum[] {
  const relation = tag.kind === 'relation' ? tag.oid : null;
  const isAdvisory = tag.kind === 'advisory';
  const classOid: Oid | null = isAdvisory ? tag.high : tag.kind === 'object' ? tag.classOid : null;
  const objectOid: Oid | null = isAdvisory ? tag.low : tag.kind === 'object' ? tag.oid : null;
  return [
    tag.kind,
    tag.space,
    relation,
    null,
    null,
    null,
    null,
    classOid,
    objectOid,
    isAdvisory ? tag.part : tag.kind === 'object' ? 0 : null,
    `${owner.id}/${owner.xid}`,
    owner.processId,
    lockModeNames[mode],
    granted,
    false,
    null,
  ];
}

const lockStatus: Question = (_args, session) => {
  const rows = session.manager.locks.list().map(lockRow);
  for (const { owner, xid } of session.manager.unfinished()) {
    rows.push([
      'transactionid',
      null,
      null,
      null,
      null,
      null,
      xid,
      null,
      null,
      null,
      `${owner.id}/${xid}`,
      owner.processId,
      'ExclusiveLock',
      true,
      false,
      null,
    ]);
  }
  return rows;
};

// ---- the session's own

const preparedStatements: Question = (_args, session) =>
  [...session.prepared.values()]
    .filter((prepared) => prepared.name !== '')
    .map((prepared) => {
      const types = prepared.parameterTypes;
      return [
        prepared.name,
        prepared.sql,
        prepared.preparedAt,
        new ArrayValue(typeOid.regtype, types.length === 0 ? [] : [types.length], types.length === 0 ? [] : [1], types),
        prepared.fromSql,
        0,
        0,
      ];
    });

const cursors: Question = (_args, session) =>
  [...session.cursors.values()].map(({ options }) => [
    options.name,
    options.sql,
    options.isHeld,
    options.isBinary,
    options.isScrollable,
    options.createdAt,
  ]);

const sequenceState: Question = ([oid], session) => {
  readSequence(session.catalogCache, oid as Oid);
  const { lastValue, logCount, isCalled } = session.database.tables.sequences.state(oid as Oid);
  return [[canonicalInt64(lastValue), logCount, isCalled]];
};

const tables: ReadonlyMap<string, Question> = new Map([
  ['pg_show_all_settings', showAllSettings],
  ['pg_stat_get_activity', activity],
  ['pg_lock_status', lockStatus],
  ['pg_prepared_statement', preparedStatements],
  ['pg_cursor', cursors],
  ['hyrax_sequence_state', sequenceState],
  ['pg_stat_get_backend_idset', (_args, session) => [...session.instance.sessions.keys()].map((pid) => [pid])],
]);

/** Views of what this server does not have are empty. */
export function systemRows(name: string, args: readonly Datum[], session: Session): Rows {
  return tables.get(name)?.(args, session) ?? [];
}
