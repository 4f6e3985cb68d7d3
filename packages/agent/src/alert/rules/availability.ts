import { type BuiltInRule, defineRule } from './define-rule.ts';

/** Measurement that pgsteward makes itself: how many of its rules are blind on a target. */
export const BLIND_RULES: string = 'blind-rules-count';

/** Measurement that pgsteward makes itself: 1 whenever it evaluates. */
export const WATCHDOG: string = 'watchdog-count';

/** Measurements that pgsteward makes itself; all others come from a source. */
export const OWN_MEASUREMENTS: readonly string[] = [BLIND_RULES, WATCHDOG];

/** Rules about the target answering, and about pgsteward seeing it. */
export const AVAILABILITY_RULES: readonly BuiltInRule[] = [
  defineRule({
    id: 'target-down',
    title: 'Target does not answer',
    measurement: 'probe-failed-ratio',
    meaning: 'Share of the probes of the last seconds that failed',
    direction: 'above',
    unit: 'ratio',
    thresholds: { critical: { value: 0.5, source: 'awesome-prometheus-alerts: pg_up == 0' } },
    forMs: 60_000,
    summary: '{target} does not answer: {value} of the probes failed',
    finding: null,
  }),
  defineRule({
    id: 'collector-failing',
    title: 'Something cannot be read',
    measurement: 'collector-failing-ms',
    meaning: 'Time since a collector last succeeded',
    direction: 'above',
    unit: 'ms',
    thresholds: { warning: { value: 10 * 60_000, source: 'two rounds of the slowest frequent collector' } },
    forMs: 0,
    summary: '{collector} of {target} could not be read for {value}',
    finding: null,
  }),
  defineRule({
    id: 'monitoring-gap',
    title: 'Rules are blind',
    measurement: BLIND_RULES,
    meaning: 'Number of rules without fresh readings',
    direction: 'above',
    unit: 'count',
    thresholds: { warning: { value: 0, source: 'a rule that cannot see is not a rule that is content' } },
    forMs: 0,
    summary: 'no fresh readings of {target} for {value} rules: their alerts are neither firing nor resolved',
    finding: null,
  }),
  defineRule({
    id: 'watchdog',
    title: 'Alerting works',
    measurement: WATCHDOG,
    meaning: 'Always 1: raise it above 1 to switch the alert off',
    direction: 'above',
    unit: 'count',
    thresholds: {
      info: { value: 0, source: "Prometheus Operator's Watchdog: an alert that is missed when it stops" },
    },
    forMs: 0,
    summary: 'alerting works; route this alert to a dead man’s switch that calls when it stays away',
    finding: null,
  }),
];
