import type { TargetMetrics } from './types.ts';

/** Start of the agent in the fixtures. */
export const AGENT_STARTED_AT = new Date('2026-03-01T00:00:00Z');

/** A target that does not answer, read so many seconds after the agent began. */
export function silentTarget(seconds: number): TargetMetrics {
  return {
    target: 'shop',
    readAt: new Date(AGENT_STARTED_AT.getTime() + seconds * 1_000),
    agentStartedAt: AGENT_STARTED_AT,
    server: null,
    database: null,
    databaseBytes: null,
    sessions: null,
    checkpoints: null,
    wal: null,
    archiver: null,
    replicas: null,
    slots: null,
    statements: null,
    tables: null,
    poolers: [],
    cache: null,
    collectors: [
      { id: 'statements', runs: seconds, failures: 0, tookMs: 12, succeededAt: AGENT_STARTED_AT },
      { id: 'plans', runs: 1, failures: 1, tookMs: 3, succeededAt: null },
    ],
    findings: { critical: 0, warning: 2, info: 1 },
    objectives: [{ id: 'objective/availability', actual: Number.NaN, target: 0.9999 }],
    unavailable: ['wal'],
  };
}
