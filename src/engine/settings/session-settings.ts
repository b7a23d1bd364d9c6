/**
 * The settings of one session, transactional as PostgreSQL's: SET is undone when its transaction (or savepoint) is rolled back,
 * SET LOCAL when the transaction ends in any way.
 *
 * Every change in a transaction notes what was before. At commit a setting takes its `lasting` value: that of the last SET,
 * or of before the transaction if there were only SET LOCALs.
 */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import { allSettings, findSetting, formatPlain, formatSetting, parseSetting } from './setting.ts';
import type { Setting, SettingValue } from './setting.ts';
import { checkedText } from './setting-checks.ts';
import type { ServerSettings } from './server-settings.ts';

export type SettingSource = 'default' | 'configuration file' | 'command line' | 'client' | 'session' | 'override';

interface Change {
  readonly name: string;
  readonly value: SettingValue | undefined;
  readonly lasting: SettingValue | undefined;
  readonly hadLasting: boolean;
}

/** Settings whose changes the client is told of (ParameterStatus). */
const reportedNames: ReadonlySet<string> = new Set([
  'application_name',
  'client_encoding',
  'datestyle',
  'default_transaction_read_only',
  'in_hot_standby',
  'integer_datetimes',
  'intervalstyle',
  'is_superuser',
  'server_encoding',
  'server_version',
  'session_authorization',
  'standard_conforming_strings',
  'timezone',
]);

const customName = /^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*)+$/;

export class SessionSettings {
  /** Grows with every change: what is derived from settings is made anew when it differs. */
  version = 0;
  readonly #server: ServerSettings;
  readonly #superuser: boolean;
  /** By lower-case name; only what differs from the server's. */
  readonly #values = new Map<string, SettingValue>();
  /** What RESET goes back to: values given when the session started. */
  readonly #startValues = new Map<string, SettingValue>();
  readonly #changes: Change[] = [];
  /** Value to have after the commit, for settings changed in this transaction. */
  readonly #lasting = new Map<string, SettingValue | undefined>();
  readonly #toReport = new Set<string>();
  /** What the client was told last. */
  readonly #reported = new Map<string, string>();

  constructor(server: ServerSettings, superuser: boolean = true) {
    this.#server = server;
    this.#superuser = superuser;
  }

  // ---- reading

  get(name: string): SettingValue {
    const key = name.toLowerCase();
    return this.#values.get(key) ?? this.#startValues.get(key) ?? this.#server.get(key);
  }

  boolean(name: string): boolean {
    return this.get(name) === true;
  }

  number(name: string): number {
    return this.get(name) as number;
  }

  text(name: string): string {
    return String(this.get(name));
  }

  /** SHOW's text; undefined if there is no such setting. */
  show(name: string): string | undefined {
    const setting = findSetting(name);
    if (setting !== undefined) return formatSetting(setting, this.get(setting.name));
    const value = this.#values.get(name.toLowerCase()) ?? this.#startValues.get(name.toLowerCase());
    return value === undefined ? undefined : String(value);
  }

  /** Every setting with its text, by name. */
  list(): readonly {
    readonly setting: Setting;
    readonly value: SettingValue;
    readonly reset: SettingValue;
    readonly source: SettingSource;
  }[] {
    return allSettings.map((setting) => {
      const key = setting.name.toLowerCase();
      const reset = this.#startValues.get(key) ?? this.#server.get(key);
      const source = this.#values.has(key)
        ? 'session'
        : this.#startValues.has(key)
          ? 'client'
          : this.#server.sourceOf(key);
      return { setting, value: this.get(key), reset, source };
    });
  }

  // ---- changing

  /** A value for the session's whole life, from the startup packet or the engine itself (`internal` ones too). */
  start(name: string, text: string, internal: boolean = false): void {
    const setting = this.#find(name);
    if (setting === undefined) {
      this.#startValues.set(name.toLowerCase(), text);
      return;
    }
    if (!internal) this.#requireChangeable(setting, true);
    this.#startValues.set(setting.name.toLowerCase(), this.#parse(setting, text));
    this.#changed(setting.name.toLowerCase());
  }

  /** SET and SET LOCAL. Returns SHOW's text. */
  set(name: string, text: string, local: boolean): string {
    const setting = this.#find(name);
    if (setting !== undefined) this.#requireChangeable(setting, false);
    const value = setting === undefined ? text : this.#parse(setting, text);
    this.#assign(name.toLowerCase(), value, local);
    return this.show(name) as string;
  }

