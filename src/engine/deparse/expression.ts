/**
 * Bound expressions back to SQL, in the spelling of PostgreSQL's ruleutils.c: what pg_get_expr, pg_get_viewdef and EXPLAIN
 * print. Every operator is in parentheses, or in pretty output those that need it (parentheses.ts); implicit casts show inside
 * operators and calls, and nowhere else.
 */
import type { Oid } from '../../common/ids.ts';
import { unreachable } from '../../common/assert.ts';
import type { Datum } from '../../types/datum.ts';
import { findType } from '../../types/registry.ts';
import { formatType } from '../../types/typmod.ts';
import type { IoContext } from '../../types/type-handler.ts';
import { findOperator, getFunction } from '../../functions/registry.ts';
import { typeOids } from '../../functions/type-oids.ts';
import type { Aggregate, Call, ColumnId, Expression, SlotId, SortKey, Subquery } from '../../algebra/expression.ts';
import { isSimpleOperand } from './parentheses.ts';

/** Names that only the surroundings know. */
export interface ExpressionNames {
  readonly io: IoContext;
  column(column: ColumnId): string;
  slot(slot: SlotId): string;
  /** A subquery's text without parentheses. */
  subquery(node: Subquery): string;
  /** Type names of composite types. */
  typeName(oid: Oid): string | undefined;
}

const quoteLiteral = (text: string) =>
  text.includes('\\') ? `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` : `'${text.replaceAll("'", "''")}'`;

const caseIndent = 4;

export class ExpressionPrinter {
  /** Columns that a line begins with, where an expression takes several lines. */
  indent = 0;
  readonly #names: ExpressionNames;
  readonly #pretty: boolean;

  /** `pretty`: only the parentheses that are needed. */
  constructor(names: ExpressionNames, pretty: boolean = false) {
    this.#names = names;
    this.#pretty = pretty;
  }

  /** `showImplicit`: print implicit casts of the outermost node too. */
  print(node: Expression, showImplicit: boolean = false, caseOperand: string = ''): string {
    const inner = (expression: Expression) => this.print(expression, true, caseOperand);
    const plain = (expression: Expression) => this.print(expression, false, caseOperand);
    const list = (expressions: readonly Expression[]) => expressions.map(plain).join(', ');
    // Operands: in pretty output they have the parentheses, else the whole has.
    const operand = (child: Expression, implicit: boolean) => {
      const text = this.print(child, implicit, caseOperand);
      return this.#pretty && !isSimpleOperand(child, node) ? `(${text})` : text;
    };
    const whole = (text: string) => (this.#pretty ? text : `(${text})`);
    switch (node.kind) {
      case 'constant':
        return this.#constant(node.value, node.type, node.typmod);
      case 'parameter':
        return `$${node.index + 1}`;
      case 'column':
        return this.#names.column(node.column);
      case 'slot':
        return this.#names.slot(node.slot);
      case 'case-operand':
        return caseOperand;
      case 'call':
        return this.#call(node, showImplicit, inner, operand);
      case 'relabel':
      case 'coerce-io':
      case 'coerce-array':
        if (node.form === 'implicit-cast' && !showImplicit) return operand(node.arg, false);
        return this.#cast(node.arg, node.type, node.typmod, operand);
      case 'coerce-typmod':
        return this.#typmodCast(node, showImplicit, operand);
      case 'and':
      case 'or':
        return whole(node.args.map((arg) => operand(arg, false)).join(node.kind === 'and' ? ' AND ' : ' OR '));
      case 'not':
        return whole(`NOT ${operand(node.arg, false)}`);
      case 'null-test':
        return whole(`${operand(node.arg, true)} IS ${node.negated ? 'NOT ' : ''}NULL`);
      case 'boolean-test':
        return whole(`${operand(node.arg, false)} IS ${node.negated ? 'NOT ' : ''}${node.test.toUpperCase()}`);
      case 'case':
        return this.#case(node, plain);
      case 'coalesce':
        return `COALESCE(${list(node.args)})`;
      case 'greatest':
      case 'least':
        return `${node.kind.toUpperCase()}(${list(node.args)})`;
      case 'nullif':
        return `NULLIF(${list(node.args)})`;
      case 'distinct-from': {
        const [left, right] = node.args;
        const text = whole(`${operand(left, true)} IS DISTINCT FROM ${operand(right, true)}`);
        return node.negated ? `(NOT ${this.#pretty ? `(${text})` : text})` : text;
      }
      case 'array-comparison': {
        const operator = findOperator(node.operator)?.name ?? '=';
        const right = operand(node.right, true);
        return whole(`${operand(node.left, true)} ${operator} ${node.all ? 'ALL' : 'ANY'} (${right})`);
      }
      case 'array': {
        const text = `ARRAY[${node.elements.map(inner).join(', ')}]`;
        return node.elements.length === 0 ? `${text}::${this.#typeText(node.type, -1)}` : text;
      }
      case 'row':
        return `ROW(${node.fields.map(inner).join(', ')})`;
      case 'row-comparison': {
        const side = (fields: readonly Expression[]) => `ROW(${fields.map(inner).join(', ')})`;
        return `(${side(node.left)} ${node.comparison} ${side(node.right)})`;
      }
      case 'field':
        return `(${plain(node.arg)}).f${node.index + 1}`;
      case 'subscript':
        return this.#subscript(node, plain);
      case 'subquery':
        return this.#subquery(node, plain);
      case 'aggregate':
        return this.#aggregate(node, inner);
      default:
        return unreachable(node, 'expression');
    }
  }

  #typeText(type: Oid, typmod: number): string {
    return findType(type) === undefined ? (this.#names.typeName(type) ?? '???') : formatType(type, typmod);
  }

  /** get_const_expr: integers, decimals and booleans stand bare, everything else is quoted and labelled. */
  #constant(value: Datum, type: Oid, typmod: number): string {
    const label = `::${this.#typeText(type, typmod)}`;
    if (value === null) return type === typeOids.unknown ? 'NULL' : `NULL${label}`;
    const handler = findType(type);
    const text = handler === undefined ? '' : handler.formatText(value, this.#names.io);
    switch (type) {
      case typeOids.int4:
        return text.startsWith('-') ? `'${text}'${label}` : text;
      case typeOids.numeric:
        return /^\d*\.\d+$/.test(text) ? (typmod >= 0 ? `${text}${label}` : text) : `'${text}'${label}`;
      case typeOids.bool:
        return value === true ? 'true' : 'false';
      case typeOids.unknown:
        return quoteLiteral(text);
      default:
        return `${quoteLiteral(text)}${label}`;
    }
  }

  /** get_coercion_expr: a cast within is written only if it was. */
  #cast(arg: Expression, type: Oid, typmod: number, operand: Operand): string {
    const text = operand(arg, false);
    return `${this.#pretty ? text : `(${text})`}::${this.#typeText(type, typmod)}`;
  }

