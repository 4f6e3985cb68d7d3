import {
  activityQuery,
  type DatabaseRow,
  databaseQuery,
  runCatalogQuery,
  type SessionRow,
  type StatementRow,
  sessionSamplesQuery,
  statementsWithoutTextQuery,
  statementTextsQuery,
} from '../../catalog/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { TopData, TopSession, TopStatement } from '../../report/index.ts';

/** Reads what `top` shows; rates are against the frame before. */
export interface TopReader {
  read(): Promise<TopData>;
}

const WAITS_OVER_MS = 60_000;
const MOST_STATEMENTS = 200;

interface Reading<T> {
  readonly atMs: number;
  readonly value: T;
}

/** Starts reading a target for `top`. */
export function createTopReader(
  session: Session,
  about: { readonly target: string; readonly clock: Clock },
): TopReader {
  const { clock, target } = about;
  const waits = new WaitSamples(clock);
  const statements = new StatementRates(session, clock);
  let database: Reading<DatabaseRow> | null = null;
  return {
    async read() {
      const [samples, sessions, counters] = [
        await runCatalogQuery(session, sessionSamplesQuery, [[]]),
        await runCatalogQuery(session, activityQuery),
        await runCatalogQuery(session, databaseQuery),
      ];
      const rows = sessions.ok ? sessions.rows.filter(isClient) : [];
      waits.add(rows);
      const before = database;
      const row = counters.ok ? counters.rows[0] : undefined;
      database = row === undefined ? null : { atMs: clock.monotonicMs(), value: row };
      const shown = rows.map(sessionOf);
      return {
        schema: 'pgsteward/top@1',
        at: clock.now().toISOString(),
        target,
        serverVersion: session.capabilities.version,
        connections: rows.length,
        maxConnections: samples.ok ? (samples.rows[0]?.maxConnections ?? 0) : 0,
        active: rows.filter(({ state }) => state === 'active').length,
        waitingForLock: rows.filter(({ waitEventType }) => waitEventType === 'Lock').length,
        ...databaseRates(before, database),
        oldestTransactionMs: shown.reduce<number | null>(
          (oldest, { transactionMs }) =>
            transactionMs === null ? oldest : Math.max(oldest ?? 0, transactionMs),
          null,
        ),
        sessions: shown,
        waits: waits.averages(),
        ...(await statements.read()),
      };
    },
  };
}

function isClient({ backendType, isOwn }: SessionRow): boolean {
  return backendType === 'client backend' && !isOwn;
}

function sessionOf(row: SessionRow): TopSession {
  const isIdle = row.state === 'idle';
  return {
    pid: row.pid,
    user: row.user ?? '',
    database: row.database ?? '',
    application: row.applicationName ?? '',
    state: row.state ?? 'hidden',
    wait: row.waitEventType === null || isIdle ? null : `${row.waitEventType}: ${row.waitEvent ?? ''}`,
    transactionMs: row.transactionMs,
    statementMs: row.state === 'active' ? row.statementMs : null,
    lockWaitMs: row.lockWaitMs,
    connectedMs: row.connectedMs ?? 0,
    blockedBy: row.blockedBy,
    query: row.query ?? '',
  };
}

function databaseRates(
  before: Reading<DatabaseRow> | null,
  now: Reading<DatabaseRow> | null,
): Pick<TopData, 'transactionsPerSecond' | 'hitRatio'> {
  if (before === null || now === null || now.value.commits < before.value.commits) {
    return { transactionsPerSecond: null, hitRatio: null };
  }
  const grown = (of: (row: DatabaseRow) => number): number => of(now.value) - of(before.value);
  const ended = grown((row) => row.commits + row.rollbacks);
  const [hit, read] = [grown((row) => row.blocksHit), grown((row) => row.blocksRead)];
  return {
    transactionsPerSecond: (ended * 1_000) / Math.max(1, now.atMs - before.atMs),
    hitRatio: hit + read === 0 ? null : hit / (hit + read),
  };
}

/** What active sessions waited for, frame by frame, over the last minute. */
class WaitSamples {
  readonly #clock: Clock;
  #samples: readonly Reading<readonly string[]>[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(rows: readonly SessionRow[]): void {
    const atMs = this.#clock.monotonicMs();
    const value = rows
      .filter(({ state }) => state === 'active')
      .map((row) => (row.waitEventType === null ? 'CPU' : `${row.waitEventType}: ${row.waitEvent ?? ''}`));
    this.#samples = [...this.#samples.filter((one) => atMs - one.atMs < WAITS_OVER_MS), { atMs, value }];
  }

  averages(): TopData['waits'] {
    const counts = new Map<string, number>();
    for (const name of this.#samples.flatMap(({ value }) => value))
      counts.set(name, (counts.get(name) ?? 0) + 1);
    return [...counts]
      .map(([name, count]) => ({ name, activeSessions: count / this.#samples.length }))
      .toSorted((a, b) => b.activeSessions - a.activeSessions);
  }
}

/** What each statement did since the frame before. */
class StatementRates {
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #texts = new Map<string, string>();
  #before: Reading<ReadonlyMap<string, StatementRow>> | null = null;

  constructor(session: Session, clock: Clock) {
    this.#session = session;
    this.#clock = clock;
  }

  async read(): Promise<Pick<TopData, 'statements' | 'statementsUnavailable'>> {
    const result = await runCatalogQuery(this.#session, statementsWithoutTextQuery);
    if (!result.ok) return { statements: [], statementsUnavailable: result.unavailable.reason };
    const before = this.#before;
    const now = {
      atMs: this.#clock.monotonicMs(),
      value: new Map(result.rows.map((row) => [row.queryId, row])),
    };
    this.#before = now;
    if (before === null) return { statements: [], statementsUnavailable: null };
    const seconds = Math.max(0.001, (now.atMs - before.atMs) / 1_000);
    const rates = [...now.value.values()]
      .flatMap((row) => rateOf(row, before.value.get(row.queryId), seconds) ?? [])
      .toSorted((a, b) => b.msPerSecond - a.msPerSecond)
      .slice(0, MOST_STATEMENTS);
    await this.#learn(rates.map(({ queryId }) => queryId).filter((id) => !this.#texts.has(id)));
    const statements = rates
      .map((rate) => ({ ...rate, query: this.#texts.get(rate.queryId) ?? null }))
      .filter(({ query }) => query?.includes('/* pgsteward:') !== true);
    return { statements, statementsUnavailable: null };
  }

  async #learn(queryIds: readonly string[]): Promise<void> {
    if (queryIds.length === 0) return;
    const found = await runCatalogQuery(this.#session, statementTextsQuery, [queryIds]);
    if (found.ok) for (const { queryId, query } of found.rows) this.#texts.set(queryId, query);
  }
}

function rateOf(now: StatementRow, before: StatementRow | undefined, seconds: number): TopStatement | null {
  const grown = (of: (row: StatementRow) => number): number =>
    of(now) - (before === undefined ? 0 : of(before));
  const calls = grown((row) => row.calls);
  if (calls <= 0) return null;
  const ms = grown((row) => row.totalMs);
  return {
    queryId: now.queryId,
    query: null,
    callsPerSecond: calls / seconds,
    msPerSecond: ms / seconds,
    meanMs: ms / calls,
    rowsPerCall: grown((row) => row.rows) / calls,
    blocksPerCall: grown((row) => row.sharedBlocksHit + row.sharedBlocksRead) / calls,
  };
}
