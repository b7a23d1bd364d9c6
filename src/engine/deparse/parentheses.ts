/**
 * Which operands may go without parentheses in pretty output: isSimpleNode of PostgreSQL's ruleutils.c. Where it is not sure
 * it says no, so that the text always reads back as the same tree.
 */
import { findOperator } from '../../functions/registry.ts';
import type { Call, Expression } from '../../algebra/expression.ts';

/** Whether `node` needs no parentheses as an operand of `parent`. */
export function isSimpleOperand(node: Expression, parent: Expression): boolean {
  switch (node.kind) {
    case 'call':
      if (node.keyword !== undefined) return true;
      if (node.form !== 'call') return isSimpleOperand(node.args[0] as Expression, node);
      return node.operator === 0 || bindsTighter(node, parent) || bindsLooser(parent);
    case 'relabel':
    case 'coerce-io':
    case 'coerce-array':
    case 'coerce-typmod':
      return isSimpleOperand(node.arg, node);
    case 'field':
      return parent.kind !== 'field';
    case 'and':
      return parent.kind === 'and' || parent.kind === 'or' || enclosesOperands(parent);
    case 'or':
      return parent.kind === 'or' || enclosesOperands(parent);
    case 'not':
      return parent.kind === 'and' || parent.kind === 'or' || enclosesOperands(parent);
    case 'subquery':
    case 'null-test':
    case 'boolean-test':
    case 'distinct-from':
      return bindsLooser(parent);
    case 'array-comparison':
    case 'row-comparison':
      return false;
    default:
      return true;
  }
}

function bindsLooser(parent: Expression): boolean {
  return parent.kind === 'and' || parent.kind === 'or' || parent.kind === 'not' || enclosesOperands(parent);
}

/** Function calls and their like put their operands between parentheses, brackets or keywords. */
function enclosesOperands(parent: Expression): boolean {
  switch (parent.kind) {
    case 'call':
      return parent.form === 'call' && parent.operator === 0;
    case 'subscript':
    case 'array':
    case 'row':
    case 'coalesce':
    case 'greatest':
    case 'least':
    case 'nullif':
    case 'aggregate':
    case 'case':
      return true;
    default:
      return false;
  }
}

/** Only + - * / % are known: higher under lower, or the left operand of the same level. */
function bindsTighter(node: Call, parent: Expression): boolean {
  if (parent.kind !== 'call' || parent.form !== 'call') return false;
  const own = level(node);
  const above = level(parent);
  if (own === 0 || above === 0) return false;
  return own > above || (own === above && parent.args[0] === node);
}

function level(node: Call): number {
  const name = node.operator === 0 || node.args.length !== 2 ? '' : findOperator(node.operator)?.name;
  if (name === '+' || name === '-') return 1;
  return name === '*' || name === '/' || name === '%' ? 2 : 0;
}
