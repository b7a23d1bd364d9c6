/** Bytes to text and back: hex, base64 and escape forms, character sets, and digests. */
import { createHash } from 'node:crypto';
import { SqlError } from '../../common/sql-error.ts';
import { parseBytea } from '../../types/bytea.ts';
import { asBuffer, characterCount, decodeUtf8, validateUtf8 } from '../../types/utf8.ts';
import { isSpace } from '../../types/whitespace.ts';
import type { FunctionEntry } from '../function.ts';
import { scalar } from '../define.ts';
import { lowerCase } from './text-case.ts';

type Bytes = Uint8Array;

function error(message: string, hint?: string): SqlError {
  return new SqlError('22023', message, { hint });
}

/** The forms of encode() and decode(). */
interface BinaryForm {
  encode(bytes: Buffer): string;
  decode(text: string): Bytes;
}

/** Base64 in lines of 76 characters, as MIME wants them. */
function encodeBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/.{76}(?=.)/gs, '$&\n');
}

const base64Alphabet = /^[A-Za-z0-9+/]$/;

/** White space anywhere is skipped; the padding must be there. */
function decodeBase64(text: string): Bytes {
  let symbols = 0;
  let padding = 0;
  for (const character of text) {
    if (isSpace(character.charCodeAt(0))) continue;
    if (character === '=') {
      if (padding++ === 0 && symbols % 4 < 2) throw error('unexpected "=" while decoding base64 sequence');
      continue;
    }
    if (padding > 0 || !base64Alphabet.test(character)) {
      throw error(`invalid symbol "${character}" found while decoding base64 sequence`);
    }
    symbols++;
  }
  if ((symbols + padding) % 4 !== 0) {
    throw error(
      'invalid base64 end sequence',
      'Input data is missing padding, is truncated, or is otherwise corrupted.',
    );
  }
  return Buffer.from(text, 'base64');
}

/** Bytes 0 and above 127 as \ooo, backslash doubled. */
function encodeEscape(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes) {
    if (byte === 0 || byte >= 0x80) text += `\\${byte.toString(8).padStart(3, '0')}`;
    else text += byte === 0x5c ? '\\\\' : String.fromCharCode(byte);
  }
  return text;
}

const binaryForms: Readonly<Record<string, BinaryForm>> = {
  hex: { encode: (bytes) => bytes.toString('hex'), decode: (text) => parseBytea(`\\x${text}`) },
  base64: { encode: encodeBase64, decode: decodeBase64 },
  // A leading \x would be taken for the hex form.
  escape: {
    encode: encodeEscape,
    decode: (text) => parseBytea(text.startsWith('\\x') ? ` ${text}` : text).subarray(text.startsWith('\\x') ? 1 : 0),
  },
};

function binaryForm(name: string): BinaryForm {
  const form = Object.hasOwn(binaryForms, lowerCase(name)) ? binaryForms[lowerCase(name)] : undefined;
  if (form === undefined) throw error(`unrecognized encoding: "${name}"`);
  return form;
}

/** The character sets that text can be converted to and from, by every spelling PostgreSQL accepts, punctuation left out. */
const encodings: Readonly<Record<string, { readonly name: string; readonly charset: 'utf8' | 'latin1' | 'ascii' }>> = {
  utf8: { name: 'UTF8', charset: 'utf8' },
  unicode: { name: 'UTF8', charset: 'utf8' },
  latin1: { name: 'LATIN1', charset: 'latin1' },
  iso88591: { name: 'LATIN1', charset: 'latin1' },
  sqlascii: { name: 'SQL_ASCII', charset: 'ascii' },
};

function findEncoding(name: string): (typeof encodings)[string] | undefined {
  const key = lowerCase(name).replace(/[^a-z0-9]/g, '');
  return Object.hasOwn(encodings, key) ? encodings[key] : undefined;
}

function encodingOf(name: string, role: 'source' | 'destination'): (typeof encodings)[string] & object {
  const encoding = findEncoding(name);
  if (encoding === undefined) throw error(`invalid ${role} encoding name "${name}"`);
  return encoding;
}

function textFromBytes(bytes: Bytes, encodingName: string, role: 'source' | 'destination' = 'source'): string {
  const { charset } = encodingOf(encodingName, role);
  if (charset === 'latin1') return asBuffer(bytes).latin1Slice(0, bytes.length);
  validateUtf8(bytes, 0, bytes.length);
  return decodeUtf8(bytes, 0, bytes.length);
}

function bytesFromText(text: string, encodingName: string): Bytes {
  const { charset, name } = encodingOf(encodingName, 'destination');
  if (charset !== 'latin1') return Buffer.from(text, 'utf8');
  for (const character of text) {
    if ((character.codePointAt(0) as number) > 0xff) throw untranslatable(character, name);
  }
  return Buffer.from(text, 'latin1');
}

function untranslatable(character: string, encodingName: string): SqlError {
  const hex = Array.from(Buffer.from(character), (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(' ');
  return new SqlError(
    '22P05',
    `character with byte sequence ${hex} in encoding "UTF8" has no equivalent in encoding "${encodingName}"`,
  );
}

function digest(algorithm: string, bytes: Bytes): Bytes {
  return createHash(algorithm).update(bytes).digest();
}

export const encodingFunctions: readonly FunctionEntry[] = [
  scalar(1946, 'encode(bytea, text) text', (args) => binaryForm(args[1] as string).encode(asBuffer(args[0] as Bytes))),
  scalar(1947, 'decode(text, text) bytea', (args) => binaryForm(args[1] as string).decode(args[0] as string)),
  scalar(1714, 'convert_from(bytea, name) text stable', (args) => textFromBytes(args[0] as Bytes, args[1] as string)),
  scalar(1717, 'convert_to(text, name) bytea stable', (args) => bytesFromText(args[0] as string, args[1] as string)),
  scalar(1813, 'convert(bytea, name, name) bytea stable', (args) =>
    bytesFromText(textFromBytes(args[0] as Bytes, args[1] as string), args[2] as string),
  ),
  scalar(1713, 'length(bytea, name) int4 stable', (args) =>
    characterCount(textFromBytes(args[0] as Bytes, args[1] as string)),
  ),
  scalar(2311, 'md5(text) text', (args) =>
    createHash('md5')
      .update(args[0] as string)
      .digest('hex'),
  ),
  scalar(2321, 'md5(bytea) text', (args) =>
    createHash('md5')
      .update(args[0] as Bytes)
      .digest('hex'),
  ),
  scalar(3419, 'sha224(bytea) bytea', (args) => digest('sha224', args[0] as Bytes)),
  scalar(3420, 'sha256(bytea) bytea', (args) => digest('sha256', args[0] as Bytes)),
  scalar(3421, 'sha384(bytea) bytea', (args) => digest('sha384', args[0] as Bytes)),
  scalar(3422, 'sha512(bytea) bytea', (args) => digest('sha512', args[0] as Bytes)),
];
