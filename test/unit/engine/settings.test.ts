import { describe, expect, it } from 'vitest';
import { SqlError } from '../../../src/common/sql-error.ts';
import { ServerSettings } from '../../../src/engine/settings/server-settings.ts';
import { SessionSettings } from '../../../src/engine/settings/session-settings.ts';

function session(): SessionSettings {
  return new SessionSettings(new ServerSettings());
}

function failure(action: () => void): string {
  try {
    action();
  } catch (error) {
    if (error instanceof SqlError)
      return `${error.sqlState} ${error.message}${error.fields.hint === undefined ? '' : ` | ${error.fields.hint}`}`;
    throw error;
  }
  return 'no error';
}

describe('values', () => {
  it('shows the largest unit that loses nothing', () => {
    const settings = session();
    const shown = (name: string, value: string): string => settings.set(name, value, false);
    expect(shown('work_mem', '4096')).toBe('4MB');
    expect(shown('work_mem', '4097')).toBe('4097kB');
    expect(shown('work_mem', '1.5GB')).toBe('1536MB');
    expect(shown('statement_timeout', '90s')).toBe('90s');
    expect(shown('statement_timeout', '60000')).toBe('1min');
    expect(shown('statement_timeout', '0')).toBe('0');
    expect(shown('random_page_cost', '1.10')).toBe('1.1');
    expect(shown('enable_seqscan', 'of')).toBe('off');
    expect(shown('DateStyle', 'german')).toBe('German, DMY');
    expect(shown('datestyle', 'ymd, iso')).toBe('ISO, YMD');
    expect(shown('synchronous_commit', 'false')).toBe('off');
    expect(shown('my.setting', 'x')).toBe('x');
  });

  it("refuses bad values in PostgreSQL's words", () => {
    const settings = session();
    const set = (name: string, value: string): string => failure(() => settings.set(name, value, false));
    expect(set('nonsense', '1')).toBe('42704 unrecognized configuration parameter "nonsense"');
    expect(set('work_mem', 'abc')).toBe('22023 invalid value for parameter "work_mem": "abc"');
    expect(set('work_mem', '1XB')).toBe(
      '22023 invalid value for parameter "work_mem": "1XB" | Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".',
    );
    expect(set('work_mem', '1kB')).toBe(
      '22023 1 kB is outside the valid range for parameter "work_mem" (64 .. 2147483647)',
    );
    expect(set('enable_seqscan', 'maybe')).toBe('22023 parameter "enable_seqscan" requires a Boolean value');
    expect(set('bytea_output', 'oct')).toBe(
      '22023 invalid value for parameter "bytea_output": "oct" | Available values: escape, hex.',
    );
    expect(set('TimeZone', 'Mars/Olympus')).toBe('22023 invalid value for parameter "TimeZone": "Mars/Olympus"');
    expect(set('port', '1')).toBe('55P02 parameter "port" cannot be changed without restarting the server');
    expect(set('server_version', '9')).toBe('55P02 parameter "server_version" cannot be changed');
  });
});

describe('transactions', () => {
  it('undoes SET with its transaction, and to a savepoint', () => {
    const settings = session();
    settings.set('work_mem', '1MB', false);
    settings.commit();
    settings.set('work_mem', '2MB', false);
    const { mark } = settings;
    settings.set('work_mem', '3MB', false);
    settings.rollbackTo(mark);
    expect(settings.show('work_mem')).toBe('2MB');
    settings.rollbackTo(0);
    expect(settings.show('work_mem')).toBe('1MB');
  });

  it('ends SET LOCAL with the transaction, and lets the last SET stay', () => {
    const settings = session();
    settings.set('work_mem', '1MB', true);
    settings.set('work_mem', '2MB', false);
    settings.set('work_mem', '3MB', true);
    expect(settings.show('work_mem')).toBe('3MB');
    settings.commit();
    expect(settings.show('work_mem')).toBe('2MB');
    settings.reset('work_mem');
    settings.commit();
    expect(settings.show('work_mem')).toBe('4MB');
  });

  it('reports what changed, once', () => {
    const settings = session();
    settings.set('application_name', 'x', false);
    settings.set('work_mem', '1MB', false);
    expect(settings.takeReports()).toEqual([['application_name', 'x']]);
    expect(settings.takeReports()).toEqual([]);
    settings.rollbackTo(0);
    expect(settings.takeReports()).toEqual([['application_name', '']]);
  });
});

describe('configuration files', () => {
  it('reads names, quotes and comments', () => {
    const server = new ServerSettings();
    server.readFile("# comment\nwork_mem = '8MB' # more\nport 5433\nsearch_path = 'a, ''b'''\n\n", 'x.conf');
    expect(server.get('work_mem')).toBe(8192);
    expect(server.get('port')).toBe(5433);
    expect(server.get('search_path')).toBe("a, 'b'");
  });

  it('names file and line of what it refuses', () => {
    const server = new ServerSettings();
    expect(failure(() => server.readFile('\nnope = 1', 'x.conf'))).toContain('in file "x.conf" line 2');
    expect(failure(() => server.readFile('= 1', 'x.conf'))).toBe('42601 syntax error in file "x.conf" line 1: = 1');
    expect(failure(() => server.readOption('work_mem'))).toBe('42601 -c work_mem requires a value');
  });
});
