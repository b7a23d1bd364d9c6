/** The packet that starts a connection: a real start, or one of three requests that come in its place. */
import { SqlError, sqlState } from '../common/sql-error.ts';

const requestCode = {
  cancel: 80_877_102,
  ssl: 80_877_103,
  gssEncryption: 80_877_104,
} as const;

/** Version 3.2 has cancel keys of any length; 3.1 was never given out and works as 3.0. */
export const protocolMajor = 3;
export const protocolMinorMax = 2;

export interface StartupMessage {
  readonly kind: 'startup';
  /** The minor version to speak: the client's, or ours if that is lower. */
  readonly minorVersion: number;
  /** The client asked for more: answer with NegotiateProtocolVersion, naming `unknownOptions`. */
  readonly mustNegotiate: boolean;
  /** Protocol options (`_pq_.…`) that we do not know: all. */
  readonly unknownOptions: readonly string[];
  /** user, database, options, replication, and settings for the session. */
  readonly parameters: ReadonlyMap<string, string>;
}

export interface CancelRequest {
  readonly kind: 'cancelRequest';
  readonly processId: number;
  readonly secretKey: Buffer;
}

export type StartupPacket =
  | StartupMessage
  | CancelRequest
  | { readonly kind: 'sslRequest' }
  | { readonly kind: 'gssEncryptionRequest' };

/** Reads the body of a startup packet (after the length). Throws fatal SqlErrors: 08P01, and 0A000 for another major version. */
export function decodeStartupPacket(buffer: Buffer, start: number, end: number): StartupPacket {
  const code = buffer.readUInt32BE(start);
  const body = start + 4;
  switch (code) {
    case requestCode.ssl:
      return { kind: 'sslRequest' };
    case requestCode.gssEncryption:
      return { kind: 'gssEncryptionRequest' };
    case requestCode.cancel:
      return decodeCancelRequest(buffer, body, end);
    default:
      return decodeStartupMessage(code, buffer, body, end);
  }
}

function decodeCancelRequest(buffer: Buffer, start: number, end: number): CancelRequest {
  const keyStart = start + 4;
  const keyBytes = end - keyStart;
  if (keyBytes < 4 || keyBytes > 256)
    throw fatal(sqlState.protocolViolation, 'invalid length of cancel request packet');
  return {
    kind: 'cancelRequest',
    processId: buffer.readInt32BE(start),
    secretKey: Buffer.from(buffer.subarray(keyStart, end)),
  };
}

function decodeStartupMessage(version: number, buffer: Buffer, start: number, end: number): StartupMessage {
  const major = version >>> 16;
  const minor = version & 0xffff;
  if (major !== protocolMajor) {
    throw fatal(
      sqlState.featureNotSupported,
      `unsupported frontend protocol ${major}.${minor}: server supports 3.0 to ${protocolMajor}.${protocolMinorMax}`,
    );
  }
  const parameters = decodeParameters(buffer, start, end);
  const unknownOptions = [...parameters.keys()].filter((name) => name.startsWith('_pq_.'));
  for (const name of unknownOptions) parameters.delete(name);
  return {
    kind: 'startup',
    minorVersion: Math.min(minor, protocolMinorMax),
    mustNegotiate: minor > protocolMinorMax || unknownOptions.length > 0,
    unknownOptions,
    parameters,
  };
}

/** Pairs of strings, then an empty string. */
function decodeParameters(buffer: Buffer, start: number, end: number): Map<string, string> {
  const parameters = new Map<string, string>();
  let at = start;
  while (at < end && buffer[at] !== 0) {
    const nameEnd = buffer.indexOf(0, at);
    const valueEnd = nameEnd < 0 ? -1 : buffer.indexOf(0, nameEnd + 1);
    if (valueEnd < 0 || valueEnd >= end) break;
    parameters.set(buffer.utf8Slice(at, nameEnd), buffer.utf8Slice(nameEnd + 1, valueEnd));
    at = valueEnd + 1;
  }
  if (at !== end - 1) {
    throw fatal(sqlState.protocolViolation, 'invalid startup packet layout: expected terminator as last byte');
  }
  return parameters;
}

function fatal(
  state: typeof sqlState.protocolViolation | typeof sqlState.featureNotSupported,
  message: string,
): SqlError {
  return new SqlError(state, message, { fatal: true });
}
