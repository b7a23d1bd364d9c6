/**
 * The set-returning functions under system views. Most pass the question on to the server (`EvalContext.system.rows`); a few need
 * nothing but their arguments.
 */
import { secondsOf } from '../../types/calendar.ts';
import type { ArrayValue, Datum } from '../../types/datum.ts';
import { Interval } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import { findTimeZone } from '../../types/zone-names.ts';
import type { EvalContext } from '../eval-context.ts';
import type { FunctionEntry, SetCursor } from '../function.ts';
import { setReturning } from '../define.ts';
import { keywords } from '../keywords.ts';
import { rowsCursor } from './cursor.ts';

function asked(oid: number, signature: string, columns?: string): FunctionEntry {
  const name = signature.slice(0, signature.indexOf('('));
  const open = (args: readonly Datum[], context: EvalContext): SetCursor =>
    rowsCursor(context.system.rows?.(name, args) ?? []);
  return setReturning(oid, signature, open, columns);
}

const serverViews: readonly FunctionEntry[] = [
  asked(
    2084,
    'pg_show_all_settings() record stable',
    'name text, setting text, unit text, category text, short_desc text, extra_desc text, context text, vartype text, ' +
      'source text, min_val text, max_val text, enumvals text[], boot_val text, reset_val text, sourcefile text, ' +
      'sourceline int4, pending_restart bool',
  ),
  asked(
    2022,
    'pg_stat_get_activity(pid int4) record stable nullable',
    'datid oid, pid int4, usesysid oid, application_name text, state text, query text, wait_event_type text, ' +
      'wait_event text, xact_start timestamptz, query_start timestamptz, backend_start timestamptz, ' +
      'state_change timestamptz, client_addr text, client_port int4, backend_xid xid, backend_xmin xid, backend_type text',
  ),
  // Ours: what SELECT … FROM a sequence reads. PostgreSQL keeps OIDs from 9000 on for such.
  asked(9100, 'hyrax_sequence_state(regclass) record volatile', 'last_value int8, log_cnt int8, is_called bool'),
  asked(
    2510,
    'pg_prepared_statement() record stable',
    'name text, statement text, prepare_time timestamptz, parameter_types regtype[], from_sql bool, ' +
      'generic_plans int8, custom_plans int8',
  ),
  asked(
    2511,
    'pg_cursor() record stable',
    'name text, statement text, is_holdable bool, is_binary bool, is_scrollable bool, creation_time timestamptz',
  ),
  asked(
    1371,
    'pg_lock_status() record volatile',
    'locktype text, database oid, relation oid, page int4, tuple int2, virtualxid text, transactionid xid, classid oid, ' +
      'objid oid, objsubid int2, virtualtransaction text, pid int4, mode text, granted bool, fastpath bool, ' +
      'waitstart timestamptz',
  ),
  asked(
    1065,
    'pg_prepared_xact() record volatile',
    'transaction xid, gid text, prepared timestamptz, ownerid oid, dbid oid',
  ),
  asked(3082, 'pg_available_extensions() record stable', 'name name, default_version text, comment text'),
  asked(
    3083,
    'pg_available_extension_versions() record stable',
    'name name, version text, superuser bool, trusted bool, relocatable bool, schema name, requires name[], comment text',
  ),
  asked(
    3099,
    'pg_stat_get_wal_senders() record stable nullable',
    'pid int4, state text, sent_lsn pg_lsn, write_lsn pg_lsn, flush_lsn pg_lsn, replay_lsn pg_lsn, write_lag interval, ' +
      'flush_lag interval, replay_lag interval, sync_priority int4, sync_state text, reply_time timestamptz',
  ),
  asked(
    3781,
    'pg_get_replication_slots() record stable nullable',
    'slot_name name, plugin name, slot_type text, datoid oid, temporary bool, active bool, active_pid int4, xmin xid, ' +
      'catalog_xmin xid, restart_lsn pg_lsn, confirmed_flush_lsn pg_lsn, wal_status text, safe_wal_size int8, two_phase bool',
  ),
  asked(
    3318,
    'pg_stat_get_progress_info(cmdtype text) record stable',
    `pid int4, datid oid, relid oid, ${Array.from({ length: 20 }, (_, i) => `param${i + 1} int8`).join(', ')}`,
  ),
  asked(
    3423,
    'pg_partition_tree(rootrelid regclass) record volatile',
    'relid regclass, parentrelid regclass, isleaf bool, level int4',
  ),
  asked(3425, 'pg_partition_ancestors(partitionid regclass) regclass volatile'),
  asked(2556, 'pg_tablespace_databases(oid) oid stable'),
  asked(1936, 'pg_stat_get_backend_idset() int4 stable'),
  asked(3035, 'pg_listening_channels() text stable'),
];

