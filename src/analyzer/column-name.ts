/** What an output column without AS is called (FigureColname). */
import type { Expr, SelectStmt } from '../parser/syntax.ts';

const unnamed = '?column?';

export function columnNameOf(node: Expr): string {
  return nameOf(node)?.name ?? unnamed;
}

/** `weak` names (of a type, of CASE) give way to what is inside. */
interface FoundName {
  readonly name: string;
  readonly weak: boolean;
}

function strong(name: string): FoundName {
  return { name, weak: false };
}

const valueFunctionNames: Readonly<Record<string, string>> = {
  SVFOP_CURRENT_DATE: 'current_date',
  SVFOP_CURRENT_TIME: 'current_time',
  SVFOP_CURRENT_TIME_N: 'current_time',
  SVFOP_CURRENT_TIMESTAMP: 'current_timestamp',
  SVFOP_CURRENT_TIMESTAMP_N: 'current_timestamp',
  SVFOP_LOCALTIME: 'localtime',
  SVFOP_LOCALTIME_N: 'localtime',
  SVFOP_LOCALTIMESTAMP: 'localtimestamp',
  SVFOP_LOCALTIMESTAMP_N: 'localtimestamp',
  SVFOP_CURRENT_ROLE: 'current_role',
  SVFOP_CURRENT_USER: 'current_user',
  SVFOP_USER: 'user',
  SVFOP_SESSION_USER: 'session_user',
  SVFOP_CURRENT_CATALOG: 'current_catalog',
  SVFOP_CURRENT_SCHEMA: 'current_schema',
};

function nameOf(node: Expr | undefined): FoundName | undefined {
  if (node === undefined) return undefined;
  switch (node.kind) {
    case 'ColumnRef': {
      const last = node.fields.at(-1);
      return typeof last === 'string' ? strong(last) : undefined;
    }
    case 'A_Indirection': {
      const field = node.indirection.findLast((step) => typeof step === 'string');
      return typeof field === 'string' ? strong(field) : nameOf(node.arg);
    }
    case 'FuncCall':
      return strong(node.funcname.at(-1) ?? unnamed);
    case 'A_Expr':
      return node.subkind === 'AEXPR_NULLIF' ? strong('nullif') : undefined;
    case 'TypeCast': {
      const inner = nameOf(node.arg);
      if (inner !== undefined && !inner.weak) return inner;
      return { name: node.typeName.names.at(-1) ?? unnamed, weak: true };
    }
    case 'CollateClause':
      return nameOf(node.arg);
    case 'GroupingFunc':
      return strong('grouping');
    case 'SubLink':
      return sublinkName(node);
    case 'CaseExpr': {
      const inner = nameOf(node.defresult);
      return inner !== undefined && !inner.weak ? inner : { name: 'case', weak: true };
    }
    case 'A_ArrayExpr':
      return strong('array');
    case 'RowExpr':
      return strong('row');
    case 'CoalesceExpr':
      return strong('coalesce');
    case 'MinMaxExpr':
      return strong(node.op === 'IS_GREATEST' ? 'greatest' : 'least');
    case 'SQLValueFunction':
      return strong(valueFunctionNames[node.op] ?? unnamed);
    default:
      return undefined;
  }
}

function sublinkName(node: Extract<Expr, { kind: 'SubLink' }>): FoundName | undefined {
  switch (node.subLinkType) {
    case 'EXISTS_SUBLINK':
      return strong('exists');
    case 'ARRAY_SUBLINK':
      return strong('array');
    case 'EXPR_SUBLINK': {
      if (node.subselect.kind !== 'SelectStmt') return undefined;
      const [target] = leftmost(node.subselect).targetList;
      if (target === undefined) return undefined;
      return target.name === undefined ? nameOf(target.val) : strong(target.name);
    }
    default:
      return undefined;
  }
}

function leftmost(statement: SelectStmt): SelectStmt {
  return statement.larg === undefined ? statement : leftmost(statement.larg);
}
