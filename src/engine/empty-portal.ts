/** An empty query string: nothing runs, and EmptyQueryResponse answers. */
import type { Portal } from './portal.ts';
import type { PreparedStatement } from './prepared-statement.ts';

export class EmptyPortal implements Portal {
  readonly name: string;
  readonly prepared: PreparedStatement;
  readonly handlers: readonly never[] = [];
  readonly formats: readonly never[] = [];
  readonly tag = '';
  readonly tagRows = -1;

  constructor(name: string, prepared: PreparedStatement) {
    this.name = name;
    this.prepared = prepared;
  }

  fields(): undefined {
    return undefined;
  }

  run(): 'done' {
    return 'done';
  }

  close(): void {}
}
