/** Constant folding: subtrees of immutable functions over constants are computed once, at planning (eval_const_expressions). */
import { SqlError } from '../common/sql-error.ts';
import { InvariantError } from '../common/assert.ts';
import type { EvalContext } from '../functions/eval-context.ts';
import { getFunction } from '../functions/registry.ts';
import { typeOids } from '../functions/type-oids.ts';
import type { Constant, Expression } from '../algebra/expression.ts';
import { interpret } from '../algebra/interpret.ts';
import { volatilityOf } from '../algebra/volatility.ts';
import { children, mapExpression } from '../algebra/walk.ts';

/** Folds every constant subtree; an error in one is left for run time, where it may never be reached. */
export function foldConstants(expression: Expression, context: EvalContext): Expression {
  return mapExpression(expression, (node) => foldNode(node, context));
}

function foldNode(node: Expression, context: EvalContext): Expression {
  switch (node.kind) {
    case 'and':
    case 'or':
      return foldLogical(node, node.args);
    case 'not':
      if (node.arg.kind === 'not') return node.arg.arg;
      break;
    case 'case':
      return foldCase(node);
    case 'call':
      if (node.returnsSet) return node;
      if (node.args.some(isNull) && isStrict(node.function)) return constantLike(node, null);
      break;
    case 'constant':
    case 'parameter':
    case 'column':
    case 'slot':
    case 'case-operand':
    case 'subquery':
    case 'aggregate':
      return node;
    default:
      break;
  }
  if (!children(node).every(isConstant)) return node;
  if (node.kind === 'coerce-array') return node;
  if (volatilityOf(node) !== 'i') return node;
  try {
    return constantLike(node, interpret(node, constantEnvironment(context)));
  } catch (error) {
    if (error instanceof SqlError) return node;
    throw error;
  }
}

function isStrict(functionOid: number): boolean {
  const entry = getFunction(functionOid);
  return entry.strict && entry.implementation.kind === 'scalar';
}

export function isConstant(expression: Expression): expression is Constant {
  return expression.kind === 'constant';
}

function isNull(expression: Expression): boolean {
  return expression.kind === 'constant' && expression.value === null;
}

export function isTrue(expression: Expression): boolean {
  return expression.kind === 'constant' && expression.value === true;
}

/** Never true: as a condition it lets nothing through. */
export function isFalseOrNull(expression: Expression): boolean {
  return expression.kind === 'constant' && expression.value !== true;
}

export function constantLike(node: Expression, value: Constant['value']): Constant {
  const { type, typmod, collation, position } = node;
  return { kind: 'constant', value, type, typmod, collation, position };
}

export function booleanConstant(value: boolean | null): Constant {
  return { kind: 'constant', value, type: typeOids.bool, typmod: -1, collation: 0, position: undefined };
}

/** Drops TRUE from AND and FALSE from OR, stops at the opposite, and flattens nested ones of the same kind. */
function foldLogical(node: Extract<Expression, { kind: 'and' | 'or' }>, args: readonly Expression[]): Expression {
  const neutral = node.kind === 'and';
  const kept: Expression[] = [];
  for (const arg of args) {
    const parts = arg.kind === node.kind ? arg.args : [arg];
    for (const part of parts) {
      if (part.kind === 'constant' && part.value === neutral) continue;
      if (part.kind === 'constant' && part.value === !neutral && kept.every((other) => volatilityOf(other) === 'i')) {
        return booleanConstant(!neutral);
      }
      kept.push(part);
    }
  }
  if (kept.length === 0) return booleanConstant(neutral);
  if (kept.length === 1) return kept[0] as Expression;
  return { ...node, args: kept };
}

function foldCase(node: Extract<Expression, { kind: 'case' }>): Expression {
  if (node.operand !== undefined) return node;
  const branches = [];
  for (const branch of node.branches) {
    if (isFalseOrNull(branch.when)) continue;
    if (isTrue(branch.when)) {
      return branches.length === 0 ? branch.then : { ...node, branches, otherwise: branch.then };
    }
    branches.push(branch);
  }
  if (branches.length === 0) return node.otherwise;
  return branches.length === node.branches.length ? node : { ...node, branches };
}

function constantEnvironment(context: EvalContext) {
  const refuse = (): never => {
    throw new InvariantError('a constant subtree has no leaves but constants');
  };
  return { eval: context, column: refuse, slot: refuse, parameter: refuse };
}
