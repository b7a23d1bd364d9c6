/**
 * Statements of the simple protocol that came before. They are found by their skeleton, the text without its literals, so that a
 * repeated statement is neither parsed nor planned again.
 *
 *   first time    parsed and planned as usual; only its skeleton's hash is noted
 *   second time   its literals are made parameters. If the plan does not depend on them, it is kept for all literals;
 *                 otherwise the statement is kept for exactly this text.
 */
import { checkUtf8 } from '../../common/utf8.ts';
import { SqlError } from '../../common/sql-error.ts';
import { integerLiteral, literalKind, Skeleton, SkeletonScanner } from '../../parser/lexer.ts';
import type { ParsedStatement } from '../../parser/parse.ts';
import { canonicalInt64, type Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import { getType } from '../../types/registry.ts';
import { type CachedPlan, PreparedStatement, typeHandler } from '../prepared-statement.ts';
import type { Session } from '../session.ts';
import { type LiftedLiteral, liftLiterals, type Literal } from './lift-literals.ts';
import { isPointPlan } from './point-plan.ts';

/** What to run: a statement with the parameters that stand for its literals. */
export interface CachedStatement {
  readonly prepared: PreparedStatement;
  readonly parameters: readonly Datum[];
}

interface Entry {
  readonly skeleton: Skeleton;
  readonly prepared: PreparedStatement;
  readonly lifted: readonly LiftedLiteral[];
  /** Indexes of the literals that must be as they were. */
  readonly fixed: readonly number[];
  /** The plan that was found to suit all literals. */
  plan: CachedPlan | undefined;
}

const entriesMax = 256;
const entriesPerSkeletonMax = 4;
const textBytesMax = 8 * 1024;
const seenMax = 1024;

const noParameters: readonly Datum[] = [];

export class StatementCache {
  readonly #session: Session;
  readonly #scanner = new SkeletonScanner();
  /** By the skeleton's hash, oldest first. */
  readonly #entries = new Map<number, Entry[]>();
  readonly #seen = new Set<number>();
  #count = 0;
  /** Whether the scanner understood the text looked up last. */
  #isScanned = false;

  constructor(session: Session) {
    this.#session = session;
  }

  clear(): void {
    this.#entries.clear();
    this.#seen.clear();
    this.#count = 0;
  }

  find(bytes: Buffer, start: number, end: number): CachedStatement | undefined {
    const scanner = this.#scanner;
    this.#isScanned = end - start <= textBytesMax && scanner.scan(bytes, start, end);
    if (!this.#isScanned) return undefined;
    const entries = this.#entries.get(scanner.hash);
    if (entries === undefined) return undefined;
    for (const entry of entries) {
      if (entry.skeleton.matches(scanner, bytes, start, end) && this.#sameFixed(entry, bytes)) {
        return this.#use(entry, bytes);
      }
    }
    return undefined;
  }

  #sameFixed({ fixed, skeleton }: Entry, bytes: Buffer): boolean {
    const scanner = this.#scanner;
    for (const index of fixed) {
      const from = skeleton.literalStart[index] as number;
      const to = skeleton.literalEnd[index] as number;
      const at = scanner.literalStart[index] as number;
      if ((scanner.literalEnd[index] as number) - at !== to - from) return false;
      for (let i = from; i < to; i++) if (skeleton.text[i] !== bytes[at + i - from]) return false;
    }
    return true;
  }

  #use(entry: Entry, bytes: Buffer): CachedStatement | undefined {
    const { prepared, lifted } = entry;
    if (lifted.length === 0) return { prepared, parameters: noParameters };
    try {
      const plan = prepared.plan(this.#session);
      if (plan !== entry.plan && !isPointPlan(plan.planned)) return undefined;
      entry.plan = plan;
      return { prepared, parameters: this.#parameters(entry, bytes) };
    } catch (error) {
      // The statement is then taken as it is written, for the error and its position.
      if (error instanceof SqlError) return undefined;
      throw error;
    }
  }

  #parameters({ lifted, prepared }: Entry, bytes: Buffer): readonly Datum[] {
    const values: Datum[] = [];
    for (let i = 0; i < lifted.length; i++) {
      values.push(this.#value(lifted[i] as LiftedLiteral, prepared.parameterTypes[i] as number, bytes));
    }
    return values;
  }

  #value({ literal, kind, negated }: LiftedLiteral, type: number, bytes: Buffer): Datum {
    const scanner = this.#scanner;
    const start = scanner.literalStart[literal] as number;
    const end = scanner.literalEnd[literal] as number;
    switch (kind) {
      case literalKind.integer: {
        const value = integerLiteral(bytes, start, end);
        return negated ? 0 - value : value;
      }
      case literalKind.bigint:
        return canonicalInt64(BigInt(bytes.latin1Slice(start, end)));
      case literalKind.numeric:
        return getType(typeOid.numeric).parseText(bytes.latin1Slice(start, end), -1, this.#session.io);
      default: {
        if (!scanner.isAscii) checkUtf8(bytes, start, end);
        const text = bytes.utf8Slice(start + 1, end - 1);
        const unquoted = text.includes("'") ? text.replaceAll("''", "'") : text;
        return typeHandler(type).parseText(unquoted, -1, this.#session.io);
      }
    }
  }

  // ---- learning

  /** The text looked up last was not known; it has been parsed. Gives the statement to run in its place, if there is one. */
  learn(bytes: Buffer, start: number, end: number, parsed: ParsedStatement): CachedStatement | undefined {
    if (!this.#isScanned) return undefined;
    const { hash } = this.#scanner;
    if (!this.#seen.has(hash)) {
      if (this.#seen.size >= seenMax) this.#seen.clear();
      this.#seen.add(hash);
      return undefined;
    }
    if ((this.#entries.get(hash)?.length ?? 0) >= entriesPerSkeletonMax) return undefined;
    const skeleton = new Skeleton(this.#scanner, bytes, start, end);
    const entry = this.#generalEntry(skeleton, parsed) ?? this.#exactEntry(skeleton, parsed);
    if (entry === undefined) return undefined;
    this.#add(hash, entry);
    return this.#use(entry, bytes);
  }

  /** For any literals; undefined when they make a difference to the plan, or cannot be parameters. */
  #generalEntry(skeleton: Skeleton, { statement }: ParsedStatement): Entry | undefined {
    const session = this.#session;
    const lifted = liftLiterals(statement, skeleton.text, literalsOf(skeleton));
    if (lifted === undefined) return undefined;
    const sql = Buffer.from(skeleton.text).utf8Slice();
    try {
      const prepared = new PreparedStatement(session, '', sql, lifted.statement, lifted.parameterTypes, {
        parametersAllowed: true,
        fromSql: false,
        columnsMayChange: true,
      });
      if (!prepared.isPlannable) return undefined;
      const plan = prepared.plan(session);
      if (!isPointPlan(plan.planned) || !this.#sameColumns(plan, statement, sql)) return undefined;
      const isLifted = new Set(lifted.lifted.map(({ literal }) => literal));
      const fixed = literalsOf(skeleton).flatMap((_, index) => (isLifted.has(index) ? [] : [index]));
      return { skeleton, prepared, lifted: lifted.lifted, fixed, plan };
    } catch (error) {
      if (error instanceof SqlError) return undefined;
      throw error;
    }
  }

  /** Making parameters of literals must not change what the statement returns. */
  #sameColumns(plan: CachedPlan, statement: ParsedStatement['statement'], sql: string): boolean {
    const { output } = this.#session.analyze(statement, sql, [], false);
    return (
      output.length === plan.output.length &&
      output.every(({ type, typmod, name }, i) => {
        const other = plan.output[i];
        return type === other?.type && typmod === other.typmod && name === other.name;
      })
    );
  }

  /** For this very text. */
  #exactEntry(skeleton: Skeleton, { statement }: ParsedStatement): Entry | undefined {
    const sql = Buffer.from(skeleton.text).utf8Slice();
    // Such words are a moment, found when the statement is analysed.
    if (/'\s*(now|today|tomorrow|yesterday)\b/i.test(sql)) return undefined;
    const options = { parametersAllowed: false, fromSql: false };
    try {
      const prepared = new PreparedStatement(this.#session, '', sql, statement, [], options);
      return { skeleton, prepared, lifted: [], fixed: literalsOf(skeleton).map((_, index) => index), plan: undefined };
    } catch (error) {
      if (error instanceof SqlError) return undefined;
      throw error;
    }
  }

  #add(hash: number, entry: Entry): void {
    const entries = this.#entries.get(hash) ?? [];
    // Put last again: the least recently grown skeleton goes first.
    this.#entries.delete(hash);
    this.#entries.set(hash, [...entries, entry]);
    this.#count++;
    while (this.#count > entriesMax) {
      const [oldest, dropped] = this.#entries.entries().next().value as [number, Entry[]];
      this.#entries.delete(oldest);
      this.#count -= dropped.length;
    }
  }
}

function literalsOf(skeleton: Skeleton): Literal[] {
  return Array.from(skeleton.literalKind, (kind, i) => ({
    start: skeleton.literalStart[i] as number,
    end: skeleton.literalEnd[i] as number,
    kind,
  }));
}
