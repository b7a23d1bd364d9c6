/** Comparison, concatenation, length and case of text, name, char(n) and "char". All are strings; char(n) ignores trailing blanks. */
import { typeOid } from '../../types/oids.ts';
import { charByte, trimBlanks } from '../../types/text.ts';
import { characterCount, compareText } from '../../types/utf8.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';
import type { EvalContext } from '../eval-context.ts';
import type { Datum } from '../../types/datum.ts';
import { castToText } from '../text-output.ts';
import type { Comparison } from './comparison.ts';
import { comparisonBy, comparisons, extremes } from './comparison.ts';
import { capitalizeWords, lowerCase, upperCase } from './text-case.ts';

function compareBlankPadded(left: string, right: string): number {
  return compareText(trimBlanks(left), trimBlanks(right));
}

/** Equality needs no order. */
const textComparison: Comparison = {
  kernels: [
    (args) => args[0] === args[1],
    (args) => args[0] !== args[1],
    ...comparisonBy(compareText).kernels.slice(2),
  ],
};
const bpcharComparison = comparisonBy(compareBlankPadded);
const charComparison = comparisonBy<string>((left, right) => charByte(left) - charByte(right));

/** bpchar_pattern_ops exists for locales whose order is not that of the bytes; ours is. */
const comparisonFunctions: readonly FunctionEntry[] = [
  ...comparisons(
    textComparison,
    'text',
    'text',
    'texteq 67, textne 157, text_lt 740, text_le 741, text_gt 742, text_ge 743, bttextcmp 360',
  ),
  ...comparisons(
    textComparison,
    'name',
    'name',
    'nameeq 62, namene 659, namelt 655, namele 656, namegt 657, namege 658, btnamecmp 359',
  ),
  ...comparisons(
    textComparison,
    'name',
    'text',
    'nameeqtext 240, namenetext 245, namelttext 241, nameletext 242, namegttext 244, namegetext 243, btnametextcmp 246',
  ),
  ...comparisons(
    textComparison,
    'text',
    'name',
    'texteqname 247, textnename 252, textltname 248, textlename 249, textgtname 251, textgename 250, bttextnamecmp 253',
  ),
  ...comparisons(
    textComparison,
    'text',
    'text',
    '-, -, text_pattern_lt 2160, text_pattern_le 2161, text_pattern_gt 2164, text_pattern_ge 2163, bttext_pattern_cmp 2166',
  ),
  ...comparisons(
    bpcharComparison,
    'bpchar',
    'bpchar',
    'bpchareq 1048, bpcharne 1053, bpcharlt 1049, bpcharle 1050, bpchargt 1051, bpcharge 1052, bpcharcmp 1078',
  ),
  ...comparisons(
    bpcharComparison,
    'bpchar',
    'bpchar',
    '-, -, bpchar_pattern_lt 2174, bpchar_pattern_le 2175, bpchar_pattern_gt 2178, bpchar_pattern_ge 2177, btbpchar_pattern_cmp 2180',
  ),
  ...comparisons(
    charComparison,
    'char',
    'char',
    'chareq 61, charne 70, charlt 1246, charle 72, chargt 73, charge 74, btcharcmp 358',
  ),
  ...extremes(compareText, 'text', 'text_larger 458, text_smaller 459'),
  ...extremes(compareBlankPadded, 'bpchar', 'bpchar_larger 1063, bpchar_smaller 1064'),
];

const lengthInCharacters: Kernel = (args) => characterCount(args[0] as string);
const trimmedLength: Kernel = (args) => characterCount(trimBlanks(args[0] as string));
const lengthInBytes: Kernel = (args) => Buffer.byteLength(args[0] as string);

function appendText(args: readonly Datum[], context: EvalContext, type: number): string {
  return (args[0] as string) + castToText(args[1] as Datum, type, context.io);
}

function prependText(args: readonly Datum[], context: EvalContext, type: number): string {
  return castToText(args[0] as Datum, type, context.io) + (args[1] as string);
}

const otherFunctions: readonly FunctionEntry[] = [
  scalar(1258, 'textcat(text, text) text', (args) => (args[0] as string) + (args[1] as string)),
  scalar(2003, 'textanycat(text, anynonarray) text stable', (args, context, call) =>
    appendText(args, context, call.argTypes[1] ?? typeOid.text),
  ),
  scalar(2004, 'anytextcat(anynonarray, text) text stable', (args, context, call) =>
    prependText(args, context, call.argTypes[0] ?? typeOid.text),
  ),
  scalar(1317, 'length(text) int4', lengthInCharacters),
  scalar(1257, 'textlen(text) int4', lengthInCharacters),
  scalar(1369, 'character_length(text) int4', lengthInCharacters),
  scalar(1381, 'char_length(text) int4', lengthInCharacters),
  scalar(1318, 'length(bpchar) int4', trimmedLength),
  scalar(1367, 'character_length(bpchar) int4', trimmedLength),
  scalar(1372, 'char_length(bpchar) int4', trimmedLength),
  scalar(1374, 'octet_length(text) int4', lengthInBytes),
  scalar(1375, 'octet_length(bpchar) int4', lengthInBytes),
  scalar(1811, 'bit_length(text) int4', (args) => Buffer.byteLength(args[0] as string) * 8),
  scalar(870, 'lower(text) text', (args) => lowerCase(args[0] as string)),
  scalar(871, 'upper(text) text', (args) => upperCase(args[0] as string)),
  scalar(872, 'initcap(text) text', (args) => capitalizeWords(args[0] as string)),
];

export const textFunctions: readonly FunctionEntry[] = [...comparisonFunctions, ...otherFunctions];
