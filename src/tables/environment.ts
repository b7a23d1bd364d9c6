/**
 * What all tables of a server share: pages, log, transactions, and memory that row operations reuse. Row operations never
 * nest and never yield half-way (ROW-1), so that one set of buffers and tree positions serves them all.
 */
import { InvariantError } from '../common/assert.ts';
import type { Lsn, Oid, SpaceId } from '../common/ids.ts';
import { ByteWriter } from '../common/byte-writer.ts';
import { TreePosition } from '../storage/btree/position.ts';
import type { BufferPool } from '../storage/buffer-pool.ts';
import type { Disk } from '../storage/disk.ts';
import type { Log } from '../storage/log/log.ts';
import type { ActiveTransaction } from '../transaction/active-transaction.ts';
import type { TransactionManager } from '../transaction/manager.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { ScanBufferPool } from './scan-buffer.ts';
import { IndexChanges } from './secondary-index.ts';
import { VersionWalk } from './version-walk.ts';

export class TableEnvironment {
  readonly pool: BufferPool;
  readonly log: Log;
  readonly transactions: TransactionManager;
  readonly disk: Disk;
  readonly positions: Positions;
  /** Body of the record being made. */
  readonly body: ByteWriter = new ByteWriter(4096);
  /** Image of the row being made. */
  readonly image: ByteWriter = new ByteWriter(4096);
  /** Keys of the row operation: table keys and index entries. */
  readonly keys: ByteWriter = new ByteWriter(4096);
  readonly indexChanges: IndexChanges = new IndexChanges(this.keys);
  readonly scanBuffers: ScanBufferPool = new ScanBufferPool();
  readonly walk: VersionWalk;
  /** What an index is called, for error messages; the catalog knows. */
  indexName: (space: SpaceId, indexOid: Oid) => string = (_space, indexOid) => String(indexOid);

  constructor(pool: BufferPool, log: Log, transactions: TransactionManager, disk: Disk) {
    this.pool = pool;
    this.log = log;
    this.transactions = transactions;
    this.disk = disk;
    this.positions = new Positions(pool);
    this.walk = new VersionWalk(log);
  }

  /** Appends `body` as a record of the transaction; the room has been reserved. */
  append(transaction: Transaction, kind: number): Lsn {
    return this.transactions.append(transaction as ActiveTransaction, kind, this.body.bytes, 0, this.body.length);
  }
}

/** Tree positions for one row operation. */
class Positions {
  readonly #pool: BufferPool;
  readonly #positions: TreePosition[] = [];
  #taken = 0;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  take(): TreePosition {
    const position = (this.#positions[this.#taken] ??= new TreePosition(this.#pool));
    this.#taken++;
    return position;
  }

  /** Ends the operation: drops all pins. */
  releaseAll(): void {
    while (this.#taken > 0) this.#positions[--this.#taken]?.release();
  }
}

/** A change failed after its record was in the log: memory and log disagree, and only recovery can mend it (ROW-1). */
export function brokenChange(error: unknown): InvariantError {
  return new InvariantError(`ROW-1: a logged change failed: ${String(error)}`, { cause: error });
}
