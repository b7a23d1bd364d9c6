/**
 * AND, OR, NOT, CASE, COALESCE and kin: what evaluates its operands one after another and stops early, so that 1/0 in a
 * branch that is not taken never runs. Each is a labelled block that assigns its result and breaks out.
 */
import { InvariantError } from '../../common/assert.ts';
import { typeOid } from '../../types/oids.ts';
import { getType } from '../../types/registry.ts';
import { orderingKernel } from '../../algebra/row-values.ts';
import type {
  BooleanTest,
  Case,
  Coalesce,
  Expression,
  Logical,
  MinMax,
  RowComparison,
} from '../../algebra/expression.ts';
import { asDatum, fromDatum } from './emit-convert.ts';
import type { Emit, Emitter } from './emitter.ts';
import { datumValue, isNumber, rawValue } from './value.ts';
import type { Representation, Value } from './value.ts';

export function emitNot(emitter: Emitter, value: Value): Value {
  return rawValue('bool', typeOid.bool, emitter.local(`1 - ${value.text}`), value.isNull);
}

export function emitBooleanTest(emitter: Emitter, expression: BooleanTest, value: Value): Value {
  const known = `!(${value.isNull}) && ${value.text} === ${expression.test === 'true' ? 1 : 0}`;
  const test = expression.test === 'unknown' ? value.isNull : known;
  const text = expression.negated ? `(${test}) ? 0 : 1` : `(${test}) ? 1 : 0`;
  return rawValue('bool', typeOid.bool, emitter.local(text), 'false');
}

/** Stops at the first operand that decides; NULL if none does and one was NULL. */
export function emitLogical(emitter: Emitter, expression: Logical, recurse: Emit): Value {
  const decisive = expression.kind === 'or' ? 1 : 0;
  const result = emitter.name('x');
  const isNull = emitter.name('z');
  const label = emitter.name('b');
  let nullable = false;
  const { lines } = emitter.block(() => {
    for (const arg of expression.args) {
      const value = recurse(arg);
      const decides = `${value.text} === ${decisive}`;
      if (value.isNull === 'false') {
        emitter.line(`if (${decides}) { ${result} = ${decisive}; ${isNull} = false; break ${label}; }`);
        continue;
      }
      nullable = true;
      emitter.line(`if (${value.isNull}) ${isNull} = true;`);
      emitter.line(`else if (${decides}) { ${result} = ${decisive}; ${isNull} = false; break ${label}; }`);
    }
  });
  emitter.line(`let ${result} = ${1 - decisive}, ${isNull} = false;`);
  emitter.append(`${label}:`, lines);
  return rawValue('bool', typeOid.bool, result, nullable ? isNull : 'false');
}

/** One way a lazily evaluated expression may end: the lines that compute it, and the value. */
interface Outcome {
  readonly lines: readonly string[];
  readonly result: Value;
}

/** Variables that receive the value of whichever outcome is taken. */
interface Target {
  readonly value: Value;
  readonly declaration: string;
  assign(emitter: Emitter, outcome: Outcome): string[];
}

/** The representation all outcomes can have: their own if they agree, else Datums. */
function commonRepresentation(outcomes: readonly Outcome[]): Representation {
  const values = outcomes.map((outcome) => outcome.result).filter((value) => value.isNull !== 'true');
  const first = values[0];
  if (first === undefined) return 'datum';
  const agree = values.every((value) => value.rep === first.rep && value.scale === first.scale);
  return agree && first.rep !== 'bytes' ? first.rep : bytesOrDatum(values);
}

function bytesOrDatum(values: readonly Value[]): Representation {
  return values.every((value) => value.rep === 'bytes') ? 'bytes' : 'datum';
}

function targetFor(emitter: Emitter, type: number, outcomes: readonly Outcome[]): Target {
  const rep = commonRepresentation(outcomes);
  const x = emitter.name('x');
  const z = emitter.name('z');
  if (rep === 'datum') {
    return {
      value: datumValue(type, x),
      declaration: `let ${x} = null;`,
      assign: (owner, { lines, result }) => {
        const tail = owner.block(() => owner.line(`${x} = ${asDatum(owner, result)};`));
        return [...lines, ...tail.lines];
      },
    };
  }
  if (rep === 'bytes') {
    const [offset, length] = [emitter.name('o'), emitter.name('l')];
    return {
      value: { ...rawValue(rep, type, x, z), offset, length },
      declaration: `let ${x} = h.noBytes, ${offset} = 0, ${length} = 0, ${z} = true;`,
      assign: (_owner, { lines, result }) =>
        result.isNull === 'true'
          ? [...lines, `${z} = true;`]
          : [
              ...lines,
              `${x} = ${result.text}; ${offset} = ${result.offset}; ${length} = ${result.length}; ${z} = ${result.isNull};`,
            ],
    };
  }
  const scale = outcomes.find((outcome) => outcome.result.isNull !== 'true')?.result.scale ?? '';
  return {
    value: rawValue(rep, type, x, z, scale),
    declaration: `let ${x} = 0, ${z} = true;`,
    assign: (_owner, { lines, result }) =>
      result.isNull === 'true'
        ? [...lines, `${z} = true;`]
        : [...lines, `${x} = ${result.text}; ${z} = ${result.isNull};`],
  };
}

export function emitCase(emitter: Emitter, expression: Case, recurse: Emit): Value {
  const { operand } = expression;
  if (operand === undefined) return emitBranches(emitter, expression, recurse);
  return emitter.withCaseOperand(recurse(operand), () => emitBranches(emitter, expression, recurse));
}

