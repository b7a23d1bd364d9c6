/** The server's settings: defaults, then the configuration file, then the command line. Sessions start from them. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import { allSettings, findSetting, formatPlain, parseSetting } from './setting.ts';
import type { SettingValue } from './setting.ts';
import { checkedText } from './setting-checks.ts';

type Source = 'default' | 'configuration file' | 'command line' | 'override';

export class ServerSettings {
  readonly #values = new Map<string, SettingValue>();
  readonly #sources = new Map<string, Source>();

  constructor() {
    for (const setting of allSettings) {
      const value = setting.type === 'string' ? setting.defaultText : parseSetting(setting, setting.defaultText);
      this.#values.set(setting.name.toLowerCase(), value);
    }
  }

  get(name: string): SettingValue {
    return this.#values.get(name.toLowerCase()) ?? '';
  }

  number(name: string): number {
    return this.get(name) as number;
  }

  sourceOf(name: string): Source {
    return this.#sources.get(name.toLowerCase()) ?? 'default';
  }

  /** Throws 42704 for an unknown name, 22023 for a bad value, 55P02 for what nobody sets. */
  set(name: string, text: string, source: Source): void {
    const setting = findSetting(name);
    const key = name.toLowerCase();
    if (setting === undefined) {
      if (!name.includes('.')) {
        throw new SqlError(sqlState.undefinedObject, `unrecognized configuration parameter "${name}"`);
      }
      this.#values.set(key, text);
      return;
    }
    if (setting.context === 'internal' && source !== 'override') {
      throw new SqlError(sqlState.cantChangeRuntimeParam, `parameter "${setting.name}" cannot be changed`);
    }
    const value = parseSetting(setting, text);
    const checked = checkedText(setting.name, formatPlain(value), formatPlain(this.get(key)));
    this.#values.set(key, typeof value === 'string' ? checked : value);
    this.#sources.set(key, source);
  }

  /** Lines `name = 'value'`, `name value`; `#` starts a comment. Errors name the file and the line. */
  readFile(text: string, path: string): void {
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      const entry = readLine(line);
      if (entry === undefined) continue;
      if (entry === 'malformed') {
        throw new SqlError(sqlState.syntaxError, `syntax error in file "${path}" line ${index + 1}: ${line.trim()}`);
      }
      try {
        this.set(entry.name, entry.value, 'configuration file');
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        throw new SqlError(
          sqlState.invalidParameterValue,
          `${error.message} in file "${path}" line ${index + 1}`,
          error.fields,
        );
      }
    }
  }

  /** `name=value`, as after -c. */
  readOption(option: string): void {
    const equals = option.indexOf('=');
    if (equals <= 0) throw new SqlError(sqlState.syntaxError, `-c ${option} requires a value`);
    this.set(option.slice(0, equals).trim().replaceAll('-', '_'), option.slice(equals + 1).trim(), 'command line');
  }
}

const linePattern = /^\s*([A-Za-z_][\w.]*)\s*(?:=\s*|\s)\s*(?:'((?:[^'\\]|''|\\.)*)'|([^\s'#]+))\s*(?:#.*)?$/;

function readLine(line: string): { readonly name: string; readonly value: string } | 'malformed' | undefined {
  if (/^\s*(#.*)?$/.test(line)) return undefined;
  const match = linePattern.exec(line);
  if (match === null) return 'malformed';
  const [, name, quoted, bare] = match as unknown as [string, string, string | undefined, string | undefined];
  return { name, value: quoted === undefined ? (bare as string) : unquote(quoted) };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

function unquote(text: string): string {
  return text.replaceAll("''", "'").replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter);
}
