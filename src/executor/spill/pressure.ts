/** When to stop collecting rows in memory. As in PostgreSQL, each operator may use work_mem; all together a few times that. */
import type { MemoryAccount } from '../memory.ts';

/** Operators below this do not spill however much the others hold: their files would be absurdly small. */
const spillBytesMin = 64 * 1024;
const operatorsPerExecution = 4;

export function mustSpill(memory: MemoryAccount, ownBytes: number): boolean {
  if (ownBytes < spillBytesMin) return false;
  return ownBytes > memory.limitBytes || memory.used > memory.limitBytes * operatorsPerExecution;
}
