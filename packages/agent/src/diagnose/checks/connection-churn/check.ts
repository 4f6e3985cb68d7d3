import { displayIdentifier, formatCount, formatDuration, formatRatio } from '../../../kernel/index.ts';
import type { DatabaseRow, Interval, SessionRow, Snapshot } from '../../../observe/index.ts';
import { countSetting, durationSetting, ratioSetting } from '../../../settings/index.ts';
import { databaseWindowMs } from '../../database-window.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { hiddenSessions } from '../../hidden-sessions.ts';
import type { Check } from '../../types.ts';

const settings = {
  sessionsPerSecond: countSetting({
    key: 'diagnose.connection-churn.sessions-per-second',
    summary: 'New sessions a second from which a pooler would help.',
    unit: 'perSecond',
    default: 10,
    source: 'a new session costs a process and about 2 ms of processor time, before its first statement',
  }),
  minimumSessions: countSetting({
    key: 'diagnose.connection-churn.minimum-sessions-count',
    summary: 'Fewest new sessions from which a rate is computed.',
    default: 20,
    source: 'an application that starts and fills its pool is no churn',
  }),
  briefMs: durationSetting({
    key: 'diagnose.connection-churn.brief-ms',
    summary: 'Time below which a measured rate is only mentioned.',
    default: 10_000,
    source: 'a burst of some seconds may be a restart of an application',
  }),
  minimumWindowMs: durationSetting({
    key: 'diagnose.connection-churn.minimum-window-ms',
    summary: 'Time that the cumulative statistics must cover to be used as a rate.',
    default: 3_600_000,
    source: 'an hour evens out restarts',
  }),
  idleRatio: ratioSetting({
    key: 'diagnose.connection-churn.idle-ratio',
    summary: 'Share of idle sessions above which a pooler would help.',
    default: 0.8,
    source: 'a pool that works is busy for more than a fifth of its time',
  }),
  minimumConnections: countSetting({
    key: 'diagnose.connection-churn.minimum-connections-count',
    summary: 'Client sessions that must be exceeded before their idle share matters.',
    default: 100,
    source: 'below it idle sessions cost next to nothing',
  }),
};

/** Finds applications that connect for every request, or keep many more sessions than they use. */
export const connectionChurn: Check = defineCheck({
  id: 'diagnose/connection-churn',
  title: 'Short or idle sessions that a pooler would share',
  needs: ['database', 'activity'],
  source: 'PostgreSQL docs 27.2.17 "pg_stat_database" (sessions, session_time)',
  settings,
  run: ({ sections, values, threshold, observation, snapshot }) => {
    const clients = sections.activity.filter(
      (session) => session.backendType === 'client backend' && !session.isOwn,
    );
    const rate = rateOf(sections.database, snapshot, observation.interval, values);
    const idle = idleShare(clients);
    const isCrowded = clients.length > values.minimumConnections;
    return [
      ...(rate !== null && rate.perSecond > values.sessionsPerSecond
        ? [
            finding({
              severity: rate.durationMs < values.briefMs ? 'info' : 'warning',
              subject: { kind: 'database', schema: '', name: sections.database.name },
              title: `${displayIdentifier(sections.database.name)} gets ${formatCount(rate.perSecond)} new sessions a second`,
              evidence: {
                newSessionsPerSecond: rate.perSecond,
                newSessionsCount: rate.sessions,
                measuredMs: rate.durationMs,
                meanSessionMs: rate.meanSessionMs,
                basis: rate.basis,
              },
              threshold: threshold('sessionsPerSecond'),
              remedy: `keep connections open: a pool in the application, or PgBouncer before the server; a session lasts ${formatDuration(rate.meanSessionMs)} on average`,
            }),
          ]
        : []),
      ...(isCrowded && idle !== null && idle.ratio > values.idleRatio
        ? [
            finding({
              severity: 'info',
              subject: { kind: 'server', schema: '', name: 'server' },
              title: `${formatRatio(idle.ratio)} of ${clients.length} client sessions are idle`,
              evidence: { idleRatio: idle.ratio, idleCount: idle.count, sessionsCount: clients.length },
              threshold: threshold('idleRatio'),
              remedy:
                'make the pools of the applications smaller, or share server sessions through a pooler in transaction mode (PgBouncer)',
            }),
          ]
        : []),
      ...(isCrowded ? hiddenSessions(snapshot, 'shares of idle sessions') : []),
    ];
  },
});

interface SessionRate {
  readonly perSecond: number;
  readonly sessions: number;
  readonly durationMs: number;
  readonly meanSessionMs: number;
  readonly basis: string;
}

/** Rate over the interval, or, where too few came, over the time that the cumulative statistics cover. */
function rateOf(
  database: DatabaseRow,
  snapshot: Snapshot,
  interval: Interval | null,
  limits: { readonly minimumSessions: number; readonly minimumWindowMs: number },
): SessionRate | null {
  const recent = interval?.database ?? null;
  if (interval !== null && recent !== null && recent.sessions >= limits.minimumSessions) {
    return rate(recent, interval.durationMs, 'interval between two snapshots');
  }
  const windowMs = databaseWindowMs(snapshot, database);
  if (windowMs < limits.minimumWindowMs || database.sessions < limits.minimumSessions) return null;
  return rate(database, windowMs, 'statistics since their last reset');
}

function rate(row: DatabaseRow, durationMs: number, basis: string): SessionRate {
  return {
    perSecond: row.sessions / Math.max(0.001, durationMs / 1_000),
    sessions: row.sessions,
    durationMs,
    meanSessionMs: row.sessionMs / Math.max(1, row.sessions),
    basis,
  };
}

/** Share of idle sessions among those whose state is visible; null when none is. */
function idleShare(
  clients: readonly SessionRow[],
): { readonly ratio: number; readonly count: number } | null {
  const visible = clients.filter((session) => session.state !== null);
  if (visible.length === 0) return null;
  const count = visible.filter((session) => session.state === 'idle').length;
  return { ratio: count / visible.length, count };
}
