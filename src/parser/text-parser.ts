/** Takes one text through the grammar, whole or in slices, and converts its trees. */
import { SqlError, sqlState } from '../common/sql-error.ts';
import { type ConvertedStatement, convertTree, type LocationMap } from './convert.ts';
import { stackDepthExceeded, statementTooLarge, syntaxError } from './errors.ts';
import { parseToJson } from './library.ts';
import { type RowSpan, sliceText, type StatementSpan } from './slices.ts';
import type { SelectStmt, Statement } from './syntax.ts';

/** A statement and where it stands in the text it came from; the text between is without the semicolon. */
export interface ParsedStatement {
  readonly statement: Statement;
  readonly startByte: number;
  readonly lengthBytes: number;
}

/**
 * The longest text that is tried: a string constant of this size parses in about a second. A text of many small parts reaches
 * `treeBytesMax` before, and is refused with the same error.
 */
export const textBytesMax = 64 * 1024 * 1024;

/** The most JSON that all statements of a text may have as their trees: some 8 MB of VALUES. Our nodes take about twice as much. */
const treeBytesMax = 192 * 1024 * 1024;

/** One text on its way through the grammar: call one of `whole` and `inSlices`, once. */
export class TextParser {
  readonly #bytes: Uint8Array;
  #treeBytes = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  whole(): readonly ParsedStatement[] {
    return this.#bytes.length === 0 ? [] : this.#parseRange(0, this.#bytes.length);
  }

  /** The same in slices of about `sliceBytes`; an SqlError other than 54000 may be the slicing's fault. */
  *inSlices(sliceBytes: number): Generator<undefined, readonly ParsedStatement[]> {
    const statements: ParsedStatement[] = [];
    const spans = sliceText(this.#bytes, sliceBytes);
    yield;
    for (let i = 0; i < spans.length;) {
      const first = spans[i++] as StatementSpan;
      if (first.rows !== undefined) {
        statements.push(yield* this.#longStatement(first, first.rows));
        continue;
      }
      let { end } = first;
      for (; end - first.start < sliceBytes && spans[i]?.rows === undefined && i < spans.length; i++) {
        ({ end } = spans[i] as StatementSpan);
      }
      for (const statement of this.#parseRange(first.start, end)) statements.push(statement);
      yield;
    }
    return statements;
  }

  #parseRange(start: number, end: number): readonly ParsedStatement[] {
    const map = { shiftBefore: start, cut: 0, shiftAfter: start };
    return this.#parseText(this.#bytes.subarray(start, end), map).map((each) => ({
      statement: each.statement,
      startByte: each.startByte + start,
      lengthBytes: each.lengthBytes > 0 ? each.lengthBytes : end - start - each.startByte,
    }));
  }

  /** Parses the statement with the rows before the first cut; then the others, as statements of their own. */
  *#longStatement(span: StatementSpan, rows: RowSpan): Generator<undefined, ParsedStatement> {
    const bytes = this.#bytes;
    const cuts = [...rows.cuts, rows.end];
    const firstCut = cuts[0] as number;
    const removed = rows.end - firstCut;
    const text = Buffer.concat([bytes.subarray(span.start, firstCut), bytes.subarray(rows.end, span.end)]);
    const map = { shiftBefore: span.start, cut: firstCut - span.start, shiftAfter: span.start + removed };
    const [parsed, ...others] = this.#parseText(text, map);
    const list = parsed === undefined || others.length > 0 ? undefined : rowsOf(parsed.statement);
    if (parsed === undefined || list === undefined || list.length !== rows.firstRowCount) throw notSliceable;
    yield;
    const allRows = [...list];
    for (let i = 0; i + 1 < cuts.length; i++) {
      for (const row of this.#rows((cuts[i] as number) + 1, cuts[i + 1] as number)) allRows.push(row);
      yield;
    }
    return {
      statement: withRows(parsed.statement, allRows),
      startByte: span.start + parsed.startByte,
      lengthBytes: (parsed.lengthBytes > 0 ? parsed.lengthBytes : text.length - parsed.startByte) + removed,
    };
  }

  #rows(start: number, end: number): SelectStmt['valuesLists'] {
    const text = Buffer.concat([valuesPrefix, this.#bytes.subarray(start, end)]);
    const shift = start - valuesPrefix.length;
    const [parsed, ...others] = this.#parseText(text, { shiftBefore: shift, cut: 0, shiftAfter: shift });
    const list = parsed === undefined || others.length > 0 ? undefined : rowsOf(parsed.statement);
    if (list === undefined) throw notSliceable;
    return list;
  }

  #parseText(text: Uint8Array, map: LocationMap): ConvertedStatement[] {
    const result = this.#guarded(() => parseToJson(text));
    if ('error' in result) {
      throw result.error.message === 'out of memory' ? this.#tooLarge() : syntaxError(result.error);
    }
    this.#treeBytes += result.json.length;
    if (this.#treeBytes > treeBytesMax) throw this.#tooLarge();
    return this.#guarded(() => convertTree(result.json, map));
  }

  /** Turns what goes wrong in a recursion or for want of memory into the client's error. */
  #guarded<Result>(step: () => Result): Result {
    try {
      return step();
    } catch (error) {
      if (error instanceof RangeError) throw stackDepthExceeded();
      if (this.#bytes.length >= exhaustingBytesMin) throw this.#tooLarge();
      throw error;
    }
  }

  #tooLarge(): SqlError {
    return statementTooLarge(this.#bytes.length, textBytesMax);
  }
}

/** No shorter text can use up the grammar's memory (a tree takes less than a kilobyte for a byte of text). */
const exhaustingBytesMin = 1024 * 1024;

const valuesPrefix = Buffer.from('VALUES');

const notSliceable = new SqlError(sqlState.syntaxError, 'the rows are not those of INSERT or VALUES');

/** The rows of a VALUES, or of an INSERT's. */
function rowsOf(statement: Statement): SelectStmt['valuesLists'] | undefined {
  const query = statement.kind === 'InsertStmt' ? statement.selectStmt : statement;
  return query?.kind === 'SelectStmt' ? query.valuesLists : undefined;
}

function withRows(statement: Statement, valuesLists: SelectStmt['valuesLists']): Statement {
  if (statement.kind === 'SelectStmt') return { ...statement, valuesLists };
  if (statement.kind !== 'InsertStmt' || statement.selectStmt?.kind !== 'SelectStmt') throw notSliceable;
  return { ...statement, selectStmt: { ...statement.selectStmt, valuesLists } };
}
