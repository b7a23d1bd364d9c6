/** Rows of the functions under system views (functions/sets/system-views.ts declares their columns). */
import type { Oid } from '../../common/ids.ts';
import { ArrayValue, canonicalInt64, type Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import type { Session } from '../session.ts';
import { formatPlain } from '../settings/setting.ts';

type Rows = readonly (readonly Datum[])[];
export type RowsFunction = (args: readonly Datum[], session: Session) => Rows;

function settings(_args: readonly Datum[], session: Session): Rows {
  return session.settings.list().map(({ setting, value, reset, source }) => {
    const { options, unit, type } = setting;
    const bound = (limit: number) => (type === 'integer' || type === 'real' ? String(limit) : null);
    return [
      setting.name,
      formatPlain(value),
      unit === '' ? null : unit,
      setting.category,
      setting.description,
      null,
      setting.context,
      type,
      source,
      bound(setting.minimum),
      bound(setting.maximum),
      type === 'enum' ? new ArrayValue(typeOid.text, [options.length], [1], options) : null,
      setting.defaultText,
      formatPlain(reset),
      null,
      null,
      false,
    ];
  });
}

/** One row per session; the running statement's text is its user's to see, and ours: everybody is a superuser yet. */
function activity([pid]: readonly Datum[], session: Session): Rows {
  const rows: (readonly Datum[])[] = [];
  for (const other of session.instance.sessions.values()) {
    if (typeof pid === 'number' && pid !== other.processId) continue;
    const { block } = other;
    const active = other === session || other.owner.wait !== undefined;
    const state = active
      ? 'active'
      : block.status === 'I'
        ? 'idle'
        : block.status === 'T'
          ? 'idle in transaction'
          : 'idle in transaction (aborted)';
    const waiting = other.owner.wait !== undefined;
    rows.push([
      other.database.oid,
      other.processId,
      other.userOid,
      other.settings.text('application_name'),
      state,
      other.query,
      waiting ? 'Lock' : active ? null : 'Client',
      waiting ? 'relation' : active ? null : 'ClientRead',
      block.transaction === undefined ? null : other.transactionStart,
      other.statementStart,
      other.sessionStart,
      other.statementStart,
      other.client?.address ?? null,
      other.client?.port ?? null,
      block.transaction === undefined || block.transaction.xid === 0 ? null : block.transaction.xid,
      null,
      'client backend',
    ]);
  }
  return rows;
}

function preparedStatements(_args: readonly Datum[], session: Session): Rows {
  return [...session.prepared.values()]
    .filter((prepared) => prepared.name !== '')
    .map((prepared) => {
      const types = prepared.parameterTypes;
      const array = new ArrayValue(
        typeOid.regtype,
        types.length === 0 ? [] : [types.length],
        types.length === 0 ? [] : [1],
        types,
      );
      return [prepared.name, prepared.sql, prepared.preparedAt, array, prepared.fromSql, 0, 0];
    });
}

function sequenceState([sequence]: readonly Datum[], session: Session): Rows {
  const { lastValue, logCount, isCalled } = session.database.tables.sequences.state(sequence as Oid);
  return [[canonicalInt64(lastValue), logCount, isCalled]];
}

export const systemRows: ReadonlyMap<string, RowsFunction> = new Map<string, RowsFunction>([
  ['pg_show_all_settings', settings],
  ['pg_stat_get_activity', activity],
  ['pg_prepared_statement', preparedStatements],
  ['hyrax_sequence_state', sequenceState],
]);
