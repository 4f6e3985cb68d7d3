import {
  type AlertConfig,
  type AlertState,
  createSilence,
  type DryRun,
  decodeMemory,
  formatMatcher,
  type MuteReason,
  muteReasonOf,
  parseMatcher,
  type Rule,
  type Silence,
} from '../../alert/index.ts';
import { formatDuration, formatUnit, type Result, success, unwrap } from '../../kernel/index.ts';
import { isOpen } from '../../schedule/index.ts';
import type { Store } from '../../store/index.ts';
import { silenceStore } from '../alerts/stores.ts';
import type { Service } from '../service/start-service.ts';
import type { AlertRow, AlertsView, DryRunView, RuleRow, SilenceRow } from './alert-types.ts';
import { viewEvents } from './charts.ts';
import type { ViewRange } from './types.ts';

const SHOWN_ATTEMPTS = 100;

/** Shows the alerts of a target and of pgsteward itself, and everything that decides who hears of them. */
export async function readAlerts(
  { store, alerts, clock }: Pick<Service, 'store' | 'alerts' | 'clock'>,
  target: string,
  range: ViewRange,
): Promise<AlertsView> {
  const now = clock.now();
  const { config, state, trouble, tools } = alerts;
  const [rows, attempts, events] = await Promise.all([
    readAlertRows({ store, config, now }),
    store.alerts.attempts(SHOWN_ATTEMPTS),
    (await store.target(target)).events(range),
  ]);
  return {
    state,
    trouble,
    alerts: rows.alerts.filter((alert) => alert.target === target || alert.target === ''),
    silences: rows.silences,
    windows: config.windows.map((window) => ({
      name: window.name,
      schedule: `${window.cron} ${window.timeZone}, for ${formatDuration(window.durationMs)}`,
      isOpen: isOpen(window, now),
    })),
    channels: tools.channels.map(({ name, kind, destination }) => ({ name, kind, destination })),
    rules: config.rules.map(ruleRow),
    attempts: attempts.map(({ at, attemptsCount, delivery: _, ...attempt }) => ({
      ...attempt,
      atMs: at.getTime(),
      attempt: attemptsCount,
    })),
    changes: viewEvents(events.filter(({ kind }) => kind === 'alert')),
  };
}

/** Gives the alerts of all targets, the gravest first, and the silences that hold. @throws ALERT.MEMORY_INVALID */
export async function readAlertRows(options: {
  readonly store: Store;
  readonly config: AlertConfig;
  readonly now: Date;
}): Promise<Pick<AlertsView, 'alerts' | 'silences'>> {
  const { store, config, now } = options;
  const [body, silences] = await Promise.all([store.alerts.memory(), silenceStore(store.alerts).list(now)]);
  const known = body === null ? [] : unwrap(decodeMemory(body)).alerts;
  const mutes = { inhibitions: config.inhibitions, windows: config.windows, silences };
  const alerts = known.map((alert) =>
    alertRow(alert, mutedBy(muteReasonOf(alert, known, mutes, now), silences)),
  );
  return {
    alerts: alerts.toSorted((a, b) => rank(b) - rank(a) || b.sinceMs - a.sinceMs),
    silences: silences.map(silenceRow),
  };
}

function alertRow(alert: AlertState, muted: string | null): AlertRow {
  const { fingerprint, labels, status, target } = alert;
  return {
    fingerprint,
    status,
    target,
    labels,
    name: labels['alertname'] ?? alert.rule,
    severity: labels['severity'] ?? '',
    summary: alert.annotations['summary'] ?? '',
    sinceMs: alert.sinceAt.getTime(),
    startsAtMs: alert.startsAt.getTime(),
    muted,
  };
}

const STATUS_RANK = { firing: 3, 'no-data': 2, pending: 1, resolved: 0 } as const;
const SEVERITY_RANK: Readonly<Record<string, number>> = { critical: 2, warning: 1, info: 0 };

function rank({ status, severity }: Pick<AlertRow, 'status' | 'severity'>): number {
  return 10 * STATUS_RANK[status] + (SEVERITY_RANK[severity] ?? 0);
}

function mutedBy(reason: MuteReason | null, silences: readonly Silence[]): string | null {
  switch (reason?.kind) {
    case 'inhibited':
      return 'another alert explains it';
    case 'silenced': {
      const silence = silences.find(({ id }) => id === reason.by);
      return `silenced by ${silence?.author ?? 'somebody'}: ${silence?.comment ?? ''}`;
    }
    case 'maintenance':
      return `maintenance: ${reason.by}`;
    default:
      return null;
  }
}

function silenceRow({ id, matchers, startsAt, endsAt, author, comment }: Silence): SilenceRow {
  return {
    id,
    matchers: matchers.map(formatMatcher),
    startsAtMs: startsAt.getTime(),
    endsAtMs: endsAt.getTime(),
    author,
    comment,
  };
}

/** Says in words when a rule fires. */
export function ruleRow(rule: Rule): RuleRow {
  const { id, title, severity, kind, forMs } = rule;
  return { id, title, severity, kind, forMs, condition: conditionOf(rule) };
}

function conditionOf(rule: Rule): string {
  switch (rule.kind) {
    case 'measurement': {
      const sign = rule.direction === 'above' ? '>' : '<';
      return `${rule.measurement} ${sign} ${formatUnit(rule.threshold, rule.unit)}`;
    }
    case 'finding':
      return rule.checks === null
        ? `a finding that is ${rule.minimumSeverity}`
        : `a finding of ${rule.checks.join(', ')}`;
    case 'burn-rate':
      return `budget of ${rule.objective} burns faster than ${rule.windows.map(({ factor }) => `×${factor}`).join(' or ')}`;
  }
}

/** What somebody asks to be silenced. */
export interface SilenceRequest {
  readonly matchers: readonly string[];
  readonly endsAt: Date;
  readonly author: string;
  readonly comment: string;
}

/**
 * Silences alerts from now on.
 * @returns the silence, or ALERT.MATCHER_INVALID, ALERT.SILENCE_INVALID
 */
export async function addSilence(
  { store, clock }: Pick<Service, 'store' | 'clock'>,
  request: SilenceRequest,
): Promise<Result<SilenceRow>> {
  const now = clock.now();
  const matchers = [];
  for (const text of request.matchers) {
    const matcher = parseMatcher(text);
    if (!matcher.ok) return matcher;
    matchers.push(matcher.value);
  }
  const { endsAt, author, comment } = request;
  const silence = createSilence({ matchers, startsAt: now, endsAt, author, comment }, now);
  if (!silence.ok) return silence;
  await silenceStore(store.alerts).add(silence.value);
  return success(silenceRow(silence.value));
}

/** Shows a dry run. */
export function dryRunView({ rule, readingsCount, firedCount, firingMs, transitions }: DryRun): DryRunView {
  return {
    rule: rule.id,
    severity: rule.severity,
    readingsCount,
    firedCount,
    firingMs,
    transitions: transitions.map(({ at, target, from, to, summary }) => ({
      atMs: at.getTime(),
      target,
      from,
      to,
      summary,
    })),
  };
}
