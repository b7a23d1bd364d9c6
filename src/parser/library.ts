/**
 * The door to libpg-query: PostgreSQL's scanner and grammar, compiled to WebAssembly. Bytes of SQL go in, the raw parse tree
 * comes out as JSON text, or an error with its cursor.
 *
 * The package brings its own start-up code, which can only make an instance asynchronously. We need a fresh instance in the
 * middle of a parse (PARSE-1), so we are the host ourselves: the module is compiled once, and an instance is made on the
 * spot by giving it the few functions a C program compiled by Emscripten asks for. The compiler shortened the names of all
 * imports and exports to one letter; a test compares the tables below with the package's own code, should it ever be updated.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Exported by the module: name in C, its letter. */
export const exportLetters = {
  memory: 'z',
  runConstructors: 'A',
  malloc: 'C',
  functionTable: 'D',
  free: 'E',
  parse: 'F',
  freeParseResult: 'G',
  setThrew: 'P',
  restoreStack: 'Q',
  currentStack: 'R',
} as const;

/** Imported by the module: letter, name in the package's start-up code. */
export const importNames = {
  a: 'invoke_iii',
  b: 'invoke_ii',
  c: '___assert_fail',
  d: 'invoke_iiii',
  e: 'invoke_v',
  f: 'invoke_vi',
  g: 'invoke_i',
  h: 'invoke_vii',
  i: 'invoke_viiii',
  j: 'invoke_viii',
  k: 'invoke_iiiii',
  l: 'invoke_ji',
  m: '_exit',
  n: 'invoke_viiiiiiiiiiiii',
  o: '__setitimer_js',
  p: '__emscripten_throw_longjmp',
  q: '_emscripten_resize_heap',
  r: '_fd_read',
  s: '_fd_seek',
  t: '_fd_write',
  u: '_fd_close',
  v: '_proc_exit',
  w: '__emscripten_runtime_keepalive_clear',
  x: '__abort_js',
  y: 'invoke_viiiii',
} as const;

/** What the grammar says about a text it does not accept. */
export interface LibraryError {
  readonly message: string;
  /** The C function that raised it, as in PostgreSQL's source. */
  readonly routine: string;
  /** 1-based, in characters; 0 when unknown. */
  readonly position: number;
}

export type LibraryResult = { readonly json: string } | { readonly error: LibraryError };

type WasmFunction = (...args: number[]) => number;

interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly malloc: (bytes: number) => number;
  readonly free: (pointer: number) => void;
  readonly parse: (sqlPointer: number) => number;
  readonly freeParseResult: (pointer: number) => void;
}

/** Thrown through the WebAssembly frames by C's longjmp, caught by the `invoke_*` import that stands for setjmp. */
class LongJump extends Error {}

const pageBytes = 65_536;
/** After a text and tree larger than this the instance is not kept: what WebAssembly memory once touched it never gives back. */
const keptBytesMax = 4 * 1024 * 1024;

let compiled: WebAssembly.Module | undefined;
let current: Instance | undefined;

/** Parses NUL-free UTF-8. Throws a RangeError when the text nests too deep for the stack, another Error when memory runs out. */
export function parseToJson(sql: Uint8Array): LibraryResult {
  const instance = (current ??= instantiate());
  // PARSE-1: unless we get to the end, the instance's own stack and heap are in an unknown state, and it is given up.
  current = undefined;
  const result = callParse(instance, sql);
  const treeBytes = 'json' in result ? result.json.length : 0;
  if (sql.length + treeBytes <= keptBytesMax) current = instance;
  return result;
}

function callParse(instance: Instance, sql: Uint8Array): LibraryResult {
  const sqlPointer = instance.malloc(sql.length + 1);
  if (sqlPointer === 0) throw new Error('out of memory');
  const heap = new Uint8Array(instance.memory.buffer);
  heap.set(sql, sqlPointer);
  heap[sqlPointer + sql.length] = 0;
  const resultPointer = instance.parse(sqlPointer);
  if (resultPointer === 0) throw new Error('out of memory');
  const result = readResult(instance.memory, resultPointer);
  instance.free(sqlPointer);
  instance.freeParseResult(resultPointer);
  return result;
}

/**
 * struct PgQueryParseResult          struct PgQueryError
 * OFFSET SIZE DESCRIPTION            OFFSET SIZE DESCRIPTION
 *      0    4 parse tree, char *          0    4 message, char *
 *      4    4 stderr, char *              4    4 function name, char *
 *      8    4 error, PgQueryError *       8    4 file name, char *
 *                                        12    4 line number
 *                                        16    4 cursor position
 */
function readResult(memory: WebAssembly.Memory, pointer: number): LibraryResult {
  const view = new DataView(memory.buffer);
  const errorPointer = view.getUint32(pointer + 8, true);
  if (errorPointer === 0) return { json: readText(memory, view.getUint32(pointer, true)) };
  const message = readText(memory, view.getUint32(errorPointer, true));
  const routine = readText(memory, view.getUint32(errorPointer + 4, true));
  return { error: { message, routine, position: view.getInt32(errorPointer + 16, true) } };
}

