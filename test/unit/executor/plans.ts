/** Short constructors of physical plans, and a runner that collects their rows. */
import type { TableDescriptor } from '../../../src/catalog/descriptors.ts';
import { makeSnapshot, testTransaction } from './transaction.ts';
import type { Expression, ColumnId, SortKey, SlotId } from '../../../src/algebra/expression.ts';
import type { PhysicalPlan, PlannedStatement, InitPlan, SeqScan, Sort } from '../../../src/algebra/physical.ts';
import type { OutputColumn } from '../../../src/algebra/query.ts';
import { buildPlan } from '../../../src/executor/build.ts';
import { MemoryAccount } from '../../../src/executor/memory.ts';
import type { TempFile } from '../../../src/executor/memory.ts';
import { END, WAIT } from '../../../src/executor/operator.ts';
import type { ExecutionContext, ReferentialEvent } from '../../../src/executor/operator.ts';
import type { IsolationLevel } from '../../../src/transaction/transaction.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { getType } from '../../../src/types/registry.ts';
import type { Vector } from '../../../src/types/vector.ts';
import { column, evalContext } from './expressions.ts';
import type { MemoryTable } from './memory-table.ts';

const estimate = { startupCost: 0, totalCost: 1, rows: 1, width: 8 };

/** Gives out column ids and remembers their types: the columnNames of the plan. */
export class PlanMaker {
  readonly types = new Map<ColumnId, number>();
  #next = 1;

  id(type: number): ColumnId {
    const id = this.#next++ as ColumnId;
    this.types.set(id, type);
    return id;
  }

  ids(types: readonly number[]): ColumnId[] {
    return types.map((type) => this.id(type));
  }

  /** A reference to a column. */
  ref(id: ColumnId): Expression {
    return column(id, this.types.get(id) as number);
  }

  refs(ids: readonly ColumnId[]): Expression[] {
    return ids.map((id) => this.ref(id));
  }

  key(id: ColumnId, descending = false, nullsFirst = descending): SortKey {
    return { expression: this.ref(id), descending, nullsFirst };
  }

  node<K extends PhysicalPlan['kind']>(
    kind: K,
    output: readonly ColumnId[],
    fields: Omit<Extract<PhysicalPlan, { kind: K }>, 'kind' | 'output' | 'estimate'>,
  ): Extract<PhysicalPlan, { kind: K }> {
    return { kind, output, estimate, ...fields } as Extract<PhysicalPlan, { kind: K }>;
  }

  /** VALUES of constants. */
  values(
    types: readonly number[],
    rows: readonly (readonly Datum[])[],
  ): Extract<PhysicalPlan, { kind: 'values-scan' }> {
    const output = this.ids(types);
    return this.node('values-scan', output, {
      rows: rows.map((row) =>
        row.map((value, i): Expression => {
          const type = types[i] as number;
          return { kind: 'constant', value, type, typmod: -1, collation: getType(type).collation, position: undefined };
        }),
      ),
    });
  }

  project(input: PhysicalPlan, expressions: readonly Expression[]): PhysicalPlan {
    return this.node('project', this.ids(expressions.map((expression) => expression.type)), { input, expressions });
  }

  filter(input: PhysicalPlan, condition: Expression): PhysicalPlan {
    return this.node('filter', input.output, { input, condition });
  }

  sort(input: PhysicalPlan, keys: readonly SortKey[], limit?: Expression): Sort {
    return this.node('sort', input.output, { input, keys, limit, limitOffset: undefined });
  }

  scan(table: TableDescriptor, withReference = false): SeqScan & { columnIds: ColumnId[] } {
    const columnIds = this.ids(table.columns.map((item) => item.typeOid));
    const rowReference = withReference ? { key: this.id(17), lsn: this.id(20) } : undefined;
    const output = rowReference === undefined ? columnIds : [...columnIds, rowReference.key, rowReference.lsn];
    const scan = this.node('seq-scan', output, {
      table,
      alias: table.name,
      columns: columnIds.map((id, i) => ({ id, number: i + 1 })),
      rowReference,
      filter: undefined,
    });
    return { ...scan, columnIds };
  }

  slot(number: number, type: number): Expression {
    return {
      kind: 'slot',
      slot: number as SlotId,
      type,
      typmod: -1,
      collation: getType(type).collation,
      position: undefined,
    };
  }

