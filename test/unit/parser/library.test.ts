import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { exportLetters, importNames, parseToJson } from '../../../src/parser/library.ts';

const require = createRequire(import.meta.url);
const startUpCode = readFileSync(require.resolve('libpg-query/wasm/libpg-query.js'), 'utf8');

test('the letters of the imports are those of the package in use', () => {
  const [, table] = /var wasmImports=\{([^}]*)\}/.exec(startUpCode) ?? [];
  const names = Object.fromEntries((table ?? '').split(',').map((pair) => pair.split(':')));
  expect(importNames).toEqual(names);
});

test('the letters of the exports are those of the package in use', () => {
  const nameInPackage = {
    memory: 'wasmMemory',
    malloc: 'Module["_malloc"]',
    functionTable: 'wasmTable',
    free: 'Module["_free"]',
    parse: 'Module["_wasm_parse_query_raw"]',
    freeParseResult: 'Module["_wasm_free_parse_result"]',
    setThrew: '_setThrew',
    restoreStack: '__emscripten_stack_restore',
    currentStack: '_emscripten_stack_get_current',
  };
  for (const [name, inPackage] of Object.entries(nameInPackage)) {
    const letter = exportLetters[name as keyof typeof nameInPackage];
    expect(startUpCode, name).toContain(`${inPackage}=wasmExports["${letter}"]`);
  }
  expect(startUpCode).toContain(`TTY.init();wasmExports["${exportLetters.runConstructors}"]()`);
});

test('it answers as the package does', async () => {
  const library = require('libpg-query') as { loadModule(): Promise<void>; parseSync(sql: string): unknown };
  await library.loadModule();
  const sql = "SELECT a, 'é' FROM t WHERE b IN (SELECT 1); UPDATE t SET a = 1";
  const result = parseToJson(Buffer.from(sql));
  expect('json' in result && JSON.parse(result.json)).toEqual(library.parseSync(sql));
});
