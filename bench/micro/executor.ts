/**
 * Nanoseconds per row of the executor alone: tables are batches of ready-made vectors, so that decoding pages costs nothing.
 *
 *     bin/with-node bench/micro/executor.ts [rows] [name part] [work_mem in MB]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpillFiles } from '../../src/engine/temp-files.ts';
import { NodeDisk } from '../../src/storage/node-disk.ts';
import { MemoryAccount } from '../../src/executor/memory.ts';
import { buildPlan } from '../../src/executor/build.ts';
import { END, WAIT } from '../../src/executor/operator.ts';
import type { ColumnId, Expression, SlotId } from '../../src/algebra/expression.ts';
import type { PhysicalPlan } from '../../src/algebra/physical.ts';
import type { TableDescriptor } from '../../src/catalog/descriptors.ts';
import type { AccessMethod, ScanRequest, ScanStep, TableScan } from '../../src/tables/access-method.ts';
import { Numeric } from '../../src/types/datum.ts';
import {
  batchRowsMax,
  BytesVector,
  Float64Vector,
  Int32Vector,
  Int64Vector,
  NumericVector,
} from '../../src/types/vector.ts';
import type { Vector } from '../../src/types/vector.ts';
import { call, constant, float8, int4, int8, numeric, operator, text } from '../../test/unit/executor/expressions.ts';
import { defineTable } from '../../test/unit/executor/memory-table.ts';
import { contextFor, PlanMaker } from '../../test/unit/executor/plans.ts';
import { aggregate, aggregatePlan } from '../../test/unit/executor/aggregates.ts';

const rows = Number(process.argv[2] ?? 2_000_000);
const only = process.argv[3] ?? '';
const batches = Math.floor(rows / batchRowsMax);

/** id 0 …, scattered int4, int8, float8, numeric(12,2), one of five words, a distinct text. */
const facts = defineTable('facts', [
  { name: 'id', type: int4 },
  { name: 'scattered', type: int4 },
  { name: 'big', type: int8 },
  { name: 'ratio', type: float8 },
  { name: 'price', type: numeric },
  { name: 'word', type: text },
  { name: 'label', type: text },
]);
const small = defineTable('small', [
  { name: 'id', type: int4 },
  { name: 'name', type: text },
]);

function textVector(words: readonly string[]): BytesVector {
  const vector = new BytesVector(words.length);
  const bytes = words.map((word) => Buffer.from(word));
  vector.data = Buffer.concat(bytes);
  let at = 0;
  bytes.forEach((word, row) => {
    vector.offsets[row] = at;
    vector.lengths[row] = word.length;
    at += word.length;
  });
  return vector;
}

const range = Array.from({ length: batchRowsMax }, (_, row) => row);

function scatter(value: number): number {
  return Math.imul(value, 0x9e3779b1) >>> 1;
}

/** The vectors of batch `number`, made once and shared by scans. */
function factsBatch(number: number): Vector[] {
  const first = number * batchRowsMax;
  const ids = new Int32Vector();
  const scattered = new Int32Vector();
  const big = new Int64Vector();
  const ratio = new Float64Vector();
  const price = new NumericVector();
  price.scale = 2;
  for (const row of range) {
    const id = first + row;
    ids.values[row] = id;
    scattered.values[row] = scatter(id);
    big.values[row] = id * 1_000_003;
    ratio.values[row] = id / 7;
    price.values[row] = scatter(id) % 1_000_000;
  }
  const words = ['AIR', 'TRUCK', 'MAIL', 'SHIP', 'RAIL'];
  const word = textVector(range.map((row) => words[scatter(first + row) % 5] as string));
  const label = textVector(range.map((row) => `label ${scatter(first + row)}`));
  return [ids, scattered, big, ratio, price, word, label];
}

function smallBatch(number: number): Vector[] {
  const ids = new Int32Vector();
  for (const row of range) ids.values[row] = number * batchRowsMax + row;
  return [ids, textVector(range.map((row) => `name ${number * batchRowsMax + row}`))];
}

class ReadyScan implements TableScan {
  vectors: Vector[] = [];
  rowCount = 0;
  readonly #batches: readonly Vector[][];
  readonly #columns: readonly number[];
  #next = 0;

  constructor(source: readonly Vector[][], { columns }: ScanRequest) {
    this.#batches = source;
    this.#columns = columns;
  }

  next(_rowsMax: number): ScanStep {
    const batch = this.#batches[this.#next++];
    if (batch === undefined) return 'end';
    for (let i = 0; i < this.#columns.length; i++) this.vectors[i] = batch[this.#columns[i] as number] as Vector;
    this.rowCount = batchRowsMax;
    return 'rows';
  }

  close(): void {}
}

const factsData = Array.from({ length: batches }, (_, number) => factsBatch(number));
const smallData = Array.from({ length: Math.floor(batches / 4) }, (_, number) => smallBatch(number));

function access(table: TableDescriptor): AccessMethod {
  const source = table.oid === facts.oid ? factsData : smallData;
  return { beginScan: (request: ScanRequest) => new ReadyScan(source, request) } as unknown as AccessMethod;
}

class Query {
  readonly maker = new PlanMaker();

