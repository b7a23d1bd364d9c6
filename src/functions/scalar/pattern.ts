/** LIKE, ILIKE, SIMILAR TO and ~ as functions: the operators are names for these. */
import { LikePattern, applyLikeEscape, likePattern } from '../pattern/like.ts';
import { regexOf } from '../pattern/regex.ts';
import { similarToRegex } from '../pattern/similar.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';

type Bytes = Uint8Array;

const like: Kernel = (args) => likePattern(args[1] as string).matchesString(args[0] as string);
const notLike: Kernel = (args) => !likePattern(args[1] as string).matchesString(args[0] as string);
const ilike: Kernel = (args) => likePattern(args[1] as string, true).matchesString(args[0] as string);
const notIlike: Kernel = (args) => !likePattern(args[1] as string, true).matchesString(args[0] as string);

function matchesByteString(bytes: Bytes, pattern: Bytes): boolean {
  return new LikePattern(pattern, { singleByte: true }).matchesBytes(bytes, 0, bytes.length);
}

const byteaLike: Kernel = (args) => matchesByteString(args[0] as Bytes, args[1] as Bytes);
const byteaNotLike: Kernel = (args) => !matchesByteString(args[0] as Bytes, args[1] as Bytes);

/** The same rewriting as for text: bytes and Latin-1 characters correspond one to one. */
function escapeByteString(pattern: Bytes, escape: Bytes): Bytes {
  const text = applyLikeEscape(Buffer.from(pattern).toString('latin1'), Buffer.from(escape).toString('latin1'));
  return Buffer.from(text, 'latin1');
}

const likeFunctions: readonly FunctionEntry[] = [
  scalar(850, 'textlike(text, text) bool', like),
  scalar(851, 'textnlike(text, text) bool', notLike),
  scalar(858, 'namelike(name, text) bool', like),
  scalar(859, 'namenlike(name, text) bool', notLike),
  scalar(1631, 'bpcharlike(bpchar, text) bool', like),
  scalar(1632, 'bpcharnlike(bpchar, text) bool', notLike),
  scalar(1569, 'like(text, text) bool', like),
  scalar(1570, 'notlike(text, text) bool', notLike),
  scalar(1571, 'like(name, text) bool', like),
  scalar(1572, 'notlike(name, text) bool', notLike),
  scalar(1633, 'texticlike(text, text) bool', ilike),
  scalar(1634, 'texticnlike(text, text) bool', notIlike),
  scalar(1635, 'nameiclike(name, text) bool', ilike),
  scalar(1636, 'nameicnlike(name, text) bool', notIlike),
  scalar(1660, 'bpchariclike(bpchar, text) bool', ilike),
  scalar(1661, 'bpcharicnlike(bpchar, text) bool', notIlike),
  scalar(2005, 'bytealike(bytea, bytea) bool', byteaLike),
  scalar(2006, 'byteanlike(bytea, bytea) bool', byteaNotLike),
  scalar(2007, 'like(bytea, bytea) bool', byteaLike),
  scalar(2008, 'notlike(bytea, bytea) bool', byteaNotLike),
  scalar(1637, 'like_escape(text, text) text', (args) => applyLikeEscape(args[0] as string, args[1] as string)),
  scalar(2009, 'like_escape(bytea, bytea) bytea', (args) => escapeByteString(args[0] as Bytes, args[1] as Bytes)),
];

const matches: Kernel = (args) => regexOf(args[1] as string).test(args[0] as string);
const matchesNot: Kernel = (args) => !regexOf(args[1] as string).test(args[0] as string);
const matchesIgnoringCase: Kernel = (args) => regexOf(args[1] as string, 'i').test(args[0] as string);
const matchesNotIgnoringCase: Kernel = (args) => !regexOf(args[1] as string, 'i').test(args[0] as string);

const regexFunctions: readonly FunctionEntry[] = [
  scalar(1254, 'textregexeq(text, text) bool', matches),
  scalar(1256, 'textregexne(text, text) bool', matchesNot),
  scalar(1238, 'texticregexeq(text, text) bool', matchesIgnoringCase),
  scalar(1239, 'texticregexne(text, text) bool', matchesNotIgnoringCase),
  scalar(79, 'nameregexeq(name, text) bool', matches),
  scalar(1252, 'nameregexne(name, text) bool', matchesNot),
  scalar(1240, 'nameicregexeq(name, text) bool', matchesIgnoringCase),
  scalar(1241, 'nameicregexne(name, text) bool', matchesNotIgnoringCase),
  scalar(1658, 'bpcharregexeq(bpchar, text) bool', matches),
  scalar(1659, 'bpcharregexne(bpchar, text) bool', matchesNot),
  scalar(1656, 'bpcharicregexeq(bpchar, text) bool', matchesIgnoringCase),
  scalar(1657, 'bpcharicregexne(bpchar, text) bool', matchesNotIgnoringCase),
];

const similarFunctions: readonly FunctionEntry[] = [
  scalar(1986, 'similar_to_escape(text, text) text', (args) => similarToRegex(args[0] as string, args[1] as string)),
  scalar(1987, 'similar_to_escape(text) text', (args) => similarToRegex(args[0] as string)),
  // The older form: a NULL escape means the default one.
  scalar(1623, 'similar_escape(text, text) text nullable', (args) =>
    args[0] === null ? null : similarToRegex(args[0] as string, (args[1] as string | null) ?? '\\'),
  ),
];

export const patternFunctions: readonly FunctionEntry[] = [...likeFunctions, ...regexFunctions, ...similarFunctions];
