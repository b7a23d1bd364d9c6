/**
 * Reads the rows whose keys lie in the ranges of the condition, in key order. When the condition pins one row of a clustered
 * table, the row is fetched directly: the point path of OLTP, which must not allocate.
 */
import { InvariantError } from '../../common/assert.ts';
import { ByteWriter } from '../../common/byte-writer.ts';
import type { IndexScan as IndexScanNode } from '../../algebra/physical.ts';
import type { AccessMethod, TableScan } from '../../tables/access-method.ts';
import { Batch } from '../../types/batch.ts';
import { getType } from '../../types/registry.ts';
import { BytesVector, createVector, Int64Vector, resetVector } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { IndexRanges } from '../index-ranges.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END } from '../operator.ts';
import { ScanOutput } from '../scan-output.ts';

export class IndexScan implements Operator {
  readonly #node: IndexScanNode;
  readonly #ranges: IndexRanges;
  readonly #batch = new Batch([]);
  readonly #output: ScanOutput;
  readonly #point: PointFetch | undefined;
  #context: ExecutionContext | undefined = undefined;
  #access: AccessMethod | undefined = undefined;
  #scan: TableScan | undefined = undefined;
  #done = false;

  constructor(node: IndexScanNode, build: BuildContext) {
    this.#node = node;
    this.#ranges = new IndexRanges(node);
    this.#output = new ScanOutput(node, this.#batch, build.typeOf);
    const isPoint = node.singleRow && node.index.clustered && this.#ranges.isPoint;
    this.#point = isPoint ? new PointFetch(node, this.#output) : undefined;
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#access = context.access(this.#node.table);
    this.#begin();
  }

  #begin(): void {
    this.close();
    const context = this.#context as ExecutionContext;
    this.#output.open(context);
    this.#done = false;
    if (this.#point !== undefined) return;
    const ranges = this.#ranges.evaluate(context);
    if (ranges?.length === 0) this.#done = true;
    else this.#scan = this.#beginScan({ ...this.#output.columns, descending: this.#node.descending, ranges });
  }

  #beginScan(request: Parameters<AccessMethod['beginScan']>[0]): TableScan {
    const { index } = this.#node;
    const access = this.#access as AccessMethod;
    const { snapshot } = this.#context as ExecutionContext;
    if (index.clustered) return access.beginScan(request, snapshot);
    const stored = access.table.indexes.find((candidate) => candidate.indexOid === index.oid);
    if (stored === undefined) throw new InvariantError(`table ${this.#node.table.name} has no index ${index.oid}`);
    return access.beginIndexScan(stored, request, snapshot);
  }

  next(rowsMax: number): Step {
    if (this.#done) return END;
    if (this.#point === undefined) return this.#output.next(this.#scan as TableScan, rowsMax);
    this.#done = true;
    const found = this.#point.fetch(this.#access as AccessMethod, this.#ranges, this.#context as ExecutionContext);
    return found ? this.#batch : END;
  }

  rewind(): void {
    this.#begin();
  }

  close(): void {
    this.#scan?.close();
    this.#scan = undefined;
  }
}

/** Fetches one row by its clustering key into vectors that are kept for the next execution. */
class PointFetch {
  readonly #output: ScanOutput;
  readonly #key = new ByteWriter(32);
  /** The wanted columns, then the LSN if there is a row reference. */
  readonly #fetched: Vector[];
  readonly #columns: Vector[];
  readonly #keyVector: BytesVector | undefined;

  constructor(node: IndexScanNode, output: ScanOutput) {
    this.#output = output;
    const vectors = node.columns.map(({ number }) => {
      const type = node.table.columns[number - 1]?.typeOid ?? 0;
      return createVector(getType(type).vectorKind, 1);
    });
    if (node.rowReference === undefined) {
      this.#fetched = this.#columns = vectors;
      this.#keyVector = undefined;
    } else {
      const lsn = new Int64Vector(1);
      this.#keyVector = new BytesVector(1);
      this.#fetched = [...vectors, lsn];
      this.#columns = [...vectors, this.#keyVector, lsn];
    }
  }

  fetch(access: AccessMethod, ranges: IndexRanges, context: ExecutionContext): boolean {
    if (!ranges.pointKey(context, this.#key)) return false;
    for (const vector of this.#fetched) resetVector(vector);
    const key = this.#key.written();
    if (!access.fetch(key, this.#output.columns.columns, this.#fetched, 0, context.snapshot)) return false;
    if (this.#keyVector !== undefined) {
      this.#keyVector.data = key;
      this.#keyVector.lengths[0] = key.length;
    }
    return this.#output.accept(this.#columns, 1);
  }
}
