/** nextval, currval, lastval, setval. The counters are storage's; their parameters are rows of pg_sequence. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { Oid } from '../../common/ids.ts';
import { readRows } from '../../catalog/catalog-rows.ts';
import type { CatalogCache } from '../../catalog/database-catalog.ts';
import type { SequenceAccess } from '../../functions/eval-context.ts';
import type { SequenceParameters } from '../../tables/storage.ts';
import { canonicalInt64 } from '../../types/datum.ts';
import type { Session } from '../session.ts';

interface Sequence {
  readonly name: string;
  readonly parameters: SequenceParameters;
}

/** What is known of sequences in a state of the catalog. */
const known = new WeakMap<CatalogCache, Map<Oid, Sequence>>();

export class SessionSequences implements SequenceAccess {
  readonly #session: Session;
  /** By sequence, the value nextval gave last in this session. */
  readonly #values = new Map<Oid, number | bigint>();
  #last: Oid | undefined = undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  next(sequence: Oid): number | bigint {
    const session = this.#session;
    const { parameters, name } = this.#get(sequence);
    this.#requireWritable('nextval');
    const value = session.database.tables.sequences.next(sequence, parameters, session.block.current);
    if (value === undefined) throw exhausted(name, parameters);
    const datum = canonicalInt64(value);
    this.#values.set(sequence, datum);
    this.#last = sequence;
    return datum;
  }

  current(sequence: Oid): number | bigint {
    const { name } = this.#get(sequence);
    const value = this.#values.get(sequence);
    if (value !== undefined) return value;
    throw new SqlError(
      sqlState.objectNotInPrerequisiteState,
      `currval of sequence "${name}" is not yet defined in this session`,
    );
  }

  last(): number | bigint {
    const value = this.#last === undefined ? undefined : this.#values.get(this.#last);
    if (value !== undefined) return value;
    throw new SqlError(sqlState.objectNotInPrerequisiteState, 'lastval is not yet defined in this session');
  }

  set(sequence: Oid, value: number | bigint, isCalled: boolean): void {
    const session = this.#session;
    const { parameters, name } = this.#get(sequence);
    this.#requireWritable('setval');
    const wide = BigInt(value);
    if (wide < parameters.minValue || wide > parameters.maxValue) {
      throw new SqlError(
        sqlState.numericValueOutOfRange,
        `setval: value ${wide} is out of bounds for sequence "${name}" (${parameters.minValue}..${parameters.maxValue})`,
      );
    }
    session.database.tables.sequences.set(sequence, wide, isCalled, session.block.current);
    if (isCalled) this.#values.set(sequence, value);
  }

  discard(): void {
    this.#values.clear();
    this.#last = undefined;
  }

  #requireWritable(call: string): void {
    if (!this.#session.block.current.readOnly) return;
    throw new SqlError(sqlState.readOnlySqlTransaction, `cannot execute ${call}() in a read-only transaction`);
  }

  #get(oid: Oid): Sequence {
    const cache = this.#session.catalogCache;
    let sequences = known.get(cache);
    if (sequences === undefined) known.set(cache, (sequences = new Map()));
    let sequence = sequences.get(oid);
    if (sequence === undefined) sequences.set(oid, (sequence = readSequence(cache, oid)));
    return sequence;
  }
}

/** Throws if there is no such sequence. */
export function readSequence(cache: CatalogCache, oid: Oid): Sequence {
  const [relation] = readRows(cache, 'pg_class', 'pg_class_oid_index', [oid]);
  if (relation === undefined) {
    throw new SqlError(sqlState.undefinedTable, `relation with OID ${oid} does not exist`);
  }
  const name = relation['relname'] as string;
  const [row] = readRows(cache, 'pg_sequence', 'pg_sequence_seqrelid_index', [oid]);
  if (row === undefined) throw new SqlError(sqlState.wrongObjectType, `"${name}" is not a sequence`);
  const number = (column: string): bigint => BigInt(row[column] as number | bigint);
  return {
    name,
    parameters: {
      increment: number('seqincrement'),
      minValue: number('seqmin'),
      maxValue: number('seqmax'),
      startValue: number('seqstart'),
      cycle: row['seqcycle'] as boolean,
    },
  };
}

function exhausted(name: string, { increment, minValue, maxValue }: SequenceParameters): SqlError {
  const limit =
    increment > 0n
      ? `maximum value of sequence "${name}" (${maxValue})`
      : `minimum value of sequence "${name}" (${minValue})`;
  return new SqlError(sqlState.sequenceGeneratorLimitExceeded, `nextval: reached ${limit}`);
}
