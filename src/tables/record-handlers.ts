/**
 * What replay, undo and purge do with the records of this folder: finds the space and table a record names and hands it on.
 * Every body begins with the space (u32), row and overflow records go on with the table's tree (u32).
 */
import type { SpaceId, TreeId, Xid } from '../common/ids.ts';
import type { LogRecord } from '../storage/log/record.ts';
import type { RecordHandler, RecordKinds } from '../transaction/record-kinds.ts';
import { overflowRecordKind } from './overflow.ts';
import { rowRecordKind } from './row-records.ts';
import { sequenceRecordKind } from './sequence-store.ts';
import type { TableHandle } from './space-tables.ts';
import { definitionRecordKind, type LoggedTableStore } from './table-store.ts';

/** The open spaces. */
export interface Spaces {
  /** For replay and undo: the space must exist. */
  get(space: SpaceId): LoggedTableStore;
  /** For purge of a record: the space, unless it was dropped since, and its copies that have the same garbage. */
  forPurge(space: SpaceId, record: LogRecord): readonly LoggedTableStore[];
}

export function recordSpace(record: LogRecord): SpaceId {
  return record.view.getUint32(record.start, true) as SpaceId;
}

function recordTree(record: LogRecord): TreeId {
  return record.view.getUint32(record.start + 4, true) as TreeId;
}

export function registerTableRecords(kinds: RecordKinds, spaces: Spaces): void {
  const storeOf = (record: LogRecord): LoggedTableStore => spaces.get(recordSpace(record));
  const tableOf = (record: LogRecord): TableHandle => storeOf(record).tables.getByTree(recordTree(record));
  const stores = (record: LogRecord): readonly LoggedTableStore[] => spaces.forPurge(recordSpace(record), record);

  const row = (name: string): RecordHandler => ({
    name,
    replay: (record) => tableOf(record).history.replay(record),
    undo: (record) => tableOf(record).history.undo(record),
    purge: (record: LogRecord, horizon: Xid) => {
      for (const { tables } of stores(record)) tables.findForPurge(recordTree(record))?.purge.purge(record, horizon);
    },
  });
  kinds.register(rowRecordKind.insert, row('insert'));
  kinds.register(rowRecordKind.update, row('update'));
  kinds.register(rowRecordKind.delete, row('delete'));
  kinds.register(rowRecordKind.move, row('move'));
  kinds.register(rowRecordKind.insertMany, { ...row('insert many'), purge: undefined });

  kinds.register(overflowRecordKind.piece, {
    name: 'overflow piece',
    replay: (record) => tableOf(record).opened.overflow.replayPiece(record),
    undo: (record) => tableOf(record).opened.overflow.undoPiece(record),
    purge: undefined,
  });
  kinds.register(overflowRecordKind.discard, {
    name: 'overflow discard',
    replay: (record) => tableOf(record).opened.overflow.replayDiscard(record),
    undo: undefined,
    purge: undefined,
  });

  kinds.register(definitionRecordKind.define, {
    name: 'define table',
    replay: (record) => storeOf(record).replayDefinition(record),
    undo: (record) => storeOf(record).undoDefinition(record),
    purge: (record) => {
      for (const store of stores(record)) store.purgeDefinition(record);
    },
  });
  kinds.register(definitionRecordKind.build, {
    name: 'build index',
    replay: (record) => storeOf(record).replayBuild(record),
    undo: undefined,
    purge: (record, horizon) => {
      for (const store of stores(record)) store.purgeBuild(record, horizon);
    },
  });

  kinds.register(sequenceRecordKind.value, {
    name: 'sequence value',
    replay: (record) => storeOf(record).sequences.replayValue(record),
    undo: undefined,
    purge: undefined,
  });
  kinds.register(sequenceRecordKind.define, {
    name: 'define sequence',
    replay: (record) => storeOf(record).sequences.replayDefinition(record),
    undo: (record) => storeOf(record).sequences.undoDefinition(record),
    purge: undefined,
  });
}
