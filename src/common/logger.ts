/**
 * The server's log: pino, one JSON object per line, or readable lines on a terminal. Facts are names and figures; statements'
 * texts, parameters and rows never go in (they may hold users' data).
 */
import { pino, type Logger, type LoggerOptions } from 'pino';

export type LogFormat = 'json' | 'text';
export type ServerLogger = Logger;

interface Line {
  readonly level: number;
  readonly time: number;
  readonly msg: string;
}

const levelNames = new Map([
  [10, 'TRACE'],
  [20, 'DEBUG'],
  [30, 'LOG'],
  [40, 'WARNING'],
  [50, 'ERROR'],
  [60, 'FATAL'],
]);

/** `2024-02-29 12:00:00.000 UTC LOG: message fact=value`. */
function readable(text: string): string {
  const { level, time, msg, ...facts } = JSON.parse(text) as Line & Readonly<Record<string, unknown>>;
  const when = new Date(time).toISOString().replace('T', ' ').replace('Z', ' UTC');
  const extra = Object.entries(facts).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${when} ${levelNames.get(level) ?? 'LOG'}: ${msg}${extra.join('')}\n`;
}

export function createLogger(format: LogFormat, level: string = 'info'): ServerLogger {
  const options: LoggerOptions = { base: null, level };
  if (format === 'json') return pino(options, { write: (line: string) => void process.stderr.write(line) });
  return pino(options, { write: (line: string) => void process.stderr.write(readable(line)) });
}