  #typmodCast(node: Extract<Expression, { kind: 'coerce-typmod' }>, showImplicit: boolean, operand: Operand): string {
    if (!node.explicit && !showImplicit) return operand(node.arg, false);
    // One cast with the length, not two.
    const cast =
      node.arg.kind === 'relabel' ||
      node.arg.kind === 'coerce-io' ||
      (node.arg.kind === 'call' && node.arg.form !== 'call');
    const arg = cast ? castArgument(node.arg) : node.arg;
    if (arg.kind === 'constant' && arg.type === node.type) return this.#constant(arg.value, arg.type, node.typmod);
    return this.#cast(arg, node.type, node.typmod, operand);
  }

  #call(node: Call, showImplicit: boolean, inner: (e: Expression) => string, operand: Operand): string {
    if (node.keyword !== undefined) return keywordText(node.keyword, node.args.map(inner));
    if (node.form === 'implicit-cast' && !showImplicit) return operand(node.args[0] as Expression, false);
    if (node.form !== 'call') return this.#cast(node.args[0] as Expression, node.type, node.typmod, operand);
    if (node.operator !== 0) {
      const name = findOperator(node.operator)?.name ?? '?';
      const [first, second] = node.args;
      const left = operand(first as Expression, true);
      const text = second === undefined ? `${name} ${left}` : `${left} ${name} ${operand(second, true)}`;
      return this.#pretty ? text : `(${text})`;
    }
    const { name } = getFunction(node.function);
    const special = this.#special(name, node.args, inner);
    if (special !== undefined) return special;
    const args = node.args.map(inner);
    if (node.variadicArray) args[args.length - 1] = `VARIADIC ${args.at(-1)}`;
    return `${functionName(name)}(${args.join(', ')})`;
  }

  /** What SQL has syntax of its own for. */
  #special(name: string, args: readonly Expression[], inner: (e: Expression) => string): string | undefined {
    switch (name) {
      case 'extract':
        return args[0]?.kind === 'constant'
          ? `EXTRACT(${String(args[0].value)} FROM ${inner(args[1] as Expression)})`
          : undefined;
      case 'timezone':
        return args.length === 2
          ? `(${inner(args[1] as Expression)} AT TIME ZONE ${inner(args[0] as Expression)})`
          : undefined;
      case 'current_user':
      case 'session_user':
        return name.toUpperCase();
      default:
        return undefined;
    }
  }

  /** On lines of its own. */
  #case(node: Extract<Expression, { kind: 'case' }>, plain: (e: Expression) => string): string {
    const line = () => `\n${' '.repeat(this.indent)}`;
    const start = line();
    this.indent += caseIndent;
    const operand = node.operand === undefined ? undefined : plain(node.operand);
    const branches = node.branches.map(({ when, then }) => {
      // `operand = value` is written by its value alone.
      const value = operand !== undefined && when.kind === 'call' && when.args.length === 2 ? when.args[1] : undefined;
      const condition = this.print(value ?? when, false, operand ?? '');
      return `${line()}WHEN ${condition} THEN ${plain(then)}`;
    });
    const head = operand === undefined ? 'CASE' : `CASE ${operand}`;
    const otherwise = `${line()}ELSE ${plain(node.otherwise)}`;
    this.indent -= caseIndent;
    return `${start}${head}${branches.join('')}${otherwise}${start}END`;
  }

  #subscript(node: Extract<Expression, { kind: 'subscript' }>, plain: (e: Expression) => string): string {
    const base = node.arg.kind === 'column' || node.arg.kind === 'parameter' ? plain(node.arg) : `(${plain(node.arg)})`;
    const parts = node.upper.map((upper, i) => {
      const lower = node.lower[i];
      if (!node.slice) return `[${upper === undefined ? '' : plain(upper)}]`;
      return `[${lower === undefined ? '' : plain(lower)}:${upper === undefined ? '' : plain(upper)}]`;
    });
    return `${base}${parts.join('')}`;
  }

  #subquery(node: Subquery, plain: (e: Expression) => string): string {
    const text = `(${this.#names.subquery(node)})`;
    const { test } = node;
    switch (node.form) {
      case 'scalar':
        return text;
      case 'exists':
        return `(EXISTS ${text})`;
      case 'array':
        return `ARRAY${text}`;
      case 'any':
      case 'all': {
        if (test?.kind !== 'call') return `(... ${node.form.toUpperCase()} ${text})`;
        const name = findOperator(test.operator)?.name ?? '=';
        const left = plain(test.args[0] as Expression);
        if (name === '=' && node.form === 'any') return `(${left} IN ${text})`;
        return `(${left} ${name} ${node.form.toUpperCase()} ${text})`;
      }
      default:
        return unreachable(node.form, 'subquery form');
    }
  }

  #aggregate(node: Aggregate, inner: (e: Expression) => string): string {
    const args = node.args.length === 0 ? '*' : node.args.map(inner).join(', ');
    const order =
      node.orderBy.length === 0 ? '' : ` ORDER BY ${node.orderBy.map((key) => this.sortKey(key)).join(', ')}`;
    const filter = node.filter === undefined ? '' : ` FILTER (WHERE ${this.print(node.filter)})`;
    return `${functionName(getFunction(node.function).name)}(${node.distinct ? 'DISTINCT ' : ''}${args}${order})${filter}`;
  }

  /** Of ORDER BY, GROUP BY and DISTINCT ON: what could be taken for something else is in parentheses. */
  groupKey(key: Expression): string {
    const text = this.print(key);
    if (key.kind === 'column') return text;
    const isCall = (key.kind === 'call' && key.operator === 0 && key.form === 'call') || key.kind === 'aggregate';
    return this.#pretty || isCall ? `(${text})` : text;
  }

  sortKey(key: SortKey, text: string = this.groupKey(key.expression)): string {
    const direction = key.descending ? ' DESC' : '';
    const nulls = key.nullsFirst === key.descending ? '' : key.nullsFirst ? ' NULLS FIRST' : ' NULLS LAST';
    return `${text}${direction}${nulls}`;
  }
}

