/** Entries for functions that only pass their arguments on, to the catalog or to the server, under their own name. */
import type { FunctionEntry } from '../function.ts';
import { scalar } from '../define.ts';

/** One entry for each line `oid signature`. */
export function routed(to: 'catalog' | 'system', lines: string, suspends: boolean = false): FunctionEntry[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => {
      const [, oid, signature] = /^\s*(\d+) (.*)$/.exec(line) as unknown as [string, string, string];
      const name = signature.slice(0, signature.indexOf('('));
      const kernel = scalarKernel(to, name);
      return scalar(Number(oid), signature, kernel, suspends ? { suspends } : {});
    });
}

function scalarKernel(to: 'catalog' | 'system', name: string): Parameters<typeof scalar>[2] {
  return to === 'catalog'
    ? (args, context) => context.catalog.call(name, args)
    : (args, context) => context.system.call(name, args);
}
