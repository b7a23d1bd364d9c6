/**
 * Comparison of rows, field by field. The "image" comparisons look at the stored bytes, so that values that are equal but
 * print differently (1.0 and 1.00) are told apart.
 */
import { ByteWriter } from '../../common/byte-writer.ts';
import { SqlError } from '../../common/sql-error.ts';
import type { Datum, RecordValue } from '../../types/datum.ts';
import { compareRecords } from '../../types/record.ts';
import { getType } from '../../types/registry.ts';
import { compareBytes } from '../../types/utf8.ts';
import type { FunctionEntry } from '../function.ts';
import { comparisonBy, comparisons } from './comparison.ts';

function storedForm(value: Datum, type: number): Uint8Array {
  const out = new ByteWriter(64);
  getType(type).encode(value, out);
  return out.written();
}

function compareImages(left: RecordValue, right: RecordValue): number {
  if (left.fields.length !== right.fields.length) {
    throw new SqlError('42804', 'cannot compare record types with different numbers of columns');
  }
  for (let i = 0; i < left.fields.length; i++) {
    const [a, b] = [left.fields[i] as Datum, right.fields[i] as Datum];
    if (a === null || b === null) {
      if (a !== b) return a === null ? 1 : -1;
      continue;
    }
    const [x, y] = [storedForm(a, left.fieldTypes[i] as number), storedForm(b, right.fieldTypes[i] as number)];
    const difference = compareBytes(x, 0, x.length, y, 0, y.length);
    if (difference !== 0) return difference;
  }
  return 0;
}

const comparison = comparisonBy(compareRecords);
const imageComparison = comparisonBy(compareImages);

export const recordFunctions: readonly FunctionEntry[] = [
  ...comparisons(
    comparison,
    'record',
    'record',
    'record_eq 2981, record_ne 2982, record_lt 2983, record_le 2985, record_gt 2984, record_ge 2986, btrecordcmp 2987',
  ),
  ...comparisons(
    imageComparison,
    'record',
    'record',
    'record_image_eq 3181, record_image_ne 3182, record_image_lt 3183, record_image_le 3185, record_image_gt 3184, record_image_ge 3186, btrecordimagecmp 3187',
  ),
];
