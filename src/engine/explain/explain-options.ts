/** EXPLAIN's options. */
import { notSupported, SqlError, sqlState } from '../../common/sql-error.ts';
import type { DefElem } from '../../parser/syntax.ts';
import { parseBoolean } from '../settings/setting.ts';
import { optionText } from '../transaction-modes.ts';

export interface ExplainOptions {
  readonly analyze: boolean;
  readonly verbose: boolean;
  readonly costs: boolean;
  readonly timing: boolean;
  readonly summary: boolean;
  readonly format: 'text' | 'json';
}

export function readExplainOptions(options: readonly DefElem[]): ExplainOptions {
  const flags = new Map<string, boolean>();
  let format: ExplainOptions['format'] = 'text';
  for (const option of options) {
    const name = option.defname.toLowerCase();
    if (name === 'format') {
      format = readFormat(optionText(option));
      continue;
    }
    if (!known.has(name)) throw new SqlError(sqlState.syntaxError, `unrecognized EXPLAIN option "${option.defname}"`);
    const value = option.arg === undefined ? true : parseBoolean(optionText(option));
    if (value === undefined) throw new SqlError(sqlState.syntaxError, `${name} requires a Boolean value`);
    flags.set(name, value);
  }
  const analyze = flags.get('analyze') ?? false;
  if (flags.get('timing') === true && !analyze) throw requiresAnalyze('TIMING');
  if (flags.get('wal') === true && !analyze) throw requiresAnalyze('WAL');
  return {
    analyze,
    verbose: flags.get('verbose') ?? false,
    costs: flags.get('costs') ?? true,
    timing: flags.get('timing') ?? analyze,
    summary: flags.get('summary') ?? analyze,
    format,
  };
}

/** BUFFERS, WAL and SETTINGS add lines only where there is something to show; here there is not. */
const known: ReadonlySet<string> = new Set([
  'analyze',
  'verbose',
  'costs',
  'buffers',
  'wal',
  'settings',
  'timing',
  'summary',
]);

function requiresAnalyze(name: string): SqlError {
  return new SqlError(sqlState.invalidParameterValue, `EXPLAIN option ${name} requires ANALYZE`);
}

function readFormat(text: string): ExplainOptions['format'] {
  switch (text.toLowerCase()) {
    case 'text':
    case 'json':
      return text.toLowerCase() as ExplainOptions['format'];
    case 'xml':
    case 'yaml':
      throw notSupported(`EXPLAIN in format ${text.toUpperCase()}`);
    default:
      throw new SqlError(sqlState.invalidParameterValue, `unrecognized value for EXPLAIN option "format": "${text}"`);
  }
}
