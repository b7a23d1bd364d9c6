/**
 * Access control lists: arrays of `grantee=letters/grantor`, one letter for each privilege, a star after it for its grant option.
 * No list means the default: everything for the owner, and for everybody what the kind of object gives away.
 */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { Oid } from '../../common/ids.ts';
import { quoteIdentifier } from '../../functions/quoting.ts';
import { ArrayValue, type Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import type { Session } from '../session.ts';

/** What the owner and everybody may do by default, by the letter acldefault() takes. */
const defaults: Readonly<Record<string, { readonly owner: string; readonly everybody: string }>> = {
  c: { owner: '', everybody: '' },
  r: { owner: 'arwdDxt', everybody: '' },
  s: { owner: 'rwU', everybody: '' },
  d: { owner: 'CTc', everybody: 'Tc' },
  f: { owner: 'X', everybody: 'X' },
  l: { owner: 'U', everybody: 'U' },
  L: { owner: 'rw', everybody: '' },
  n: { owner: 'UC', everybody: '' },
  p: { owner: 'sA', everybody: '' },
  t: { owner: 'C', everybody: '' },
  F: { owner: 'U', everybody: '' },
  S: { owner: 'U', everybody: '' },
  T: { owner: 'U', everybody: 'U' },
};

export type AclKind = 'r' | 's' | 'd' | 'f' | 'l' | 'n' | 'p' | 't' | 'F' | 'S' | 'T';

/** acldefault(kind, owner). */
export function defaultAcl([kind, owner]: readonly Datum[], session: Session): Datum {
  const rights = defaults[kind as string];
  if (rights === undefined) {
    throw new SqlError('22023', `unrecognized object type abbreviation: ${String(kind)}`);
  }
  const role = session.catalog.roleName(owner as Oid);
  const name = role === undefined ? String(owner) : quoteIdentifier(role);
  const items: string[] = [];
  if (rights.everybody !== '') items.push(`=${rights.everybody}/${name}`);
  if (rights.owner !== '') items.push(`${name}=${rights.owner}/${name}`);
  const lengths = items.length === 0 ? [] : [items.length];
  return new ArrayValue(typeOid.aclitem, lengths, items.length === 0 ? [] : [1], items);
}

/** One privilege asked about. */
export interface Right {
  readonly letter: string;
  readonly grantOption: boolean;
}

/** 'SELECT, insert with grant option': any of them will do. Throws 22023 for what `letters` does not have. */
export function parseRights(text: string, letters: Readonly<Record<string, string>>): Right[] {
  return text.split(',').map((part) => {
    const written = part.trim();
    const words = written.toUpperCase().replace(/\s+/g, ' ');
    const grantOption = words.endsWith(' WITH GRANT OPTION');
    const letter = letters[grantOption ? words.slice(0, -' WITH GRANT OPTION'.length) : words];
    if (letter === undefined) {
      throw new SqlError(sqlState.invalidParameterValue, `unrecognized privilege type: "${written}"`);
    }
    return { letter, grantOption };
  });
}

const itemPattern = /^("(?:[^"]|"")*"|[^=]*)=([a-zA-Z*]*)\/.*$/s;

/** Whether the default or `acl` gives the right to one of the roles or to everybody. The owner is asked about before. */
export function isGranted(
  acl: Datum | undefined,
  kind: AclKind,
  right: Right,
  roles: ReadonlySet<Oid>,
  session: Session,
): boolean {
  if (!(acl instanceof ArrayValue)) {
    return !right.grantOption && (defaults[kind]?.everybody.includes(right.letter) ?? false);
  }
  const wanted = right.grantOption ? `${right.letter}*` : right.letter;
  return (acl.elements as readonly string[]).some((item) => {
    const [, grantee = '', letters = ''] = itemPattern.exec(item) ?? [];
    if (!letters.includes(wanted)) return false;
    if (grantee === '') return true;
    const name = grantee.startsWith('"') ? grantee.slice(1, -1).replaceAll('""', '"') : grantee;
    return roles.has(session.catalog.findRole(name) ?? -1);
  });
}
