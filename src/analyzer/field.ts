/** Selecting a field of a composite value by name. */
import { SqlError } from '../common/sql-error.ts';
import type { Expression } from '../algebra/expression.ts';
import { typeOids } from '../functions/type-oids.ts';
import type { AnalyzeContext } from './context.ts';
import { typeText } from './type-name.ts';

/** (row).name. Throws 42703 when there is no such field, 42809 when the value is no row. */
export function selectNamedField(arg: Expression, name: string, context: AnalyzeContext): Expression {
  const relationOid = context.catalog.getTypeInfo(arg.type)?.relationOid ?? 0;
  const relation = relationOid === 0 ? undefined : context.catalog.getRelation(relationOid);
  const columns = relation?.columns.filter((column) => !column.dropped) ?? [];
  const index = columns.findIndex((column) => column.name === name);
  if (index < 0) {
    const isRow = relation !== undefined || arg.type === typeOids.record;
    if (isRow)
      throw new SqlError('42703', `could not identify column "${name}" in record data type`, {
        position: arg.position,
      });
    throw new SqlError(
      '42809',
      `column notation .${name} applied to type ${typeText(arg.type, context.catalog)}, which is not a composite type`,
      { position: arg.position },
    );
  }
  const column = columns[index] as (typeof columns)[number];
  if (arg.kind === 'row') return arg.fields[index] as Expression;
  const { typeOid: type, typmod, collation } = column;
  return { kind: 'field', arg, index, type, typmod, collation, position: arg.position };
}
