/** The session as functions see it: EvalContext. */
import { SqlError, sqlState, type Notice } from '../../common/sql-error.ts';
import type { Oid } from '../../common/ids.ts';
import type {
  CatalogQuestions,
  EvalContext,
  SessionFacts,
  SettingAccess,
  SystemFunctions,
} from '../../functions/eval-context.ts';
import type { IoContext } from '../../types/type-handler.ts';
import { pgCatalogNamespace } from '../../catalog/system-tables.ts';
import { nowMicros } from '../clock.ts';
import { explicitPath } from '../search-path.ts';
import type { Session } from '../session.ts';
import { catalogQuestions } from './catalog-questions.ts';
import { SessionSequences } from './sequences.ts';
import { systemFunctions } from './system-functions.ts';
import { systemRows } from './system-rows.ts';
import { serverVersionText } from '../version.ts';

export class SessionEval implements EvalContext {
  readonly io: IoContext;
  readonly session: SessionFacts;
  readonly sequences: SessionSequences;
  readonly settings: SettingAccess;
  readonly catalog: CatalogQuestions;
  readonly system: SystemFunctions;
  readonly #session: Session;
  #seed: number | undefined = undefined;

  constructor(session: Session) {
    this.#session = session;
    this.io = session.io;
    this.session = factsOf(session);
    this.sequences = new SessionSequences(session);
    this.settings = {
      show: (name) => session.showSetting(name),
      set: (name, value, isLocal) => {
        if (value === '' && session.settings.show(name) === undefined) return '';
        return session.setSetting(name, value, isLocal);
      },
    };
    this.catalog = { call: (name, args) => call(catalogQuestions, name, args, session) };
    this.system = {
      call: (name, args) => call(systemFunctions, name, args, session),
      rows: (name, args) => systemRows(name, args, session),
    };
  }

  discardSequences(): void {
    this.sequences.discard();
  }

  transactionTimestamp(): number {
    return this.#session.io.transactionStart;
  }

  statementTimestamp(): number {
    return this.#session.statementStart;
  }

  clockTimestamp(): number {
    return nowMicros();
  }

  random(): number {
    return this.#seed === undefined ? Math.random() : this.#nextSeeded();
  }

  setSeed(seed: number): void {
    this.#seed = Math.trunc(seed * 0x7fff_ffff) | 0;
  }

  /** mulberry32. */
  #nextSeeded(): number {
    const state = ((this.#seed as number) + 0x6d2b_79f5) | 0;
    this.#seed = state;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  notice(notice: Notice): void {
    this.#session.notice(notice);
  }

  checkInterrupts(): void {
    if (this.#session.interrupts.pending) this.#session.interrupts.check();
  }
}

type Table<Args> = ReadonlyMap<string, (args: Args, session: Session) => ReturnType<CatalogQuestions['call']>>;

function call(
  table: Table<Parameters<CatalogQuestions['call']>[1]>,
  name: string,
  args: Parameters<CatalogQuestions['call']>[1],
  session: Session,
): ReturnType<CatalogQuestions['call']> {
  const implementation = table.get(name);
  if (implementation === undefined)
    throw new SqlError(sqlState.featureNotSupported, `function ${name} is not supported`);
  return implementation(args, session);
}

function factsOf(session: Session): SessionFacts {
  const { instance } = session;
  return {
    backendPid: session.processId,
    database: session.database.name,
    databaseOid: session.database.oid,
    get currentUser() {
      return session.userName;
    },
    get sessionUser() {
      return session.sessionUser;
    },
    serverVersion: serverVersionText,
    get clientAddress() {
      return session.client?.address;
    },
    get clientPort() {
      return session.client?.port;
    },
    get serverAddress() {
      return session.client?.serverAddress;
    },
    get serverPort() {
      return session.client?.serverPort;
    },
    searchPath: (includeImplicit) => pathNames(session, includeImplicit),
    startTime: instance.startTime,
  };
}

function pathNames(session: Session, includeImplicit: boolean): string[] {
  const { catalog } = session;
  const oids: readonly Oid[] = includeImplicit ? catalog.searchPath : explicitPath(session, catalog.cache);
  return oids
    .map((oid) => (oid === pgCatalogNamespace ? 'pg_catalog' : catalog.namespaceName(oid)))
    .filter((name) => name !== undefined);
}