  /** A scan of the named columns. */
  scan(table: TableDescriptor, ...names: string[]): Extract<PhysicalPlan, { kind: 'seq-scan' }> {
    const columns = names.map((name) => {
      const column = table.columns.find((item) => item.name === name) as (typeof table.columns)[number];
      return { id: this.maker.id(column.typeOid), number: column.number };
    });
    return this.maker.node(
      'seq-scan',
      columns.map(({ id }) => id),
      {
        table,
        alias: table.name,
        columns,
        rowReference: undefined,
        filter: undefined,
      },
    );
  }

  ref(plan: PhysicalPlan, index: number): Expression {
    return this.maker.ref(plan.output[index] as ColumnId);
  }
}

interface Measured {
  readonly name: string;
  /** Rows the figure is divided by; undefined: all of facts. */
  readonly perRows?: number;
  plan(query: Query): PhysicalPlan;
}

function runOnce(measured: Measured, workMem: number): number {
  const query = new Query();
  const built = buildPlan(query.maker.statement(measured.plan(query), { slotCount: 8 }));
  const context = { ...contextFor(), access, memory: new MemoryAccount(workMem, spillFiles) };
  const start = performance.now();
  built.open(context);
  for (let step = built.next(1024); step !== END; step = built.next(1024)) if (step === WAIT) continue;
  built.close();
  return performance.now() - start;
}

const measurements: readonly Measured[] = [
  {
    name: 'filter + sum(int4)',
    plan(query) {
      const scan = query.scan(facts, 'id', 'scattered');
      const filter = operator('>', query.ref(scan, 1), constant(500_000_000, int4));
      return aggregatePlan(query.maker, 'plain', { ...scan, filter }, [], [aggregate('sum', [query.ref(scan, 0)])]);
    },
  },
  {
    name: 'three conditions + sum(price * int8)',
    plan(query) {
      const scan = query.scan(facts, 'scattered', 'price', 'word', 'big');
      const conditions = [
        operator('>', query.ref(scan, 0), constant(500_000_000, int4)),
        operator('<', query.ref(scan, 1), constant(new Numeric(5000, 0), numeric)),
        operator('<>', query.ref(scan, 2), constant('MAIL', text)),
      ];
      const filter: Expression = {
        kind: 'and',
        args: conditions,
        type: 16,
        typmod: -1,
        collation: 0,
        position: undefined,
      };
      const product = operator('*', query.ref(scan, 1), constant(new Numeric(107, 2), numeric));
      return aggregatePlan(query.maker, 'plain', { ...scan, filter }, [], [aggregate('sum', [product])]);
    },
  },
  {
    name: 'project float and int8 arithmetic',
    plan(query) {
      const scan = query.scan(facts, 'ratio', 'big');
      return query.maker.project(scan, [
        operator('+', operator('*', query.ref(scan, 0), constant(2, float8)), constant(1, float8)),
        operator('+', query.ref(scan, 1), constant(1, int8)),
      ]);
    },
  },
  {
    name: 'LIKE and length',
    plan(query) {
      const scan = query.scan(facts, 'label');
      const filter = operator('~~', query.ref(scan, 0), constant('label 1%7', text));
      return aggregatePlan(query.maker, 'plain', { ...scan, filter }, [], [aggregate('count', [])]);
    },
  },
  {
    name: 'kernel call: upper(text)',
    plan(query) {
      const scan = query.scan(facts, 'word');
      return query.maker.project(scan, [call(871, [query.ref(scan, 0)])]);
    },
  },
  {
    name: 'group by 10 ints, count + sum',
    plan(query) {
      const scan = query.scan(facts, 'id', 'scattered');
      const key = operator('%', query.ref(scan, 1), constant(10, int4));
      const input = query.maker.project(scan, [key, query.ref(scan, 0)]);
      const items = [aggregate('count', []), aggregate('sum', [query.ref(input, 1)])];
      return aggregatePlan(query.maker, 'hash', input, [input.output[0] as ColumnId], items);
    },
  },
  {
    name: 'group by 5 words, count + sum(int4) + avg(price)',
    plan(query) {
      const scan = query.scan(facts, 'word', 'id', 'price');
      const items = [
        aggregate('count', []),
        aggregate('sum', [query.ref(scan, 1)]),
        aggregate('avg', [query.ref(scan, 2)]),
      ];
      return aggregatePlan(query.maker, 'hash', scan, [scan.output[0] as ColumnId], items);
    },
  },
  {
    name: 'group by distinct int, count',
    plan(query) {
      const scan = query.scan(facts, 'scattered');
      return aggregatePlan(query.maker, 'hash', scan, [scan.output[0] as ColumnId], [aggregate('count', [])]);
    },
  },
  {
    name: 'sorted group by id / 4, count',
    plan(query) {
      const scan = query.scan(facts, 'id');
      const input = query.maker.project(scan, [operator('/', query.ref(scan, 0), constant(4, int4))]);
      return aggregatePlan(query.maker, 'sorted', input, [input.output[0] as ColumnId], [aggregate('count', [])]);
    },
  },
  {
    name: 'min, max of numeric, text, int8',
    plan(query) {
      const scan = query.scan(facts, 'price', 'label', 'big');
      const items = [0, 1, 2].flatMap((column) =>
        ['min', 'max'].map((name) => aggregate(name, [query.ref(scan, column)])),
      );
      return aggregatePlan(query.maker, 'plain', scan, [], items);
    },
  },
  {
    name: 'hash join, one match per row, count',
    plan(query) {
      const left = query.scan(facts, 'id', 'price');
      const right = query.scan(small, 'id', 'name');
      const join = query.maker.node('hash-join', [...left.output, ...right.output], {
        join: 'inner',
        left: query.maker.project(left, [
          operator('%', query.ref(left, 0), constant(Math.floor(batches / 4) * batchRowsMax, int4)),
          query.ref(left, 1),
        ]),
        right,
        leftKeys: [],
        rightKeys: [query.ref(right, 0)],
        equality: [65],
        condition: undefined,
        nullAware: false,
      });
      const keyed = { ...join, leftKeys: [query.ref(join.left, 0)], output: [...join.left.output, ...right.output] };
      return aggregatePlan(query.maker, 'plain', keyed, [], [aggregate('count', [])]);
    },
  },
  {
    name: 'semi join',
    plan(query) {
      const left = query.scan(facts, 'id');
      const right = query.scan(small, 'id');
      const join = query.maker.node('hash-join', left.output, {
        join: 'semi',
        left,
        right,
        leftKeys: [query.ref(left, 0)],
        rightKeys: [query.ref(right, 0)],
        equality: [65],
        condition: undefined,
        nullAware: false,
      });
      return aggregatePlan(query.maker, 'plain', join, [], [aggregate('count', [])]);
    },
  },
  {
    name: 'sort by int4',
    plan(query) {
      const scan = query.scan(facts, 'scattered');
      return query.maker.sort(scan, [query.maker.key(scan.output[0] as ColumnId)]);
    },
  },
  {
    name: 'sort by word, int8',
    plan(query) {
      const scan = query.scan(facts, 'word', 'big');
      return query.maker.sort(scan, [
        query.maker.key(scan.output[0] as ColumnId),
        query.maker.key(scan.output[1] as ColumnId, true),
      ]);
    },
  },
  {
    name: 'sort by text',
    plan(query) {
      const scan = query.scan(facts, 'label');
      return query.maker.sort(scan, [query.maker.key(scan.output[0] as ColumnId)]);
    },
  },
  {
    name: 'top 10 by int4',
    plan(query) {
      const scan = query.scan(facts, 'scattered', 'label');
      return query.maker.sort(scan, [query.maker.key(scan.output[0] as ColumnId)], constant(10, int8));
    },
  },
  {
    name: 'nested loop over a result, per outer row',
    perRows: 200_000,
    plan(query) {
      const scan = query.scan(facts, 'id');
      const left = query.maker.node('limit', scan.output, {
        input: scan,
        limit: constant(200_000, int8),
        offset: undefined,
        tieKeys: undefined,
      });
      const slot = query.maker.slot(1, int4);
      const right = query.maker.node('result', query.maker.ids([int4]), {
        expressions: [operator('+', slot, constant(1, int4))],
        condition: undefined,
      });
      const join = query.maker.node('nested-loop', [...left.output, ...right.output], {
        join: 'inner',
        left,
        right,
        slots: [{ slot: 1 as SlotId, column: left.output[0] as ColumnId }],
        condition: undefined,
      });
      return aggregatePlan(query.maker, 'plain', join, [], [aggregate('count', [])]);
    },
  },
];

const directory = mkdtempSync(join(tmpdir(), 'hyrax-executor-'));
mkdirSync(join(directory, 'tmp'));
const spillFiles = new SpillFiles(new NodeDisk(directory));
const workMem = Number(process.argv[4] ?? 2048) * 1024 * 1024;
const rounds = 4;

for (const measured of measurements.filter(({ name }) => name.includes(only))) {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) best = Math.min(best, runOnce(measured, workMem));
  const perRow = (best * 1e6) / (measured.perRows ?? batches * batchRowsMax);
  console.log(`${measured.name.padEnd(50)} ${best.toFixed(0).padStart(7)} ms ${perRow.toFixed(1).padStart(8)} ns/row`);
}
rmSync(directory, { recursive: true });
