import { readFileSync } from 'node:fs';

/** Version of the package these sources (or their build) belong to. */
export function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
