/** A syntax tree with some of its literals replaced by parameters, so that one plan serves all statements that differ in them. */
import { literalKind } from '../../parser/lexer.ts';
import type { A_Const, ParamRef, Statement } from '../../parser/syntax.ts';
import { typeOid } from '../../types/oids.ts';

/** A literal of the text: its place in bytes, and its `literalKind`. */
export interface Literal {
  readonly start: number;
  readonly end: number;
  readonly kind: number;
}

export interface LiftedLiteral {
  /** Index among the text's literals. */
  readonly literal: number;
  readonly kind: number;
  /** A minus sign before it was part of the constant. */
  readonly negated: boolean;
}

export interface LiftedStatement {
  readonly statement: Statement;
  /** In the order of the parameters. */
  readonly lifted: readonly LiftedLiteral[];
  /** Types that the literals have by themselves; 0 for strings, whose context decides. */
  readonly parameterTypes: readonly number[];
}

const minus = 0x2d;
const blankMax = 0x20;

/** undefined: nothing to lift, or parameters are used already. */
export function liftLiterals(
  statement: Statement,
  text: Uint8Array,
  literals: readonly Literal[],
): LiftedStatement | undefined {
  const lifter = new Lifter(text, literals);
  const result = lifter.transform(statement, '') as Statement;
  if (lifter.hasParameters || lifter.lifted.length === 0) return undefined;
  return { statement: result, lifted: lifter.lifted, parameterTypes: lifter.parameterTypes };
}

/** Where a constant means itself: a position in ORDER BY or GROUP BY, a type modifier. */
const positional: ReadonlySet<string> = new Set(['groupClause', 'distinctClause', 'typmods']);

class Lifter {
  readonly lifted: LiftedLiteral[] = [];
  readonly parameterTypes: number[] = [];
  hasParameters = false;
  readonly #text: Uint8Array;
  readonly #byStart: ReadonlyMap<number, number>;
  readonly #literals: readonly Literal[];

  constructor(text: Uint8Array, literals: readonly Literal[]) {
    this.#text = text;
    this.#literals = literals;
    this.#byStart = new Map(literals.map((literal, index) => [literal.start, index]));
  }

  /** `field`: name of the field the value is in. */
  transform(value: unknown, field: string): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.transform(item, field));
    const node = value as Readonly<Record<string, unknown>>;
    if (node['kind'] === 'ParamRef') this.hasParameters = true;
    if (node['kind'] === 'A_Const') return positional.has(field) ? node : this.#constant(node as unknown as A_Const);
    if (node['kind'] === 'SortBy' && (node['node'] as { readonly kind: string }).kind === 'A_Const') return node;
    const result: Record<string, unknown> = {};
    for (const [name, part] of Object.entries(node)) result[name] = this.transform(part, name);
    return result;
  }

  #constant(node: A_Const): A_Const | ParamRef {
    const { val, location } = node;
    if (val.kind !== 'Integer' && val.kind !== 'Float' && val.kind !== 'String') return node;
    const negated = this.#text[location] === minus;
    const index = this.#byStart.get(negated ? this.#afterMinus(location) : location);
    if (index === undefined) return node;
    const { kind } = this.#literals[index] as Literal;
    // Whether a larger number is int4 after all depends on its sign.
    if (negated && kind !== literalKind.integer) return node;
    if ((kind === literalKind.string) !== (val.kind === 'String')) return node;
    this.lifted.push({ literal: index, kind, negated });
    this.parameterTypes.push(ownTypes[kind] as number);
    return { kind: 'ParamRef', number: this.lifted.length, location };
  }

  #afterMinus(at: number): number {
    let next = at + 1;
    while (next < this.#text.length && (this.#text[next] as number) <= blankMax) next++;
    return next;
  }
}

const ownTypes: Readonly<Record<number, number>> = {
  [literalKind.integer]: typeOid.int4,
  [literalKind.bigint]: typeOid.int8,
  [literalKind.numeric]: typeOid.numeric,
  [literalKind.string]: 0,
};
