/**
 * Writes a regular expression's tree as a JavaScript pattern. The pattern needs no flags u, i, m or s (character-set.ts).
 *
 * The two languages differ in which match they prefer. PostgreSQL finds the leftmost, then the longest or the shortest overall,
 * whichever the first quantifier asks for; JavaScript takes what comes first when every quantifier and alternative is
 * tried in order. Three rewrites bring the usual patterns together; they are not exact for all:
 *
 *   1. Alternatives that are plain texts are tried longest first, an empty one last: foo|foobar finds foobar.
 *   2. In a whole that prefers short matches all quantifiers do, unless it must reach the end of the text anyway.
 *   3. In a whole that prefers long matches the last quantifier does.
 */
import { namedSet, setSource, unitsSource } from './character-set.ts';
import type { CharacterSet } from './character-set.ts';
import type { Anchor, RegexNode } from './regex-syntax.ts';

export function emitRegex(root: RegexNode): string {
  return emit(preferOverall(root));
}

function emit(node: RegexNode): string {
  switch (node.kind) {
    case 'alternation':
      return longestFirst(node.branches).map(emit).join('|');
    case 'sequence':
      return node.items.map(emitItem).join('');
    case 'group':
      return `(${node.capture ? '' : '?:'}${emit(node.body)})`;
    case 'look':
      return `(?${node.behind ? '<' : ''}${node.negative ? '!' : '='}${emit(node.body)})`;
    case 'quantified':
      return emitQuantified(node);
    case 'set':
      return setSource(node.set);
    case 'anchor':
      return anchorSource(node.at);
    case 'backreference':
      // Set apart from a digit that may follow.
      return `(?:\\${node.group})`;
  }
}

/** An alternation must hold together inside a sequence. */
function emitItem(node: RegexNode): string {
  return node.kind === 'alternation' ? `(?:${emit(node)})` : emit(node);
}

type Quantified = RegexNode & { readonly kind: 'quantified' };

function emitQuantified(node: Quantified): string {
  const { atom, min, max } = node;
  const suffix = node.lazy ? '?' : '';
  const units = atom.kind === 'set' && max === Infinity && min <= 1 ? unitsSource(atom.set) : undefined;
  if (atom.kind === 'set' && units !== undefined) {
    return min === 0 ? `${units}*${suffix}` : `(?:${setSource(atom.set)}${units}*${suffix})`;
  }
  const operand = emit(atom);
  const holdsTogether = atom.kind === 'group' || atom.kind === 'backreference' || /^\[[^\]]*\]$/.test(operand);
  return (holdsTogether ? operand : `(?:${operand})`) + quantifier(min, max) + suffix;
}

function quantifier(min: number, max: number): string {
  if (min === 0 && max === Infinity) return '*';
  if (min === 1 && max === Infinity) return '+';
  if (min === 0 && max === 1) return '?';
  return max === Infinity ? `{${min},}` : `{${min},${max}}`;
}

function anchorSource(anchor: Anchor): string {
  const word = (): string => setSource(namedSet('word') as CharacterSet);
  switch (anchor) {
    case 'start':
      return '^';
    case 'end':
      return '$';
    case 'lineStart':
      return '(?<![^\\n])';
    case 'lineEnd':
      return '(?![^\\n])';
    case 'wordStart':
      return `(?:(?<!${word()})(?=${word()}))`;
    case 'wordEnd':
      return `(?:(?<=${word()})(?!${word()}))`;
    case 'wordBoundary':
      return `(?:(?<!${word()})(?=${word()})|(?<=${word()})(?!${word()}))`;
    case 'notWordBoundary':
      return `(?:(?<!${word()})(?!${word()})|(?<=${word()})(?=${word()}))`;
  }
}

/** Length of a plain text; undefined for anything else. */
function literalLength(node: RegexNode): number | undefined {
  if (isSingleCharacter(node)) return 1;
  return node.kind === 'sequence' && node.items.every(isSingleCharacter) ? node.items.length : undefined;
}

function isSingleCharacter(node: RegexNode): boolean {
  return node.kind === 'set' && node.set.length === 2 && node.set[0] === node.set[1];
}

/** Plain texts by length; among others at least an empty alternative goes last. */
function longestFirst(branches: readonly RegexNode[]): readonly RegexNode[] {
  const lengths = new Map(branches.map((branch) => [branch, literalLength(branch)]));
  const all = ![...lengths.values()].includes(undefined);
  const rank = (branch: RegexNode): number => {
    const length = lengths.get(branch);
    return all ? -(length as number) : Number(length === 0);
  };
  return branches.toSorted((a, b) => rank(a) - rank(b));
}

type Preference = 'long' | 'short';

/** What a pattern prefers: what its first quantifier with a say does; alternatives always prefer the longest. */
function preference(node: RegexNode): Preference | undefined {
  switch (node.kind) {
    case 'alternation':
      return 'long';
    case 'sequence':
      for (const item of node.items) {
        const found = preference(item);
        if (found !== undefined) return found;
      }
      return undefined;
    case 'group':
      return preference(node.body);
    case 'quantified':
      if (node.fixed) return preference(node.atom);
      return node.lazy ? 'short' : 'long';
    default:
      return undefined;
  }
}

function preferOverall(root: RegexNode): RegexNode {
  const wanted = preference(root);
  if (endsAtEnd(root)) return shortenLazyGroups(root);
  if (wanted === 'short') return withLaziness(root, true);
  return wanted === 'long' ? lengthenLast(root) : root;
}

function endsAtEnd(node: RegexNode): boolean {
  if (node.kind === 'anchor') return node.at === 'end';
  return node.kind === 'sequence' && node.items.length > 0 && endsAtEnd(node.items.at(-1) as RegexNode);
}

/** The node with all its quantifiers lazy, or greedy. */
function withLaziness(node: RegexNode, lazy: boolean): RegexNode {
  switch (node.kind) {
    case 'alternation':
      return { ...node, branches: node.branches.map((branch) => withLaziness(branch, lazy)) };
    case 'sequence':
      return { ...node, items: node.items.map((item) => withLaziness(item, lazy)) };
    case 'group':
      return { ...node, body: withLaziness(node.body, lazy) };
    case 'quantified':
      return { ...node, atom: withLaziness(node.atom, lazy), lazy };
    default:
      return node;
  }
}

/** A lazy quantifier makes all within its operand lazy. */
function shortenLazyGroups(node: RegexNode): RegexNode {
  switch (node.kind) {
    case 'alternation':
      return { ...node, branches: node.branches.map(shortenLazyGroups) };
    case 'sequence':
      return { ...node, items: node.items.map(shortenLazyGroups) };
    case 'group':
      return { ...node, body: shortenLazyGroups(node.body) };
    case 'quantified':
      return node.lazy ? withLaziness(node, true) : { ...node, atom: shortenLazyGroups(node.atom) };
    default:
      return node;
  }
}

/** The last quantifier of the pattern made greedy. */
function lengthenLast(node: RegexNode): RegexNode {
  switch (node.kind) {
    case 'alternation':
      return { ...node, branches: node.branches.map(lengthenLast) };
    case 'sequence': {
      const last = node.items.findLastIndex((item) => preference(item) !== undefined);
      return { ...node, items: node.items.map((item, index) => (index === last ? lengthenLast(item) : item)) };
    }
    case 'group':
      return { ...node, body: lengthenLast(node.body) };
    case 'quantified':
      return { ...node, lazy: false };
    default:
      return node;
  }
}
