import {
  choiceSetting,
  countSetting,
  durationSetting,
  ratioSetting,
  type Setting,
  textSetting,
} from '../settings/index.ts';
import type { AlertSeverity } from './types.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Settings of alerts that belong to no single rule. */
export const ALERT_SETTINGS: Readonly<{
  evaluationMs: Setting<number>;
  noDataMs: Setting<number>;
  keepFiringMs: Setting<number>;
  recoverMargin: Setting<number>;
  findingSeverity: Setting<AlertSeverity>;
  findingNoDataMs: Setting<number>;
  minimumEvents: Setting<number>;
  groupWaitMs: Setting<number>;
  groupIntervalMs: Setting<number>;
  repeatIntervalMs: Setting<number>;
  maximumAlerts: Setting<number>;
  externalUrl: Setting<string>;
  timeoutMs: Setting<number>;
  attempts: Setting<number>;
  firstDelayMs: Setting<number>;
  maximumDelayMs: Setting<number>;
}> = {
  evaluationMs: durationSetting({
    key: 'alert.evaluation-ms',
    summary: 'Time between two evaluations of the rules.',
    default: 15_000,
    minimum: 1_000,
    maximum: HOUR_MS,
    source: 'half of the shortest group wait; Prometheus is commonly set to 15 s',
  }),
  noDataMs: durationSetting({
    key: 'alert.no-data-ms',
    summary: 'Age of the last reading from which a rule counts as blind, for rules that say no other.',
    default: 5 * MINUTE_MS,
    minimum: 10_000,
    source: 'Prometheus: --query.lookback-delta, 5 minutes',
  }),
  keepFiringMs: durationSetting({
    key: 'alert.keep-firing-ms',
    summary: 'How long a value must have recovered before its alert resolves, for rules that say no other.',
    default: 2 * MINUTE_MS,
    source: 'Prometheus keep_firing_for: an alert that comes and goes is one alert',
  }),
  recoverMargin: ratioSetting({
    key: 'alert.recover-margin-ratio',
    summary:
      'How far a value must come back past its threshold to have recovered, as a share of the threshold; of a share that must stay high, of its distance to 1.',
    default: 0.1,
    maximum: 0.9,
    source: 'Datadog recovery thresholds: without a band an alert flaps around its threshold',
  }),
  findingSeverity: choiceSetting({
    key: 'alert.findings.minimum-severity',
    summary: 'Severity from which a finding of a diagnosis is an alert.',
    default: 'critical',
    choices: ['info', 'warning', 'critical'],
    source: 'what can wait until morning stands on the page of findings and wakes nobody',
  }),
  findingNoDataMs: durationSetting({
    key: 'alert.findings.no-data-ms',
    summary: 'Age of the last diagnosis from which alerts about findings count as blind.',
    default: 26 * HOUR_MS,
    source: 'a daily diagnosis, and two hours of delay',
  }),
  minimumEvents: countSetting({
    key: 'alert.error-budget-burn.minimum-events-count',
    summary: 'Events in the long window below which a burn rate says nothing.',
    default: 100,
    source:
      'Google SRE workbook, chapter 5, "Low-Traffic Services": one failure of ten calls is no 1,000× burn',
  }),
  groupWaitMs: durationSetting({
    key: 'alert.group-wait-ms',
    summary: 'Wait before the first notification of a group of alerts, for others that belong to it.',
    default: 30_000,
    source: 'Alertmanager: group_wait, 30 s',
  }),
  groupIntervalMs: durationSetting({
    key: 'alert.group-interval-ms',
    summary: 'Least time between two notifications of a group that changed.',
    default: 5 * MINUTE_MS,
    minimum: 1_000,
    source: 'Alertmanager: group_interval, 5 min',
  }),
  repeatIntervalMs: durationSetting({
    key: 'alert.repeat-interval-ms',
    summary: 'Time after which a notification is repeated while nothing changes.',
    default: 4 * HOUR_MS,
    minimum: 1_000,
    source: 'Alertmanager: repeat_interval, 4 h',
  }),
  maximumAlerts: countSetting({
    key: 'alert.maximum-alerts-count',
    summary: 'Most alerts that one notification names; the number of the others is said.',
    default: 100,
    minimum: 1,
    maximum: 10_000,
    source: 'a message of hundreds of alerts is refused by most channels and read by nobody',
  }),
  externalUrl: textSetting({
    key: 'alert.external-url',
    summary: "Address of pgsteward's own pages as people reach them, for the links of notifications.",
    default: '',
    source: 'only the owner knows it; empty leaves the links out',
  }),
  timeoutMs: durationSetting({
    key: 'alert.delivery.timeout-ms',
    summary: 'Longest time that one attempt to deliver may take.',
    default: 10_000,
    minimum: 100,
    maximum: 2 * MINUTE_MS,
    source: 'Slack and PagerDuty answer within a second; a channel that hangs must not hold others up',
  }),
  attempts: countSetting({
    key: 'alert.delivery.attempts-count',
    summary: 'How often a notification is attempted before it is given up.',
    default: 12,
    minimum: 1,
    maximum: 100,
    source: 'with the delays below about twenty minutes: longer than most outages of a chat service',
  }),
  firstDelayMs: durationSetting({
    key: 'alert.delivery.first-delay-ms',
    summary: 'Longest wait before the second attempt; it doubles with each further one.',
    default: 2_000,
    minimum: 1,
    source: 'AWS Architecture Blog, "Exponential Backoff And Jitter": full jitter',
  }),
  maximumDelayMs: durationSetting({
    key: 'alert.delivery.maximum-delay-ms',
    summary: 'Longest wait between two attempts.',
    default: 10 * MINUTE_MS,
    minimum: 1,
    source: 'news of an incident is worth something within minutes',
  }),
};