  /** The statement that returns all columns of `root`. */
  statement(root: PhysicalPlan, more: Partial<PlannedStatement> = {}): PlannedStatement {
    const output = root.output.map((id): OutputColumn => {
      return {
        id,
        name: `c${id}`,
        type: this.types.get(id) as number,
        typmod: -1,
        collation: 0,
        tableOid: 0,
        columnNumber: 0,
      };
    });
    return {
      root,
      initPlans: [] as InitPlan[],
      commonTables: [],
      output,
      parameterTypes: [],
      slotCount: 0,
      command: 'SELECT',
      locks: [],
      columnNames: new Map([...this.types].map(([id, type]) => [id, { name: `c${id}`, relation: undefined, type }])),
      ...more,
    };
  }
}

export class MemoryFile implements TempFile {
  #bytes = Buffer.alloc(1024);
  size = 0;
  closed = false;

  append(bytes: Uint8Array): void {
    if (this.size + bytes.length > this.#bytes.length) {
      const grown = Buffer.alloc((this.size + bytes.length) * 2);
      this.#bytes.copy(grown);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.size);
    this.size += bytes.length;
  }

  read(target: Uint8Array, position: number): number {
    return this.#bytes.copy(target, 0, position, Math.min(this.size, position + target.length));
  }

  close(): void {
    this.closed = true;
  }
}

export interface RunOptions {
  readonly tables?: readonly MemoryTable[];
  readonly parameters?: readonly Datum[];
  readonly slotCount?: number;
  readonly isolation?: IsolationLevel;
  readonly workMem?: number;
  /** Every n-th question whether the slice is over is answered with yes; 0: never. */
  readonly sliceEvery?: number;
  readonly rowsMax?: number;
  readonly referential?: ReferentialEvent[];
  /** Called whenever the plan waits. */
  readonly onWait?: () => void;
  readonly files?: MemoryFile[];
}

export function contextFor(options: RunOptions = {}): ExecutionContext {
  let asked = 0;
  const transaction = { ...testTransaction, isolation: options.isolation ?? 'read committed' };
  return {
    eval: evalContext,
    parameters: options.parameters ?? [],
    slots: Array.from({ length: options.slotCount ?? 16 }, () => null),
    snapshot: makeSnapshot(transaction, Math.max(0, ...(options.tables ?? []).map((table) => table.nextLsn))),
    transaction,
    waiter: { wake: () => undefined },
    memory: new MemoryAccount(options.workMem ?? 64 * 1024 * 1024, {
      create() {
        const file = new MemoryFile();
        options.files?.push(file);
        return file;
      },
    }),
    access(table) {
      const found = options.tables?.find((candidate) => candidate.descriptor.oid === table.oid);
      if (found === undefined) throw new Error(`no table ${table.name}`);
      return found;
    },
    sliceOver: () => options.sliceEvery !== undefined && options.sliceEvery > 0 && ++asked % options.sliceEvery === 0,
    instrumentation: undefined,
    modified: 0,
    referential: {
      wants: () => options.referential !== undefined,
      add: (_table, event) => options.referential?.push(event),
    },
  };
}

export interface RunResult {
  readonly rows: Datum[][];
  readonly modified: number;
  readonly error: unknown;
  readonly waits: number;
  readonly peakMemory: number;
  readonly usedMemory: number;
}

/** Runs to the end or to the first error, collecting rows. */
export function run(statement: PlannedStatement, options: RunOptions = {}): RunResult {
  const context = contextFor({ slotCount: statement.slotCount, ...options });
  const plan = buildPlan(statement);
  const rowsMax = options.rowsMax ?? 1024;
  const rows: Datum[][] = [];
  let waits = 0;
  let error: unknown = undefined;
  try {
    plan.open(context);
    for (;;) {
      const step = plan.next(rowsMax);
      if (step === END) break;
      if (step === WAIT) {
        waits++;
        options.onWait?.();
        continue;
      }
      if (step.selectedCount === 0 || step.selectedCount > rowsMax)
        throw new Error(`a batch of ${step.selectedCount} rows`);
      for (let k = 0; k < step.selectedCount; k++) {
        const row = step.selection === undefined ? k : (step.selection[k] as number);
        rows.push(
          statement.output.map(({ type }, i) =>
            getType(type).readDatum(step.columns[plan.columns[i] as number] as Vector, row),
          ),
        );
      }
    }
  } catch (caught) {
    error = caught;
  }
  plan.close();
  const { peak, used } = context.memory;
  return { rows, modified: context.modified, error, waits, peakMemory: peak, usedMemory: used };
}

/** Rows of a plan that is expected to succeed. */
export function rowsOf(maker: PlanMaker, root: PhysicalPlan, options: RunOptions = {}): Datum[][] {
  const result = run(maker.statement(root, { slotCount: 16 }), options);
  if (result.error !== undefined) throw result.error;
  return result.rows;
}