  reset(name: string, local: boolean = false): void {
    const setting = this.#find(name);
    if (setting !== undefined) this.#requireChangeable(setting, false);
    this.#assign(name.toLowerCase(), undefined, local);
  }

  /** All but those of the transaction and the roles. */
  resetAll(): void {
    for (const key of Array.from(this.#values.keys())) {
      if (key.startsWith('transaction_') || key === 'role' || key === 'session_authorization') continue;
      this.#assign(key, undefined, false);
    }
  }

  /** The engine's own change of a setting that reports a fact. */
  override(name: string, value: SettingValue): void {
    this.#values.set(name.toLowerCase(), value);
    this.#changed(name.toLowerCase());
  }

  /** undefined: a placeholder for a setting of an extension, `a.b`. Throws 42704. */
  #find(name: string): Setting | undefined {
    const setting = findSetting(name);
    if (setting === undefined && !customName.test(name)) throw unknownSetting(name);
    return setting;
  }

  #parse(setting: Setting, text: string): SettingValue {
    const value = parseSetting(setting, text);
    return typeof value === 'number' ? value : this.#checked(setting, value);
  }

  #checked(setting: Setting, value: SettingValue): SettingValue {
    const checked = checkedText(setting.name, formatPlain(value), formatPlain(this.get(setting.name)));
    return typeof value === 'string' ? checked : value;
  }

  #requireChangeable(setting: Setting, starting: boolean): void {
    const { context, name } = setting;
    const refuse = (what: string): SqlError =>
      new SqlError(sqlState.cantChangeRuntimeParam, `parameter "${name}" ${what}`);
    if (context === 'internal') throw refuse('cannot be changed');
    if (context === 'postmaster') throw refuse('cannot be changed without restarting the server');
    if (context === 'sighup') throw refuse('cannot be changed now');
    if ((context === 'backend' || context === 'superuser-backend') && !starting) {
      throw refuse('cannot be set after connection start');
    }
    if (context.startsWith('superuser') && !this.#superuser) {
      throw new SqlError(sqlState.insufficientPrivilege, `permission denied to set parameter "${name}"`);
    }
  }

  #assign(key: string, value: SettingValue | undefined, local: boolean): void {
    const before = this.#values.get(key);
    const hadLasting = this.#lasting.has(key);
    const lasting = hadLasting ? this.#lasting.get(key) : before;
    this.#changes.push({ name: key, value: before, lasting, hadLasting });
    this.#lasting.set(key, local ? lasting : value);
    this.#put(key, value);
  }

  #put(key: string, value: SettingValue | undefined): void {
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, value);
    this.#changed(key);
  }

  #changed(key: string): void {
    this.version++;
    if (reportedNames.has(key)) this.#toReport.add(key);
  }

  // ---- transactions

  /** What a savepoint remembers. */
  get mark(): number {
    return this.#changes.length;
  }

  rollbackTo(mark: number): void {
    while (this.#changes.length > mark) {
      const { name, value, lasting, hadLasting } = this.#changes.pop() as Change;
      if (hadLasting) this.#lasting.set(name, lasting);
      else this.#lasting.delete(name);
      this.#put(name, value);
    }
  }

  commit(): void {
    if (this.#changes.length === 0) return;
    for (const [name, value] of this.#lasting) this.#put(name, value);
    this.#changes.length = 0;
    this.#lasting.clear();
  }

  // ---- reports

  /** Reported settings that differ from what was reported last. */
  takeReports(): readonly (readonly [string, string])[] {
    if (this.#toReport.size === 0) return noReports;
    const reports: [string, string][] = [];
    for (const key of this.#toReport) {
      const setting = findSetting(key) as Setting;
      const value = formatSetting(setting, this.get(key));
      if (this.#reported.get(key) === value) continue;
      this.#reported.set(key, value);
      reports.push([setting.name, value]);
    }
    this.#toReport.clear();
    return reports;
  }

  reportAll(): void {
    for (const key of reportedNames) this.#toReport.add(key);
  }
}

const noReports: readonly (readonly [string, string])[] = [];

export function unknownSetting(name: string): SqlError {
  return new SqlError(sqlState.undefinedObject, `unrecognized configuration parameter "${name}"`);
}
