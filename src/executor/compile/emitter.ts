/**
 * Collects the source of one generated function. Names are made from counters and every value that comes from the user (names,
 * literals, patterns) travels as an element of `constants`: nothing a user wrote ever becomes source.
 *
 *   prologue   once per call: vectors of columns, parameters, scales
 *   lines      once per row
 */
import { InvariantError } from '../../common/assert.ts';
import type { Expression } from '../../algebra/expression.ts';
import { getType } from '../../types/registry.ts';
import type { Layout } from '../layout.ts';
import { placeOf } from '../layout.ts';
import { RawValue } from './raw-value.ts';
import { bytesValue, datumValue, nullValue, rawValue, representationOf } from './value.ts';
import type { Value } from './value.ts';
import type { ColumnReference, Constant, Parameter, SlotReference } from '../../algebra/expression.ts';

/** Parameters and slots an expression reads, and how they look to generated code. */
export interface RawSource {
  readonly kind: 'parameter' | 'slot';
  readonly number: number;
  readonly raw: RawValue;
}

export class Emitter {
  readonly layout: Layout;
  /** int64 and numeric as Datums. */
  readonly exact: boolean;
  readonly prologue: string[] = [];
  readonly constants: unknown[] = [];
  readonly sources: RawSource[];
  lines: string[] = [];
  /** Values already computed in the enclosing blocks, innermost last. */
  #scopes: Map<string, Value>[] = [new Map()];
  #caseOperands: Value[] = [];
  #hoisted = new Set<string>();
  #names = 0;

  constructor(layout: Layout, exact: boolean, sources: RawSource[]) {
    this.layout = layout;
    this.exact = exact;
    this.sources = sources;
  }

  name(prefix: string): string {
    return `${prefix}_${this.#names++}`;
  }

  line(text: string): void {
    this.lines.push(text);
  }

  /** Makes a JS value available and returns its name. */
  constant(value: unknown): string {
    let index = this.constants.findIndex((known) => Object.is(known, value));
    if (index < 0) index = this.constants.push(value) - 1;
    return `c${index}`;
  }

  /** Runs `emit` into a block of its own; what it computes is unknown outside. */
  block<T>(emit: () => T): { readonly lines: string[]; readonly result: T } {
    const outer = this.lines;
    this.lines = [];
    this.#scopes.push(new Map());
    const result = emit();
    const lines = this.lines;
    this.lines = outer;
    this.#scopes.pop();
    return { lines, result };
  }

  /** Adds the lines of a block between braces, behind `head`. */
  append(head: string, lines: readonly string[], tail: string = ''): void {
    this.lines.push(`${head} {`, ...lines, `} ${tail}`);
  }

  /** A constant local: gives `text` a name. */
  local(text: string): string {
    const name = this.name('x');
    this.line(`const ${name} = ${text};`);
    return name;
  }

  /** A name for a text computed once per call. */
  hoist(text: string): string {
    const name = this.name('g');
    this.prologue.push(`const ${name} = ${text};`);
    return name;
  }

  /** Leaves narrow code before the first row when `condition` holds. */
  leaveNarrowIf(condition: string): void {
    this.prologue.push(`if (${condition}) return -1;`);
  }

  withCaseOperand<T>(operand: Value, emit: () => T): T {
    this.#caseOperands.push(operand);
    const result = emit();
    this.#caseOperands.pop();
    return result;
  }

  caseOperand(): Value {
    const operand = this.#caseOperands.at(-1);
    if (operand === undefined) throw new InvariantError('case-operand outside of a CASE');
    return operand;
  }

  constantValue(expression: Constant): Value {
    const { value, type } = expression;
    if (value === null) return nullValue(type);
    const datum = this.constant(value);
    const raw = new RawValue(getType(type));
    raw.set(value);
    const rep = representationOf(type, this.exact);
    if (rep === 'datum') return datumValue(type, datum, 'false');
    if (!raw.narrow) return datumValue(type, datum, 'false');
    if (rep === 'bytes') {
      const length = String(raw.length);
      return { ...bytesValue(type, this.constant(raw.data.slice(0, raw.length)), '0', length, 'false'), datum };
    }
    return {
      ...rawValue(rep, type, this.constant(raw.number), 'false', rep === 'numeric' ? String(raw.scale) : ''),
      datum,
    };
  }