/** Prints an operand, in parentheses if it must be. */
type Operand = (node: Expression, showImplicit: boolean) => string;

/** Functions that SQL has syntax of its own for; what is left is a keyword alone. */
function keywordText(keyword: string, [first = '', second = '', third, fourth]: readonly string[]): string {
  switch (keyword) {
    case 'TRIM BOTH':
    case 'TRIM LEADING':
    case 'TRIM TRAILING':
      return `TRIM(${keyword.slice(5)}${second === '' ? '' : ` ${second}`} FROM ${first})`;
    case 'SUBSTRING':
      return `SUBSTRING(${first} FROM ${second}${third === undefined ? '' : ` FOR ${third}`})`;
    case 'OVERLAY':
      return `OVERLAY(${first} PLACING ${second} FROM ${third ?? ''}${fourth === undefined ? '' : ` FOR ${fourth}`})`;
    case 'POSITION':
      return `POSITION((${second}) IN (${first}))`;
    default:
      return keyword;
  }
}

function castArgument(node: Expression): Expression {
  if (node.kind === 'relabel' || node.kind === 'coerce-io') return node.arg;
  return node.kind === 'call' ? (node.args[0] as Expression) : node;
}

/** Words that the grammar would take for something else. */
const quotedFunctions: ReadonlySet<string> = new Set([
  'char',
  'bit',
  'substring',
  'position',
  'overlay',
  'trim',
  'left',
  'right',
]);

function functionName(name: string): string {
  return quotedFunctions.has(name) ? `"${name}"` : name;
}
