/**
 * Upper and lower case as C.UTF-8 has them: one character becomes one character (ß stays, Σ becomes σ everywhere), which
 * JavaScript's own mappings do not promise. ASCII text, the usual case, goes straight to them.
 */
const ascii = /^[\0-\x7f]*$/;

export function lowerCase(text: string): string {
  return ascii.test(text) ? text.toLowerCase() : mapCharacters(text, lowerCharacter);
}

export function upperCase(text: string): string {
  return ascii.test(text) ? text.toUpperCase() : mapCharacters(text, upperCharacter);
}

function mapCharacters(text: string, map: (character: string) => string): string {
  let result = '';
  for (const character of text) result += map(character);
  return result;
}

export function lowerCharacter(character: string): string {
  if (character === 'İ') return 'i';
  return single(character.toLowerCase(), character);
}

function upperCharacter(character: string): string {
  return single(character.toUpperCase(), character);
}

/** A mapping to several characters is no mapping. */
function single(mapped: string, original: string): string {
  return mapped.length === (original.length === 1 ? 1 : 2) ? mapped : original;
}

const alphanumeric = /^[\p{L}\p{N}]$/u;

/** First letter of every word upper, the rest lower; words are runs of letters and digits. */
export function capitalizeWords(text: string): string {
  let inWord = false;
  return mapCharacters(text, (character) => {
    const mapped = inWord ? lowerCharacter(character) : upperCharacter(character);
    inWord = alphanumeric.test(character);
    return mapped;
  });
}
