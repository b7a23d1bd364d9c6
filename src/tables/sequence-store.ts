/**
 * Sequences. A value once given out never comes again, whatever becomes of the transaction that took it; so counting is
 * logged but not undone. As in PostgreSQL a record covers the next 32 values: what the directory keeps is the last value
 * covered, what was really given out is only in memory. After a crash the sequence goes on behind what was covered.
 *
 *   value record    0 4 space, 4 4 sequence OID, 8 8 last value, 16 1 is called
 *   define record   0 4 space, 4 4 sequence OID, then before and after: 1 exists, 8 last value, 1 is called
 */
import { assert } from '../common/assert.ts';
import type { ByteWriter } from '../common/byte-writer.ts';
import type { Oid } from '../common/ids.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import { type LogRecord, recordBytes } from '../storage/log/record.ts';
import type { Transaction } from '../transaction/transaction.ts';
import type { TableEnvironment } from './environment.ts';
import { whenRoom } from './log-room.ts';
import type { SequenceParameters, SequenceState, SequenceStore } from './storage.ts';
import type { SequenceEntry, TreeDirectory } from './tree-directory.ts';

export const sequenceRecordKind = { value: 25, define: 26 } as const;

const valuesAhead = 32;
const entryBytes = 10;

/** What was given out, and how many values more the last record covers. */
interface Counter {
  lastValue: bigint;
  isCalled: boolean;
  logCount: number;
  /** Of the record: after ALTER SEQUENCE it covers nothing. */
  increment: bigint;
}

export class LoggedSequences implements SequenceStore {
  readonly #environment: TableEnvironment;
  readonly #directory: TreeDirectory;
  readonly #counters = new Map<Oid, Counter>();

  constructor(environment: TableEnvironment, directory: TreeDirectory) {
    this.#environment = environment;
    this.#directory = directory;
  }

