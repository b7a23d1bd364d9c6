/** A column as written: type (serial included), NOT NULL, DEFAULT, IDENTITY, GENERATED, and its key and check constraints. */
import type { Oid } from '../../common/ids.ts';
import { SqlError, notSupported } from '../../common/sql-error.ts';
import { findType } from '../../types/registry.ts';
import { typeOids } from '../../functions/type-oids.ts';
import { AnalyzeContext } from '../../analyzer/context.ts';
import { resolveTypeName } from '../../analyzer/type-name.ts';
import type { ColumnDef, Constraint } from '../../parser/definition-syntax.ts';
import type { DefElem, Expr, TypeName } from '../../parser/syntax.ts';
import type { CommandContext } from './context.ts';
import type { NamedColumn } from './expressions.ts';

export interface WrittenColumn extends NamedColumn {
  readonly dimensions: number;
  readonly notNull: boolean;
  readonly default: Expr | undefined;
  readonly generated: Expr | undefined;
  readonly identity: { readonly when: 'a' | 'd'; readonly options: readonly DefElem[] } | undefined;
  /** serial: the column gets a sequence of its own. */
  readonly serial: boolean;
  /** PRIMARY KEY, UNIQUE, CHECK, REFERENCES written at the column; deferral already worked in. */
  readonly constraints: readonly Constraint[];
}

const serialTypes: Readonly<Record<string, Oid>> = {
  smallserial: typeOids.int2,
  serial2: typeOids.int2,
  serial: typeOids.int4,
  serial4: typeOids.int4,
  bigserial: typeOids.int8,
  serial8: typeOids.int8,
};

export function readColumn(node: ColumnDef, number: number, tableName: string, context: CommandContext): WrittenColumn {
  const analysis = new AnalyzeContext(context.analyzeOptions());
  const written = node.typeName;
  if (written === undefined) throw notSupported('a column without a type');
  const serial = serialType(written);
  const resolved = serial === undefined ? resolveTypeName(written, analysis) : { oid: serial, typmod: -1 };
  requireColumnType(node.colname, resolved.oid);
  const found = sortConstraints(node, tableName, analysis);
  if (serial !== undefined && found.default !== undefined) {
    throw new SqlError(
      '42601',
      `multiple default values specified for column "${node.colname}" of table "${tableName}"`,
      {
        position: analysis.position(found.default.location),
      },
    );
  }
  return {
    number,
    name: node.colname,
    typeOid: resolved.oid,
    typmod: resolved.typmod,
    collation: collationOf(node, resolved.oid, analysis),
    dimensions: written.arrayBounds.length,
    notNull: found.notNull || serial !== undefined || found.identity !== undefined,
    default: found.default?.raw_expr,
    generated: found.generated,
    identity: found.identity,
    serial: serial !== undefined,
    constraints: found.constraints,
  };
}

function serialType(node: TypeName): Oid | undefined {
  return node.names.length === 1 && node.arrayBounds.length === 0 ? serialTypes[node.names[0] as string] : undefined;
}

function requireColumnType(column: string, type: Oid): void {
  const handler = findType(type);
  if (handler === undefined || handler.typeType === 'c') throw notSupported(`column "${column}" of a composite type`);
  if (handler.typeType === 'p') {
    throw new SqlError('42P16', `column "${column}" has pseudo-type ${handler.sqlName}`);
  }
}

const collations: Readonly<Record<string, Oid>> = {
  default: 100,
  C: 950,
  POSIX: 951,
  ucs_basic: 12340,
  'C.utf8': 12341,
  'C.UTF-8': 12341,
};

function collationOf(node: ColumnDef, type: Oid, analysis: AnalyzeContext): Oid {
  const standard = findType(type)?.collation ?? 0;
  if (node.collClause === undefined) return standard;
  const name = node.collClause.collname.at(-1) ?? '';
  const position = analysis.position(node.collClause.location);
  const collation = collations[name];
  if (collation === undefined)
    throw new SqlError('42704', `collation "${name}" for encoding "UTF8" does not exist`, { position });
  if (standard === 0) {
    throw new SqlError('42804', `collations are not supported by type ${findType(type)?.sqlName ?? ''}`, { position });
  }
  return collation;
}

