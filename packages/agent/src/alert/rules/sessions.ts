import { type BuiltInRule, defineRule } from './define-rule.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Rules about sessions, transactions and what they hold. */
export const SESSION_RULES: readonly BuiltInRule[] = [
  defineRule({
    id: 'connections-saturated',
    title: 'Connections nearly used up',
    measurement: 'connections-used-ratio',
    meaning: 'Share of the connections of max_connections in use',
    direction: 'above',
    unit: 'ratio',
    thresholds: {
      warning: { value: 0.8, source: 'awesome-prometheus-alerts, temBoard: 80 %' },
      critical: { value: 0.95, source: 'one burst away from "sorry, too many clients already"' },
    },
    forMs: 2 * MINUTE_MS,
    summary: '{value} of the connections of {target} are in use (more than {threshold})',
    finding: 'diagnose/connection-saturation',
  }),
  defineRule({
    id: 'sessions-blocked',
    title: 'Sessions wait for a lock',
    measurement: 'blocking-age-ms',
    meaning: 'Longest wait of a session for a lock',
    direction: 'above',
    unit: 'ms',
    thresholds: {
      warning: { value: MINUTE_MS, source: 'Datadog names high-impact blockers from 30 s; twice that' },
      critical: { value: 5 * MINUTE_MS, source: 'pganalyze: blocked for 300 s' },
    },
    forMs: 0,
    summary: 'a session of {target} has waited {value} for a lock (more than {threshold})',
    finding: 'diagnose/blocking-chain',
  }),
  defineRule({
    id: 'idle-in-transaction',
    title: 'Transaction left open',
    measurement: 'idle-in-transaction-age-ms',
    meaning: 'Longest time that a session has been idle in a transaction',
    direction: 'above',
    unit: 'ms',
    thresholds: {
      warning: { value: 10 * MINUTE_MS, source: 'peers warn from 5 to 30 minutes' },
      critical: { value: HOUR_MS, source: 'the age from which the oldest xmin warns as well' },
    },
    forMs: 0,
    summary: 'a session of {target} has been idle in its transaction for {value} (more than {threshold})',
    finding: 'diagnose/idle-in-transaction',
  }),
  defineRule({
    id: 'oldest-transaction',
    title: 'Old transaction holds vacuum back',
    measurement: 'oldest-transaction-ms',
    meaning: 'Age of the oldest transaction or of the oldest xmin that somebody holds',
    direction: 'above',
    unit: 'ms',
    thresholds: {
      warning: { value: HOUR_MS, source: 'pganalyze xmin horizon check, 1 hour' },
      critical: { value: 24 * HOUR_MS, source: 'pganalyze xmin horizon check, 24 hours' },
    },
    forMs: 0,
    summary:
      'a transaction of {target} has been open for {value} (more than {threshold}): vacuum keeps what it sees',
    finding: 'diagnose/xmin-horizon',
  }),
  defineRule({
    id: 'wraparound-near',
    title: 'Transaction ids run out',
    measurement: 'wraparound-age-ratio',
    meaning: 'Share of the 2^31 transaction or multixact ids that are used',
    direction: 'above',
    unit: 'ratio',
    thresholds: {
      warning: { value: 0.5, source: 'pganalyze and PgHero: half of the way' },
      critical: { value: 0.8, source: 'from 0.98 on PostgreSQL warns, at the end it refuses every write' },
    },
    forMs: 10 * MINUTE_MS,
    noDataMs: HOUR_MS,
    summary: '{value} of the transaction ids of {target} are used (more than {threshold})',
    finding: 'diagnose/wraparound',
  }),
  defineRule({
    id: 'sequence-exhausted',
    title: 'Sequence runs out',
    measurement: 'sequence-used-ratio',
    meaning: 'Share of the values of a sequence, or of its column, that are used',
    direction: 'above',
    unit: 'ratio',
    thresholds: {
      warning: { value: 0.8, source: 'leaves time to widen a large table' },
      critical: { value: 0.9, source: 'PgHero and Postgres MCP Pro: 90 %' },
    },
    forMs: 0,
    noDataMs: 26 * HOUR_MS,
    summary: '{value} of the values of the sequence {sequence} of {target} are used (more than {threshold})',
    finding: 'diagnose/sequence-exhaustion',
  }),
];
