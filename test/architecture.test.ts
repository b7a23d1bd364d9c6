/** The house rules that a machine can check: imports go down the floors, files stay small, every folder explains itself. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const floors: Readonly<Record<string, number>> = {
  common: 0,
  types: 1,
  storage: 1,
  parser: 1,
  protocol: 1,
  functions: 2,
  transaction: 2,
  tables: 3,
  catalog: 4,
  algebra: 5,
  analyzer: 6,
  planner: 6,
  executor: 6,
  engine: 8,
  server: 9,
  cli: 10,
};
const linesMax = 800;
const sources = globSync('src/**/*.ts').filter((file) => !file.endsWith('.d.ts'));
const folderOf = (file: string) => file.split('/')[1] as string;

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^(?:import|export)\b[^;'"]*?from '(\.[^']+)'/gms)].map((match) => match[1] as string);
}

describe('architecture', () => {
  test('imports go to the own folder or to a lower floor, type imports too', () => {
    const breaches: string[] = [];
    for (const file of sources) {
      const own = folderOf(file);
      for (const target of importsOf(file)) {
        const imported = normalize(join(dirname(file), target));
        const other = folderOf(imported);
        if (other === own) continue;
        if ((floors[other] ?? 99) >= (floors[own] ?? -1)) breaches.push(`${file} → ${imported}`);
      }
    }
    expect(breaches).toEqual([]);
  });

  test('no file is longer than a sitting', () => {
    const long = sources.filter((file) => readFileSync(file, 'utf8').split('\n').length > linesMax);
    expect(long).toEqual([]);
  });

  test('every folder of src has a README', () => {
    const folders = Object.keys(floors).filter((folder) => existsSync(join('src', folder)));
    expect(folders.filter((folder) => !existsSync(join('src', folder, 'README.md')))).toEqual([]);
  });

  test('links in documents lead somewhere', () => {
    const broken: string[] = [];
    for (const file of globSync('{*.md,docs/**/*.md,src/**/*.md}')) {
      for (const [, link] of readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)) {
        if (!existsSync(join(dirname(file), link as string))) broken.push(`${file}: ${link}`);
      }
    }
    expect(broken).toEqual([]);
  });
});
