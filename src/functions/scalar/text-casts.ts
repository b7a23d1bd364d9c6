/** Conversions among the string types, and to them from bool and int4. */
import { charByte, charText, coerceBpchar, coerceVarchar, trimBlanks, truncateName } from '../../types/text.ts';
import { SqlError } from '../../common/sql-error.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';

const same: Kernel = (args) => args[0] ?? null;
const cutToName: Kernel = (args) => truncateName(args[0] as string);

/** "char" is a signed byte to int4. */
function charToInt4(text: string): number {
  return (charByte(text) << 24) >> 24;
}

function int4ToChar(value: number): string {
  if (value < -128 || value > 127) throw new SqlError('22003', '"char" out of range');
  return charText(value & 0xff);
}

/** name || _ || oid, the name cut so that the result is a name again. */
function nameWithOid(name: string, oid: number): string {
  const suffix = `_${oid}`;
  const bytes = Buffer.from(name);
  let end = Math.min(bytes.length, 63 - suffix.length);
  while (end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.utf8Slice(0, end) + suffix;
}

export const textCastFunctions: readonly FunctionEntry[] = [
  scalar(77, 'int4(char) int4', (args) => charToInt4(args[0] as string)),
  scalar(78, 'char(int4) char', (args) => int4ToChar(args[0] as number)),
  scalar(944, 'char(text) char', (args) => charText(charByte(args[0] as string))),
  scalar(946, 'text(char) text', same),
  scalar(860, 'bpchar(char) bpchar', same),
  scalar(401, 'text(bpchar) text', (args) => trimBlanks(args[0] as string)),
  scalar(406, 'text(name) text', same),
  scalar(407, 'name(text) name', cutToName),
  scalar(408, 'bpchar(name) bpchar', same),
  scalar(409, 'name(bpchar) name', (args) => truncateName(trimBlanks(args[0] as string))),
  scalar(1400, 'name(varchar) name', cutToName),
  scalar(1401, 'varchar(name) varchar', same),
  scalar(668, 'bpchar(bpchar, int4, bool) bpchar', (args) =>
    coerceBpchar(args[0] as string, args[1] as number, args[2] as boolean),
  ),
  scalar(669, 'varchar(varchar, int4, bool) varchar', (args) =>
    coerceVarchar(args[0] as string, args[1] as number, args[2] as boolean),
  ),
  scalar(2971, 'text(bool) text', (args) => (args[0] === true ? 'true' : 'false')),
  scalar(266, 'nameconcatoid(name, oid) name', (args) => nameWithOid(args[0] as string, args[1] as number)),
];
