/** The two ends of a generated loop: a condition that skips the row, and a value stored into an output vector. */
import { asDatum } from './emit-convert.ts';
import type { Emitter } from './emitter.ts';
import type { DatumOutput } from './runtime.ts';
import type { Value } from './value.ts';

/** Leaves the row (`continue rows`) unless the condition is true. */
export function emitCondition(emitter: Emitter, condition: Value): void {
  const unknown = condition.isNull === 'false' ? '' : `${condition.isNull} || `;
  emitter.line(`if (${unknown}${condition.text} !== 1) continue rows;`);
}

/** Stores the value of row `i` into the vector that `output` names. */
export function emitOutput(emitter: Emitter, value: Value, output: string, datumOutput: DatumOutput): void {
  const vector = emitter.hoist(output);
  switch (value.rep) {
    case 'datum': {
      const writer = emitter.constant(datumOutput);
      emitter.line(`${writer}.write(${vector}, i, ${asDatum(emitter, value)});`);
      return;
    }
    case 'bytes':
      store(emitter, value, vector, `h.writeBytes(${vector}, i, ${value.text}, ${value.offset}, ${value.length});`);
      return;
    case 'numeric':
      emitter.prologue.push(`${vector}.scale = ${value.scale};`);
      storeNumber(emitter, value, vector);
      return;
    default:
      storeNumber(emitter, value, vector);
  }
}

function storeNumber(emitter: Emitter, value: Value, vector: string): void {
  const values = emitter.hoist(`${vector}.values`);
  store(emitter, value, vector, `${values}[i] = ${value.text};`);
}

function store(emitter: Emitter, value: Value, vector: string, assignment: string): void {
  if (value.isNull === 'false') emitter.line(assignment);
  else emitter.line(`if (${value.isNull}) h.setNull(${vector}, i); else ${assignment}`);
}