function emitBranches(emitter: Emitter, expression: Case, recurse: Emit): Value {
  const tests: { readonly lines: readonly string[]; readonly result: Value }[] = [];
  const outcomes: Outcome[] = [];
  // Each test runs only if those before it failed, so what it computed is still there for the later ones.
  const { result: otherwise } = emitter.block(() => {
    for (const branch of expression.branches) {
      const start = emitter.lines.length;
      const result = recurse(branch.when);
      tests.push({ lines: emitter.lines.splice(start), result });
      outcomes.push(emitter.block(() => recurse(branch.then)));
    }
    return emitter.block(() => recurse(expression.otherwise));
  });
  outcomes.push(otherwise);
  const target = targetFor(emitter, expression.type, outcomes);
  const label = emitter.name('b');
  const lines: string[] = [];
  tests.forEach((test, index) => {
    const { isNull, text } = test.result;
    lines.push(...test.lines, `if (${isNull === 'false' ? '' : `!(${isNull}) && `}${text} === 1) {`);
    lines.push(...target.assign(emitter, outcomes[index] as Outcome), `break ${label}; }`);
  });
  lines.push(...target.assign(emitter, otherwise));
  emitter.line(target.declaration);
  emitter.append(`${label}:`, lines);
  return target.value.rep === 'datum' ? fromDatum(emitter, expression.type, target.value.text) : target.value;
}

export function emitCoalesce(emitter: Emitter, expression: Coalesce, recurse: Emit): Value {
  const outcomes: Outcome[] = [];
  emitter.block(() => {
    for (const arg of expression.args) {
      const start = emitter.lines.length;
      const result = recurse(arg);
      outcomes.push({ lines: emitter.lines.splice(start), result });
      if (result.isNull === 'false') break;
    }
  });
  const target = targetFor(emitter, expression.type, outcomes);
  const label = emitter.name('b');
  const lines = outcomes.flatMap((outcome, index) => {
    const { isNull } = outcome.result;
    if (index === outcomes.length - 1) return target.assign(emitter, outcome);
    const tail = target.assign(emitter, { lines: [], result: outcome.result });
    return [...outcome.lines, `if (!(${isNull})) {`, ...tail, `break ${label}; }`];
  });
  emitter.line(target.declaration);
  emitter.append(`${label}:`, lines);
  return target.value.rep === 'datum' ? fromDatum(emitter, expression.type, target.value.text) : target.value;
}

/** GREATEST and LEAST: NULLs do not take part. */
export function emitExtreme(emitter: Emitter, expression: MinMax, recurse: Emit): Value {
  const values = expression.args.map(recurse);
  const raw = values.every((value) => isNumber(value));
  const best = emitter.name('x');
  if (!raw) return emitDatumExtreme(emitter, expression, values, best);
  const isNull = emitter.name('z');
  emitter.line(`let ${best} = 0, ${isNull} = true;`);
  for (const value of values) {
    const [a, b] = expression.kind === 'greatest' ? [best, value.text] : [value.text, best];
    const better = value.rep === 'float64' ? `r.ltFloat(${a}, ${b}) === 1` : `${a} < ${b}`;
    const known = value.isNull === 'false' ? '' : `!(${value.isNull}) && `;
    emitter.line(`if (${known}(${isNull} || ${better})) { ${best} = ${value.text}; ${isNull} = false; }`);
  }
  const rep = values[0]?.rep ?? 'datum';
  return rawValue(rep, expression.type, best, isNull);
}

function emitDatumExtreme(emitter: Emitter, expression: MinMax, values: readonly Value[], best: string): Value {
  const { compare } = getType(expression.type);
  if (compare === undefined) throw new InvariantError(`type ${expression.type} has no order`);
  const order = emitter.constant(compare);
  emitter.line(`let ${best} = null;`);
  for (const value of values) {
    const datum = emitter.local(asDatum(emitter, value));
    const sign = expression.kind === 'greatest' ? '>' : '<';
    emitter.line(
      `if (${datum} !== null && (${best} === null || ${order}(${datum}, ${best}) ${sign} 0)) ${best} = ${datum};`,
    );
  }
  return fromDatum(emitter, expression.type, best);
}

export function emitRowComparison(emitter: Emitter, expression: RowComparison, recurse: Emit): Value {
  const { comparison, left, right, operators } = expression;
  const result = emitter.name('x');
  const isNull = emitter.name('z');
  const label = emitter.name('b');
  const { lines } = emitter.block(() => {
    left.forEach((part, index) => {
      const other = right[index] as Expression;
      const a = emitter.local(asDatum(emitter, recurse(part)));
      const b = emitter.local(asDatum(emitter, recurse(other)));
      emitter.line(`if (${a} === null || ${b} === null) { ${isNull} = true; break ${label}; }`);
      const kernel = emitter.constant(orderingKernel(operators[index] as number));
      const types = emitter.constant({ argTypes: [part.type, other.type], resultType: typeOid.int4 });
      const order = emitter.local(`${kernel}([${a}, ${b}], context, ${types})`);
      const sign = comparison.startsWith('<') ? '<' : '>';
      emitter.line(`if (${order} !== 0) { ${result} = ${order} ${sign} 0 ? 1 : 0; break ${label}; }`);
    });
  });
  emitter.line(`let ${result} = ${comparison.endsWith('=') ? 1 : 0}, ${isNull} = false;`);
  emitter.append(`${label}:`, lines);
  return rawValue('bool', typeOid.bool, result, isNull);
}
