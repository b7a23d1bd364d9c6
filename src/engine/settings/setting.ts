/** One configuration parameter: what it is, how a text becomes its value, and how the value is shown. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import { settingLines } from './setting-data.ts';

export type SettingType = 'bool' | 'integer' | 'real' | 'string' | 'enum';
export type SettingValue = boolean | number | string;

/** When it may change: pg_settings.context. */
export type SettingContext =
  | 'internal'
  | 'postmaster'
  | 'sighup'
  | 'backend'
  | 'superuser-backend'
  | 'superuser'
  | 'user';

export interface Setting {
  readonly name: string;
  readonly type: SettingType;
  /** Unit of integer and real values: kB, 8kB, MB, B, ms, s, min; or ''. */
  readonly unit: string;
  readonly context: SettingContext;
  readonly defaultText: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly options: readonly string[];
  readonly category: string;
  readonly description: string;
}

export const allSettings: readonly Setting[] = readLines(settingLines);

const byName = new Map(allSettings.map((setting) => [setting.name.toLowerCase(), setting]));

/** Names are not case sensitive. */
export function findSetting(name: string): Setting | undefined {
  return byName.get(name.toLowerCase());
}

function readLines(text: string): Setting[] {
  const settings: Setting[] = [];
  let category = '';
  for (const line of text.trim().split('\n')) {
    if (line.startsWith('# ')) category = line.slice(2);
    else settings.push(readLine(line, category));
  }
  return settings;
}

function readLine(line: string, category: string): Setting {
  const fields = line.split('|').map((field) => field.trim());
  const [name, type, unit, context, defaultText, minimum, maximum, options, ...description] = fields as [
    string,
    SettingType,
    string,
    SettingContext,
    string,
    string,
    string,
    string,
    ...string[],
  ];
  return {
    name,
    type,
    unit,
    context,
    defaultText,
    minimum: minimum === '' ? -Infinity : Number(minimum),
    maximum: maximum === '' ? Infinity : Number(maximum),
    options: options === '' ? [] : options.split(','),
    category,
    description: description.join('|'),
  };
}

/** Factors to bytes, microseconds. */
const memoryUnits: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 1024],
  ['8kB', 8192],
  ['MB', 1024 ** 2],
  ['GB', 1024 ** 3],
  ['TB', 1024 ** 4],
]);

const timeUnits: ReadonlyMap<string, number> = new Map([
  ['us', 1],
  ['ms', 1000],
  ['s', 1_000_000],
  ['min', 60_000_000],
  ['h', 3_600_000_000],
  ['d', 86_400_000_000],
]);

function unitsOf(setting: Setting): ReadonlyMap<string, number> | undefined {
  if (setting.unit === '') return undefined;
  return timeUnits.has(setting.unit) ? timeUnits : memoryUnits;
}

function invalidValue(setting: Setting, text: string, hint?: string): SqlError {
  const message = `invalid value for parameter "${setting.name}": "${text}"`;
  return new SqlError(sqlState.invalidParameterValue, message, { hint });
}

/** Throws 22023 in PostgreSQL's words. */
export function parseSetting(setting: Setting, text: string): SettingValue {
  switch (setting.type) {
    case 'bool': {
      const value = parseBoolean(text);
      if (value === undefined) {
        throw new SqlError(sqlState.invalidParameterValue, `parameter "${setting.name}" requires a Boolean value`);
      }
      return value;
    }
    case 'integer':
    case 'real':
      return parseNumber(setting, text);
    case 'enum':
      return parseEnum(setting, text);
    case 'string':
      return text;
  }
}

/** Any unambiguous beginning of true, false, yes, no, on, off; or 1, 0. */
export function parseBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (word === '') return undefined;
  if (word === '1' || 'true'.startsWith(word) || 'yes'.startsWith(word) || word === 'on') return true;
  if (word === '0' || 'false'.startsWith(word) || 'no'.startsWith(word) || word === 'of' || word === 'off')
    return false;
  return undefined;
}

/** Hidden spellings that PostgreSQL takes for enums about on and off. */
const onOffSpellings: ReadonlyMap<string, string> = new Map([
  ['true', 'on'],
  ['yes', 'on'],
  ['1', 'on'],
  ['false', 'off'],
  ['no', 'off'],
  ['0', 'off'],
]);

function parseEnum(setting: Setting, text: string): string {
  const word = text.toLowerCase();
  const found = setting.options.find((option) => option.toLowerCase() === word);
  if (found !== undefined) return found;
  const spelled = onOffSpellings.get(word);
  if (spelled !== undefined && setting.options.includes(spelled)) return spelled;
  throw invalidValue(setting, text, `Available values: ${setting.options.join(', ')}.`);
}

const numberPattern = /^\s*([+-]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))\s*([a-zA-Z]*)\s*$/;

function parseNumber(setting: Setting, text: string): number {
  const match = numberPattern.exec(text);
  if (match === null) throw invalidValue(setting, text);
  const [, digits, unit] = match as unknown as [string, string, string];
  let value = Number(digits);
  if (unit !== '') value *= unitFactor(setting, text, unit);
  if (setting.type === 'integer') {
    value = Math.round(value);
    if (Math.abs(value) > 0x7fff_ffff) throw invalidValue(setting, text, 'Value exceeds integer range.');
  }
  if (value < setting.minimum || value > setting.maximum) throw outsideRange(setting, value);
  return value;
}

function outsideRange(setting: Setting, value: number): SqlError {
  const unit = setting.unit === '' ? '' : ` ${setting.unit}`;
  return new SqlError(
    sqlState.invalidParameterValue,
    `${value}${unit} is outside the valid range for parameter "${setting.name}" (${setting.minimum} .. ${setting.maximum})`,
  );
}

function unitFactor(setting: Setting, text: string, unit: string): number {
  const units = unitsOf(setting);
  if (units === undefined) throw invalidValue(setting, text);
  const factor = unit === '8kB' ? undefined : units.get(unit);
  if (factor !== undefined) return factor / (units.get(setting.unit) as number);
  const hint =
    units === timeUnits
      ? 'Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".'
      : 'Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".';
  throw invalidValue(setting, text, hint);
}

/** SHOW's text: integers in the largest unit that loses nothing. */
export function formatSetting(setting: Setting, value: SettingValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'string') return value;
  if (setting.name === 'log_file_mode') return value.toString(8);
  if (setting.unit === '' || value <= 0) return formatNumber(value);
  return withUnit(setting, value);
}

/** What pg_settings.setting has: no unit. */
export function formatPlain(value: SettingValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'string' ? value : formatNumber(value);
}

function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}

function withUnit(setting: Setting, value: number): string {
  const units = unitsOf(setting) as ReadonlyMap<string, number>;
  const base = value * (units.get(setting.unit) as number);
  let best = '';
  for (const [unit, factor] of units) {
    if (unit !== '8kB' && base % factor === 0) best = `${base / factor}${unit}`;
  }
  return best === '' ? `${formatNumber(value)}${setting.unit}` : best;
}
