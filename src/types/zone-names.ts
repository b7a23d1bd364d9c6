/** Time zones by name and by abbreviation, as PostgreSQL accepts them. */
import { InvariantError } from '../common/assert.ts';
import { TimeZone } from './time-zone.ts';
import { fixedAbbreviations, zoneAbbreviations, zonesByLetters } from './zone-abbreviations.ts';

const zones = new Map<string, TimeZone>();
const utcNames = /^(?:etc\/)?(?:utc|uct|gmt|zulu|universal|greenwich|gmt[+-]?0)$/;
const regionName = /^[a-z][a-z0-9_+-]*(?:\/[a-z0-9_+-]+)*$/;
/** Names of three letters that are zones and not just ICU's old abbreviations. */
const shortZones = new Set(['cet', 'eet', 'met', 'wet', 'est', 'hst', 'mst', 'prc', 'roc', 'rok']);
const posixName = /^(?:<([a-z0-9+-]+)>|([a-z/_.:]+))([+-]?)(\d{1,3})(?::(\d{1,2})(?::(\d{1,2}))?)?$/i;
const zoneNameMax = 64;

/** A zone by name in any case, or by a POSIX specification with a fixed offset (FOO+3, <+03>-3); undefined if there is none. */
export function findTimeZone(name: string): TimeZone | undefined {
  const key = name.toLowerCase();
  const known = zones.get(key);
  if (known !== undefined) return known;
  if (name.length > zoneNameMax) return undefined;
  const zone = makeZone(name, key);
  if (zone !== undefined && !posixName.test(name)) zones.set(key, zone);
  return zone;
}

function makeZone(name: string, key: string): TimeZone | undefined {
  if (utcNames.test(key)) return new TimeZone(spellUtc(key), 0, [utcLetters(key)]);
  if (regionName.test(key) && (key.length !== 3 || shortZones.has(key)) && !key.startsWith('systemv/')) {
    const canonical = canonicalZoneName(name);
    if (canonical !== undefined) return new TimeZone(canonical, undefined, lettersOf(canonical));
  }
  return posixZone(name);
}

/** UTC, GMT+0, Zulu, Etc/Universal. */
function spellUtc(key: string): string {
  return key
    .replace(/^etc/, 'Etc')
    .replace(/[a-z]+[+-]?0?$/, (word) =>
      word.length > 4 || word === 'zulu' ? capitalise(`/${word}`).slice(1) : word.toUpperCase(),
    );
}

function utcLetters(key: string): string {
  return /gmt|greenwich/.test(key) ? 'GMT' : 'UTC';
}

/** The spelling that the tz database uses, for SHOW; undefined for unknown names. */
function canonicalZoneName(name: string): string | undefined {
  try {
    const resolved = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
    return resolved.toLowerCase() === name.toLowerCase() ? resolved : capitalise(name);
  } catch {
    return undefined;
  }
}

/** An alias in usual capitals: US/Pacific, Asia/Calcutta, America/Port_of_Spain. */
function capitalise(name: string): string {
  const listed = spelledZones().get(name.toLowerCase());
  if (listed !== undefined) return listed.name;
  if (!name.includes('/')) return name.toUpperCase();
  return name
    .toLowerCase()
    .replace(/(^|[/_-])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase())
    .replace(/_(Of|Es|Au)(?=_)/g, (word) => word.toLowerCase());
}

function posixZone(name: string): TimeZone | undefined {
  const match = posixName.exec(name);
  if (match === null) return undefined;
  const [, quoted, plain = '', sign, hours = '0', minutes = '0', seconds = '0'] = match;
  const west = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  if (Number(hours) > 167 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const offset = sign === '-' ? west : -west;
  const letters = quoted ?? plain.toUpperCase();
  return new TimeZone(quoted === undefined ? name.toUpperCase() : name, offset === 0 ? 0 : offset, [letters]);
}

let lastName = '';
let lastZone: TimeZone | undefined;

/** The session's zone: like findTimeZone for a name that was checked when it was set. */
export function getTimeZone(name: string): TimeZone {
  if (lastZone !== undefined && name === lastName) return lastZone;
  const zone = findTimeZone(name);
  if (zone === undefined) throw new InvariantError(`TYPE-5: unknown time zone ${name}`);
  lastName = name;
  lastZone = zone;
  return zone;
}

interface SpelledZone {
  readonly name: string;
  readonly letters: readonly string[];
}

const zonesByLowerName = new Map<string, SpelledZone>();

/** The zones of zonesByLetters by lower-case name. */
function spelledZones(): ReadonlyMap<string, SpelledZone> {
  if (zonesByLowerName.size === 0) {
    for (const [letters, names] of Object.entries(zonesByLetters)) {
      for (const name of names.split(/\s+/))
        zonesByLowerName.set(name.toLowerCase(), { name, letters: letters.split('/') });
    }
  }
  return zonesByLowerName;
}

function lettersOf(zone: string): readonly string[] {
  return spelledZones().get(zone.toLowerCase())?.letters ?? [];
}

/** What an abbreviation stands for: a fixed offset, or what a zone has at the moment in question. */
export type ZoneAbbreviation =
  | { readonly kind: 'fixed'; readonly offset: number; readonly daylight: boolean }
  | { readonly kind: 'zone'; readonly zone: string };

const abbreviations = new Map<string, ZoneAbbreviation>();

/** Looks a lower-case word up in PostgreSQL's default set of abbreviations. */
export function findAbbreviation(word: string): ZoneAbbreviation | undefined {
  if (abbreviations.size === 0) loadAbbreviations();
  return abbreviations.get(word);
}

function loadAbbreviations(): void {
  for (const entry of fixedAbbreviations.trim().split(/\s+/)) {
    const [name = '', value = ''] = entry.split('=');
    const [hours = '0', minutes = '0'] = value.replace('D', '').split(':');
    const size = Math.abs(Number(hours)) * 3600 + Number(minutes) * 60;
    const offset = value.startsWith('-') && size !== 0 ? -size : size;
    abbreviations.set(name.toLowerCase(), { kind: 'fixed', offset, daylight: value.endsWith('D') });
  }
  for (const entry of zoneAbbreviations.trim().split(/\s+/)) {
    const [name = '', zone = ''] = entry.split('=');
    abbreviations.set(name.toLowerCase(), { kind: 'zone', zone });
  }
}