  column(expression: ColumnReference): Value {
    const place = placeOf(this.layout, expression.column);
    return this.#memo(`column ${place.index}`, () => this.#loadColumn(place.index, place.type));
  }

  #memo(key: string, load: () => Value): Value {
    for (const scope of this.#scopes) {
      const known = scope.get(key);
      if (known !== undefined) return known;
    }
    const value = load();
    (this.#scopes.at(-1) as Map<string, Value>).set(key, value);
    return value;
  }

  #loadColumn(index: number, type: number): Value {
    const handler = getType(type);
    const kind = handler.vectorKind;
    const rep = representationOf(type, this.exact);
    this.#hoistColumn(index, kind);
    const isNull = this.local(`n${index} !== undefined && n${index}[i] === 1`);
    if (rep === 'bytes')
      return bytesValue(type, `d${index}`, this.local(`o${index}[i]`), this.local(`l${index}[i]`), isNull);
    if (rep !== 'datum')
      return rawValue(rep, type, this.local(`a${index}[i]`), isNull, rep === 'numeric' ? `s${index}` : '');
    const read = kind === 'int64' ? 'readInt64' : 'readNumeric';
    return datumValue(type, this.local(`${isNull} ? null : h.${read}(v${index}, i)`), isNull);
  }

  #hoistColumn(index: number, kind: string): void {
    if (this.#hoisted.has(`v${index}`)) return;
    this.#hoisted.add(`v${index}`);
    this.prologue.push(`const v${index} = columns[${index}], n${index} = v${index}.nulls;`);
    if (kind === 'bytes') {
      this.prologue.push(
        `const d${index} = v${index}.data, o${index} = v${index}.offsets, l${index} = v${index}.lengths;`,
      );
      return;
    }
    this.prologue.push(`const a${index} = v${index}.values;`);
    if (kind === 'numeric') this.prologue.push(`const s${index} = v${index}.scale;`);
    if (!this.exact && (kind === 'numeric' || kind === 'int64')) this.leaveNarrowIf(`v${index}.wide !== undefined`);
  }

  parameter(expression: Parameter | SlotReference): Value {
    const source = sourceFor(this.sources, expression);
    const index = this.sources.indexOf(source);
    const { type } = expression;
    const rep = representationOf(type, this.exact);
    const name = `p${index}`;
    if (!this.#hoisted.has(name)) {
      this.#hoisted.add(name);
      this.prologue.push(`const ${name} = P[${index}], ${name}y = ${name}.datum, ${name}z = ${name}.isNull;`);
      this.prologue.push(`const ${name}x = ${name}.number, ${name}s = ${name}.scale;`);
      this.prologue.push(`const ${name}d = ${name}.data, ${name}l = ${name}.length;`);
      if (rep === 'int64' || rep === 'numeric') this.leaveNarrowIf(`!${name}.narrow`);
    }
    if (rep === 'datum') return datumValue(type, `${name}y`, `${name}z`);
    const datum = `${name}y`;
    if (rep === 'bytes') return { ...bytesValue(type, `${name}d`, '0', `${name}l`, `${name}z`), datum };
    return { ...rawValue(rep, type, `${name}x`, `${name}z`, rep === 'numeric' ? `${name}s` : ''), datum };
  }
}

/** The source of a parameter or slot, added to the list at its first use. */
export function sourceFor(sources: RawSource[], expression: Parameter | SlotReference): RawSource {
  const { kind } = expression;
  const number = kind === 'parameter' ? expression.index : expression.slot;
  const known = sources.find((source) => source.kind === kind && source.number === number);
  if (known !== undefined) return known;
  const source = { kind, number, raw: new RawValue(getType(expression.type)) };
  sources.push(source);
  return source;
}

/** Emits an expression; the switch is in emit.ts, passed on so that its parts need not import it. */
export type Emit = (expression: Expression) => Value;
