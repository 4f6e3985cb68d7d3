import { type BuiltInRule, defineRule } from './define-rule.ts';

const MINUTE_MS = 60_000;

/** Rules about the poolers in front of a target; without one they have nothing to look at. */
export const POOL_RULES: readonly BuiltInRule[] = [
  defineRule({
    id: 'pooler-down',
    title: 'Pooler does not answer',
    measurement: 'pooler-failed-ratio',
    meaning: 'Share of the last looks at the admin console of a pooler that failed',
    direction: 'above',
    unit: 'ratio',
    thresholds: { critical: { value: 0.5, source: 'pgbouncer_exporter: pgbouncer_up == 0' } },
    forMs: MINUTE_MS,
    summary: 'the pooler {pooler} in front of {target} does not answer',
    finding: null,
  }),
  defineRule({
    id: 'pool-clients-waiting',
    title: 'Clients wait for a pool',
    measurement: 'pool-longest-wait-ms',
    meaning: 'How long the client at the head of the queue of a pool has waited for a server',
    direction: 'above',
    unit: 'ms',
    thresholds: {
      warning: { value: 1_000, source: 'PgBouncer docs, maxwait: when it grows, the servers do not keep up' },
      critical: { value: 10_000, source: 'a person has given up by then (Nielsen: 10 s)' },
    },
    forMs: MINUTE_MS,
    summary: 'clients of the pool {pool} of {target} wait {value} for a server (more than {threshold})',
    finding: null,
  }),
  defineRule({
    id: 'pool-saturated',
    title: 'Pool nearly used up',
    measurement: 'pool-used-ratio',
    meaning: 'Share of pool_size that works for clients',
    direction: 'above',
    unit: 'ratio',
    thresholds: { warning: { value: 0.9, source: 'the next burst waits' } },
    forMs: 5 * MINUTE_MS,
    summary: '{value} of the servers of the pool {pool} of {target} are busy (more than {threshold})',
    finding: null,
  }),
];
