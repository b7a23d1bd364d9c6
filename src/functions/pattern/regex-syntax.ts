/** Syntax tree of a regular expression, and the options it was written with. */
import type { CharacterSet } from './character-set.ts';

export type RegexNode =
  | { readonly kind: 'alternation'; readonly branches: readonly RegexNode[] }
  | { readonly kind: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly kind: 'group'; readonly capture: boolean; readonly body: RegexNode }
  | { readonly kind: 'look'; readonly behind: boolean; readonly negative: boolean; readonly body: RegexNode }
  | {
      readonly kind: 'quantified';
      readonly atom: RegexNode;
      readonly min: number;
      /** Infinity: no limit. */
      readonly max: number;
      readonly lazy: boolean;
      /** Written {m}: it has no say in whether a long or a short match is preferred. */
      readonly fixed: boolean;
    }
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'anchor'; readonly at: Anchor }
  | { readonly kind: 'backreference'; readonly group: number };

/** `start` and `end` are those of the text; the line ones hold at newlines too. */
export type Anchor =
  | 'start'
  | 'end'
  | 'lineStart'
  | 'lineEnd'
  | 'wordStart'
  | 'wordEnd'
  | 'wordBoundary'
  | 'notWordBoundary';

export interface RegexOptions {
  ignoreCase: boolean;
  /** White space and comments in the pattern are ignored. */
  expanded: boolean;
  /** `.` and negated brackets do not match a newline. */
  newlineStops: boolean;
  /** ^ and $ match at newlines. */
  newlineAnchors: boolean;
  /** The pattern is a plain text. */
  literal: boolean;
}

export const defaultRegexOptions: Readonly<RegexOptions> = {
  ignoreCase: false,
  expanded: false,
  newlineStops: false,
  newlineAnchors: false,
  literal: false,
};

/** Applies an option letter, of (?…) or of a flags argument; false if there is no such letter. */
export function applyOptionLetter(options: RegexOptions, letter: string): boolean {
  switch (letter) {
    case 'i':
      options.ignoreCase = true;
      return true;
    case 'c':
      options.ignoreCase = false;
      return true;
    case 'x':
      options.expanded = true;
      return true;
    case 't':
      options.expanded = false;
      return true;
    case 'm':
    case 'n':
      options.newlineStops = options.newlineAnchors = true;
      return true;
    case 's':
      options.newlineStops = options.newlineAnchors = false;
      return true;
    case 'p':
      options.newlineStops = true;
      options.newlineAnchors = false;
      return true;
    case 'w':
      options.newlineStops = false;
      options.newlineAnchors = true;
      return true;
    case 'q':
      options.literal = true;
      return true;
    case 'e':
      return true;
    default:
      return false;
  }
}