  #counter(sequenceOid: Oid): Counter {
    const known = this.#counters.get(sequenceOid);
    if (known !== undefined) return known;
    const entry = this.#directory.findSequence(sequenceOid);
    assert(entry !== undefined, `LOG-5: sequence ${sequenceOid} exists`);
    const counter = { lastValue: entry.lastValue, isCalled: entry.isCalled, logCount: 0, increment: 0n };
    this.#counters.set(sequenceOid, counter);
    return counter;
  }

  state(sequenceOid: Oid): SequenceState {
    const { lastValue, isCalled, logCount } = this.#counter(sequenceOid);
    return { lastValue, isCalled, logCount };
  }

  next(sequenceOid: Oid, parameters: SequenceParameters, transaction: Transaction): bigint | undefined {
    const counter = this.#counter(sequenceOid);
    const value = counter.isCalled ? following(counter.lastValue, parameters) : counter.lastValue;
    if (value === undefined) return undefined;
    const { increment } = parameters;
    if (counter.logCount === 0 || counter.increment !== increment) {
      const room = increment > 0n ? parameters.maxValue - value : value - parameters.minValue;
      const steps = room / (increment > 0n ? increment : -increment);
      counter.logCount = steps < BigInt(valuesAhead) ? Number(steps) : valuesAhead;
      this.#log(sequenceOid, value + BigInt(counter.logCount) * increment, true, transaction);
    } else {
      counter.logCount--;
    }
    counter.lastValue = value;
    counter.isCalled = true;
    counter.increment = increment;
    return value;
  }

  set(sequenceOid: Oid, lastValue: bigint, isCalled: boolean, transaction: Transaction): void {
    const counter = this.#counter(sequenceOid);
    this.#log(sequenceOid, lastValue, isCalled, transaction);
    counter.lastValue = lastValue;
    counter.isCalled = isCalled;
    counter.logCount = 0;
  }

  #log(sequenceOid: Oid, lastValue: bigint, isCalled: boolean, transaction: Transaction): void {
    const { body, log } = this.#environment;
    this.#start(sequenceOid);
    body.int64LE(lastValue);
    body.uint8(isCalled ? 1 : 0);
    // A function cannot wait; the margin that others leave for short records of the system has room.
    if (!log.reserve(recordBytes(body.length), nobody, 'system')) {
      throw new SqlError(sqlState.outOfMemory, 'the write-ahead log cannot keep up');
    }
    this.#environment.append(transaction, sequenceRecordKind.value);
    this.#directory.setSequence(sequenceOid, { lastValue, isCalled });
  }

  #start(sequenceOid: Oid): void {
    const { body } = this.#environment;
    body.reset();
    body.uint32LE(this.#directory.space);
    body.uint32LE(sequenceOid);
  }

  // ---- definitions, which are undone

  create(sequenceOid: Oid, lastValue: bigint, isCalled: boolean, transaction: Transaction): Promise<void> {
    return this.#define(sequenceOid, { lastValue, isCalled }, transaction);
  }

  drop(sequenceOid: Oid, transaction: Transaction): Promise<void> {
    return this.#define(sequenceOid, undefined, transaction);
  }

  restart(sequenceOid: Oid, lastValue: bigint, isCalled: boolean, transaction: Transaction): Promise<void> {
    return this.#define(sequenceOid, { lastValue, isCalled }, transaction);
  }

  #define(sequenceOid: Oid, after: SequenceEntry | undefined, transaction: Transaction): Promise<void> {
    const { log, body } = this.#environment;
    return whenRoom(log, recordBytes(8 + 2 * entryBytes), () => {
      const exists = this.#directory.findSequence(sequenceOid) !== undefined;
      this.#start(sequenceOid);
      writeEntry(body, exists ? this.#counter(sequenceOid) : undefined);
      writeEntry(body, after);
      this.#environment.append(transaction, sequenceRecordKind.define);
      this.#put(sequenceOid, after);
    });
  }

  #put(sequenceOid: Oid, entry: SequenceEntry | undefined): void {
    this.#counters.delete(sequenceOid);
    this.#directory.setSequence(sequenceOid, entry);
  }

  // ---- records

  replayValue(record: LogRecord): void {
    const { view, start } = record;
    const lastValue = view.getBigInt64(start + 8, true);
    this.#put(view.getUint32(start + 4, true), { lastValue, isCalled: view.getUint8(start + 16) === 1 });
  }

  replayDefinition(record: LogRecord): void {
    this.#put(record.view.getUint32(record.start + 4, true), readEntry(record, 8 + entryBytes));
  }

  undoDefinition(record: LogRecord): void {
    this.#put(record.view.getUint32(record.start + 4, true), readEntry(record, 8));
  }

  /** Before the last checkpoint of a clean stop: values that were covered but not given out are not lost. */
  settle(): void {
    for (const [sequenceOid, { lastValue, isCalled }] of this.#counters) {
      this.#directory.setSequence(sequenceOid, { lastValue, isCalled });
    }
    this.#counters.clear();
  }
}

const nobody = { wake: (): void => undefined };

function following(last: bigint, parameters: SequenceParameters): bigint | undefined {
  const { increment, minValue, maxValue, cycle } = parameters;
  const next = last + increment;
  if (increment > 0n && next > maxValue) return cycle ? minValue : undefined;
  if (increment < 0n && next < minValue) return cycle ? maxValue : undefined;
  return next;
}

function writeEntry(body: ByteWriter, entry: SequenceEntry | undefined): void {
  body.uint8(entry === undefined ? 0 : 1);
  body.int64LE(entry?.lastValue ?? 0n);
  body.uint8(entry?.isCalled === true ? 1 : 0);
}

function readEntry(record: LogRecord, offset: number): SequenceEntry | undefined {
  const { view } = record;
  const at = record.start + offset;
  if (view.getUint8(at) === 0) return undefined;
  return { lastValue: view.getBigInt64(at + 1, true), isCalled: view.getUint8(at + 9) === 1 };
}