function keywordRows(): SetCursor {
  return rowsCursor(
    keywords.map(({ word, category, bareLabel, description }) => [
      word,
      category,
      bareLabel,
      description,
      bareLabel ? 'can be bare label' : 'requires AS',
    ]),
  );
}

const monthSeconds = 2_629_746;

/** Daylight saving time is on when the offset is above the smallest of the year around. */
function isDaylight(offsetAt: (seconds: number) => number, now: number): boolean {
  const offsets = Array.from({ length: 12 }, (_, month) => offsetAt(now + (month - 6) * monthSeconds));
  return offsetAt(now) > Math.min(...offsets);
}

function zoneRows(context: EvalContext): SetCursor {
  const now = secondsOf(context.transactionTimestamp());
  const rows = Intl.supportedValuesOf('timeZone').flatMap((name): (readonly Datum[])[] => {
    const zone = findTimeZone(name);
    if (zone === undefined) return [];
    const offset = new Interval(0, 0, zone.offsetAt(now) * 1_000_000);
    return [[name, zone.abbreviationAt(now), offset, isDaylight((seconds) => zone.offsetAt(seconds), now)]];
  });
  return rowsCursor(rows);
}

/** Letters of access privileges in an aclitem, as GRANT spells them. */
const privilegeNames: Readonly<Record<string, string>> = {
  a: 'INSERT',
  r: 'SELECT',
  w: 'UPDATE',
  d: 'DELETE',
  D: 'TRUNCATE',
  x: 'REFERENCES',
  t: 'TRIGGER',
  X: 'EXECUTE',
  U: 'USAGE',
  C: 'CREATE',
  T: 'TEMPORARY',
  c: 'CONNECT',
  s: 'SET',
  A: 'ALTER SYSTEM',
};

const aclItem = /^("(?:[^"]|"")*"|[^=]*)=([a-zA-Z*]*)\/(.*)$/s;

/** One row for each privilege of `grantee=letters/grantor`; a star after a letter is its grant option. */
function explodeAcl(acl: ArrayValue, context: EvalContext): SetCursor {
  const rows: Datum[][] = [];
  const roleOid = (name: string): number => (name === '' ? 0 : context.io.names.parse(typeOid.regrole, name));
  for (const item of acl.elements) {
    const match = aclItem.exec(item as string);
    if (match === null) continue;
    const [, grantee, letters, grantor] = match as unknown as [string, string, string, string];
    for (const [, letter, option] of letters.matchAll(/([a-zA-Z])(\*?)/g)) {
      rows.push([roleOid(grantor), roleOid(grantee), privilegeNames[letter as string] ?? null, option === '*']);
    }
  }
  return rowsCursor(rows);
}

/** {name=value, …} of reloptions and the like. */
function optionRows(options: ArrayValue): SetCursor {
  const rows = (options.elements as readonly string[]).map((option): Datum[] => {
    const at = option.indexOf('=');
    return at < 0 ? [option, null] : [option.slice(0, at), option.slice(at + 1)];
  });
  return rowsCursor(rows);
}

export const systemViewFunctions: readonly FunctionEntry[] = [
  ...serverViews,
  setReturning(
    1686,
    'pg_get_keywords() record stable',
    keywordRows,
    'word text, catcode char, barelabel bool, catdesc text, baredesc text',
  ),
  setReturning(
    2856,
    'pg_timezone_names() record stable',
    (_args, context) => zoneRows(context),
    'name text, abbrev text, utc_offset interval, is_dst bool',
  ),
  setReturning(
    1689,
    'aclexplode(acl aclitem[]) record stable',
    (args, context) => explodeAcl(args[0] as ArrayValue, context),
    'grantor oid, grantee oid, privilege_type text, is_grantable bool',
  ),
  setReturning(
    2289,
    'pg_options_to_table(options_array text[]) record stable',
    (args) => optionRows(args[0] as ArrayValue),
    'option_name text, option_value text',
  ),
];
