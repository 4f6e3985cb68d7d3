import { groupBy } from '../../kernel/index.ts';
import { createLogReader, type Fingerprints, type LoggedPlan } from '../../observe/index.ts';
import { maskValues, type Plan, planNodes, readPlan } from '../../planner/index.ts';
import { fingerprintOf, parseTree } from '../../sql/index.ts';
import { KEPT_EXECUTIONS, type StoredExecution } from '../../store/index.ts';
import type { Connection } from '../watch/connection.ts';
import type { Outbox } from '../watch/outbox.ts';
import type { Round } from '../watch/rounds.ts';
import { WATCH_SETTINGS } from '../watch/settings.ts';
import type { WatchOptions } from '../watch/types.ts';
import { hashOfPlan } from './hash-of-plan.ts';

/** A look into the server's log, and what forgets where it stopped. */
export interface LogLook {
  round(sessions: Connection): Round;
  forget(): void;
}

/** Nodes from which a plan is too large to be shown. */
const MOST_NODES = 2_000;
const OWN_APPLICATION = 'pgsteward';
const OWN_MARK = '/* pgsteward:';

/** Prepares the look at plans that auto_explain logs: each becomes an execution of its statement. */
export function createLogLook(
  { settings, clock }: WatchOptions,
  { outbox, fingerprints }: { readonly outbox: Outbox; readonly fingerprints: Fingerprints },
): LogLook {
  const mostBytes = settings.get(WATCH_SETTINGS.logBytes);
  const keepsValues = settings.get(WATCH_SETTINGS.planValues) === 'keep';
  const reader = createLogReader(mostBytes);
  return {
    forget: () => reader.forget(),
    round: (sessions) => ({
      id: 'log',
      everyMs: settings.get(WATCH_SETTINGS.logEveryMs),
      busyMs: () => sessions.cost().readerMs,
      async run() {
        const database = sessions.capabilities?.database;
        if (mostBytes === 0 || database === undefined) return null;
        const reading = await sessions.exclusively((session) => reader.read(session));
        const executions = reading.plans
          .filter((logged) => isOfTarget(logged, database))
          .flatMap((logged) => executionOf(logged, { fingerprints, keepsValues, now: clock.now() }) ?? []);
        outbox.putExecutions(mostTelling(executions));
        if (reading.unavailable !== null) {
          return `${reading.unavailable.reason}; ${reading.unavailable.remedy}`;
        }
        const { skippedBytes } = reading;
        return skippedBytes === 0
          ? null
          : `${skippedBytes} bytes of the log were passed over: watch.log-bytes`;
      },
    }),
  };
}

function isOfTarget({ database, application, query }: LoggedPlan, own: string): boolean {
  if (application === OWN_APPLICATION || query.includes(OWN_MARK)) return false;
  return database === null || database === own;
}

/** @returns null for what is no plan, or of a statement that cannot be told */
function executionOf(
  logged: LoggedPlan,
  how: { readonly fingerprints: Fingerprints; readonly keepsValues: boolean; readonly now: Date },
): StoredExecution | null {
  const fingerprint = fingerprintOfLogged(logged, how.fingerprints);
  const plan = planOf(logged.explained);
  if (fingerprint === null || plan === null) return null;
  const { at, durationMs, user, application } = logged;
  return {
    fingerprint,
    at: at ?? how.now,
    durationMs,
    user,
    application,
    hash: hashOfPlan(plan),
    body: how.keepsValues ? plan : maskValues(plan),
  };
}

function fingerprintOfLogged(
  { query, queryId, database }: LoggedPlan,
  fingerprints: Fingerprints,
): string | null {
  // Of several statements sent at once, the text is that of all; their query id tells which one ran.
  const own = parseTree(query) === null ? null : fingerprintOf(query);
  const found = own ?? (queryId === null ? null : fingerprints.ofQueryId(queryId));
  if (found === null || database !== null) return found;
  // Where the log does not name the database, only statements that are known to run in this one are its own.
  return fingerprints.queryIdOf(found) === undefined ? null : found;
}

/** What stands in a log anyone may have written: nothing in it may stop the round. */
function planOf(explained: unknown): Plan | null {
  try {
    const plan = readPlan(explained);
    return planNodes(plan.root).length > MOST_NODES ? null : plan;
  } catch {
    return null;
  }
}

/** Of each statement the latest and the slowest: no more would be kept. */
function mostTelling(executions: readonly StoredExecution[]): readonly StoredExecution[] {
  return [...groupBy(executions, ({ fingerprint }) => fingerprint).values()].flatMap((own) => {
    const latest = own.slice(-KEPT_EXECUTIONS.latest);
    const slowest = own.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, KEPT_EXECUTIONS.slowest);
    return [...new Set([...latest, ...slowest])];
  });
}