/** Reads a NUL-terminated string. */
function readText(memory: WebAssembly.Memory, pointer: number): string {
  if (pointer === 0) return '';
  const heap = Buffer.from(memory.buffer);
  return heap.utf8Slice(pointer, heap.indexOf(0, pointer));
}

function compile(): WebAssembly.Module {
  const path = createRequire(import.meta.url).resolve('libpg-query/wasm/libpg-query.wasm');
  return new WebAssembly.Module(readFileSync(path));
}

function instantiate(): Instance {
  compiled ??= compile();
  let exports: WebAssembly.Exports = {};
  const imports = hostFunctions(() => exports);
  exports = new WebAssembly.Instance(compiled, { a: imports }).exports;
  exportedFunction(exports, 'runConstructors')();
  return {
    memory: exports[exportLetters.memory] as WebAssembly.Memory,
    malloc: exportedFunction(exports, 'malloc'),
    free: exportedFunction(exports, 'free'),
    parse: exportedFunction(exports, 'parse'),
    freeParseResult: exportedFunction(exports, 'freeParseResult'),
  };
}

function exportedFunction(exports: WebAssembly.Exports, name: keyof typeof exportLetters): WasmFunction {
  return exports[exportLetters[name]] as WasmFunction;
}

/** The imports, by letter. `exportsOf` is asked late: the instance that calls them does not exist yet. */
function hostFunctions(exportsOf: () => WebAssembly.Exports): WebAssembly.ModuleImports {
  const byName: Record<string, WebAssembly.ImportValue> = {
    ___assert_fail: failingImport('assertion failed'),
    __abort_js: failingImport('aborted'),
    _exit: failingImport('exited'),
    _proc_exit: failingImport('exited'),
    __emscripten_throw_longjmp: () => {
      throw new LongJump();
    },
    _emscripten_resize_heap: (bytes: number) => growMemory(memoryOf(exportsOf()), bytes >>> 0),
    _fd_write: (_fd: number, vectors: number, count: number, writtenPointer: number) =>
      discardOutput(memoryOf(exportsOf()), vectors, count, writtenPointer),
    _fd_read: () => badFileDescriptor,
    _fd_seek: () => badFileDescriptor,
    _fd_close: () => 0,
    __setitimer_js: () => 0,
    __emscripten_runtime_keepalive_clear: () => undefined,
  };
  const imports: WebAssembly.ModuleImports = {};
  for (const [letter, name] of Object.entries(importNames)) {
    imports[letter] = byName[name] ?? catchingCall(exportsOf, name === 'invoke_ji' ? 0n : 0);
  }
  return imports;
}

const badFileDescriptor = 8;

function memoryOf(exports: WebAssembly.Exports): WebAssembly.Memory {
  return exports[exportLetters.memory] as WebAssembly.Memory;
}

function failingImport(what: string): () => never {
  return () => {
    throw new Error(what);
  };
}

/** An `invoke_*` import: calls a function by its table index and reports a longjmp out of it by a flag, as setjmp's caller expects. */
function catchingCall(exportsOf: () => WebAssembly.Exports, valueIfThrown: number | bigint): WebAssembly.ImportValue {
  return (index: number, ...args: number[]) => {
    const exports = exportsOf();
    const table = exports[exportLetters.functionTable] as WebAssembly.Table;
    const stack = exportedFunction(exports, 'currentStack')();
    try {
      return (table.get(index) as WasmFunction)(...args);
    } catch (error) {
      exportedFunction(exports, 'restoreStack')(stack);
      if (!(error instanceof LongJump)) throw error;
      exportedFunction(exports, 'setThrew')(1, 0);
      return valueIfThrown;
    }
  };
}

/** Grows by a quarter at least, so that growing is rare; 1 when it succeeded, 0 when the module's limit is reached. */
function growMemory(memory: WebAssembly.Memory, neededBytes: number): number {
  const haveBytes = memory.buffer.byteLength;
  for (const wantedBytes of [Math.max(neededBytes, haveBytes * 1.25), neededBytes]) {
    try {
      memory.grow(Math.ceil((wantedBytes - haveBytes) / pageBytes));
      return 1;
    } catch {
      // Over the limit: try the smaller size, then let malloc fail.
    }
  }
  return 0;
}

/** writev() to nowhere. */
function discardOutput(memory: WebAssembly.Memory, vectors: number, count: number, writtenPointer: number): number {
  const view = new DataView(memory.buffer);
  let bytes = 0;
  for (let i = 0; i < count; i++) bytes += view.getUint32(vectors + i * 8 + 4, true);
  view.setUint32(writtenPointer, bytes, true);
  return 0;
}
