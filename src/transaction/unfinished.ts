/** The transactions that have an xid and are not published yet, in the order of their xids: small, and copied by every snapshot. */
import { assert } from '../common/assert.ts';
import type { Lsn, Xid } from '../common/ids.ts';
import type { ActiveTransaction } from './active-transaction.ts';
import { lowerBound } from './visibility.ts';

export class UnfinishedTransactions {
  xids = new Float64Array(64);
  count = 0;
  /** In parallel: a position not behind the transaction's first record, and the transaction. */
  #starts = new Float64Array(64);
  readonly #transactions: ActiveTransaction[] = [];

  /** Adds one whose xid is larger than all here. */
  add(transaction: ActiveTransaction, start: Lsn): void {
    const { count } = this;
    assert(count === 0 || (this.xids[count - 1] as number) < transaction.xid, 'MVCC-2: xids are given in order');
    if (count === this.xids.length) this.#grow();
    this.xids[count] = transaction.xid;
    this.#starts[count] = start;
    this.#transactions.push(transaction);
    this.count = count + 1;
  }

  remove(transaction: ActiveTransaction): void {
    const at = lowerBound(this.xids, this.count, transaction.xid);
    assert(this.#transactions[at] === transaction, 'MVCC-3: a transaction is published once');
    this.xids.copyWithin(at, at + 1, this.count);
    this.#starts.copyWithin(at, at + 1, this.count);
    this.#transactions.splice(at, 1);
    this.count--;
  }

  find(xid: Xid): ActiveTransaction | undefined {
    if (this.count === 0 || xid < (this.xids[0] as number)) return undefined;
    const at = lowerBound(this.xids, this.count, xid);
    return at < this.count && this.xids[at] === xid ? this.#transactions[at] : undefined;
  }

  get oldestXid(): Xid | undefined {
    return this.count === 0 ? undefined : (this.xids[0] as Xid);
  }

  /** No record of any of them lies before this; undefined if there is none. Older xids began earlier. */
  get oldestStart(): Lsn | undefined {
    return this.count === 0 ? undefined : (this.#starts[0] as Lsn);
  }

  all(): readonly ActiveTransaction[] {
    return this.#transactions;
  }

  #grow(): void {
    const xids = new Float64Array(this.xids.length * 2);
    xids.set(this.xids);
    this.xids = xids;
    const starts = new Float64Array(xids.length);
    starts.set(this.#starts);
    this.#starts = starts;
  }
}
