/** The part of the WebAssembly interface that library.ts uses; TypeScript has it only among the browser's types. */
declare namespace WebAssembly {
  type ImportValue = ((...args: number[]) => number | bigint | undefined | never) | number;
  type ModuleImports = Record<string, ImportValue>;
  type Exports = Readonly<Record<string, unknown>>;

  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): { module: string; name: string; kind: string }[];
    static exports(module: Module): { name: string; kind: string }[];
  }
  class Instance {
    constructor(module: Module, imports: Record<string, ModuleImports>);
    readonly exports: Exports;
  }
  class Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Table {
    get(index: number): unknown;
  }
}