interface SortedConstraints {
  notNull: boolean;
  default: Constraint | undefined;
  generated: Expr | undefined;
  identity: WrittenColumn['identity'];
  constraints: Constraint[];
}

function sortConstraints(node: ColumnDef, tableName: string, analysis: AnalyzeContext): SortedConstraints {
  const found: SortedConstraints = {
    notNull: false,
    default: undefined,
    generated: undefined,
    identity: undefined,
    constraints: [],
  };
  let nullWritten: 'null' | 'not null' | undefined;
  for (const constraint of node.constraints) {
    const position = analysis.position(constraint.location);
    const conflicting = () =>
      new SqlError(
        '42601',
        `conflicting NULL/NOT NULL declarations for column "${node.colname}" of table "${tableName}"`,
        { position },
      );
    switch (constraint.contype) {
      case 'CONSTR_NULL':
        if (nullWritten === 'not null') throw conflicting();
        nullWritten = 'null';
        break;
      case 'CONSTR_NOTNULL':
        if (nullWritten === 'null') throw conflicting();
        nullWritten = 'not null';
        found.notNull = true;
        break;
      case 'CONSTR_DEFAULT':
        if (found.default !== undefined) {
          throw new SqlError(
            '42601',
            `multiple default values specified for column "${node.colname}" of table "${tableName}"`,
            { position },
          );
        }
        found.default = constraint;
        break;
      case 'CONSTR_IDENTITY':
        if (found.identity !== undefined) {
          throw new SqlError(
            '42601',
            `multiple identity specifications for column "${node.colname}" of table "${tableName}"`,
            { position },
          );
        }
        found.identity = { when: constraint.generated_when === 'a' ? 'a' : 'd', options: constraint.options };
        break;
      case 'CONSTR_GENERATED':
        if (constraint.generated_kind === 'v') throw notSupported('a virtual generated column', position);
        found.generated = constraint.raw_expr;
        break;
      case 'CONSTR_EXCLUSION':
        throw notSupported('EXCLUDE constraints', position);
      case 'CONSTR_PRIMARY':
      case 'CONSTR_UNIQUE':
      case 'CONSTR_CHECK':
      case 'CONSTR_FOREIGN':
        found.constraints.push(constraint);
        break;
      default:
        applyAttribute(constraint, found.constraints, position);
    }
  }
  refuseMixtures(node, tableName, found);
  return found;
}

/** DEFERRABLE and its kin belong to the constraint before them. */
function applyAttribute(attribute: Constraint, constraints: Constraint[], position: number | undefined): void {
  const last = constraints.at(-1);
  const index = constraints.length - 1;
  const misplaced = (words: string) => new SqlError('42601', `misplaced ${words} clause`, { position });
  switch (attribute.contype) {
    case 'CONSTR_ATTR_DEFERRABLE':
      if (last === undefined) throw misplaced('DEFERRABLE');
      constraints[index] = { ...last, deferrable: true };
      return;
    case 'CONSTR_ATTR_NOT_DEFERRABLE':
      if (last === undefined) throw misplaced('NOT DEFERRABLE');
      return;
    case 'CONSTR_ATTR_DEFERRED':
      if (last === undefined) throw misplaced('INITIALLY DEFERRED');
      constraints[index] = { ...last, deferrable: true, initdeferred: true };
      return;
    case 'CONSTR_ATTR_IMMEDIATE':
      if (last === undefined) throw misplaced('INITIALLY IMMEDIATE');
      return;
    default:
      throw notSupported('NOT ENFORCED constraints', position);
  }
}

function refuseMixtures(node: ColumnDef, tableName: string, found: SortedConstraints): void {
  const both = (a: string, b: string) =>
    new SqlError('42601', `both ${a} and ${b} specified for column "${node.colname}" of table "${tableName}"`);
  if (found.default !== undefined && found.identity !== undefined) throw both('default', 'identity');
  if (found.default !== undefined && found.generated !== undefined) throw both('default', 'generation expression');
  if (found.identity !== undefined && found.generated !== undefined) throw both('identity', 'generation expression');
}
