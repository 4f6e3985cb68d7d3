import { groupBy } from '../../kernel/index.ts';
import type { AlertState, Coverage, Judgement, Rule, Transition } from '../types.ts';
import { advanceAlert, blindAlert, fallenBack } from './advance-alert.ts';
import { fingerprintOf } from './fingerprint.ts';
import { ruleKey } from './rule-key.ts';

/** States of all alerts, and when each rule last saw each target. */
export interface States {
  readonly alerts: readonly AlertState[];
  readonly coverage: readonly Coverage[];
}

/** What one evaluation gives. */
export interface Advance extends States {
  readonly transitions: readonly Transition[];
}

/** What an evaluation is made with. */
export interface AdvanceOptions {
  readonly rules: readonly Rule[];
  readonly now: Date;
  /** How long an alert is kept after it was resolved, in milliseconds. */
  readonly keepResolvedMs: number;
  /** Targets under care; the empty one, pgsteward itself, is always. */
  readonly targets: readonly string[];
}

/**
 * Advances all alerts by what the rules say now. A judgement that is not newer than the last one of its rule and
 * target changes nothing, so that the same may be evaluated twice.
 */
export function advance(
  previous: States,
  judgements: readonly Judgement[],
  { rules, now, keepResolvedMs, targets }: AdvanceOptions,
): Advance {
  const known = new Map(rules.map((rule) => [ruleKey(rule), rule]));
  const isCared = ({ rule, target }: { readonly rule: string; readonly target: string }): boolean =>
    known.has(rule) && (target === '' || targets.includes(target));
  const coverage = new Map(previous.coverage.filter(isCared).map((one) => [placeOf(one), one]));
  const alerts = new Map(previous.alerts.map((alert) => [alert.fingerprint, alert]));
  const byPlace = groupBy(previous.alerts, placeOf);
  for (const judgement of judgements) {
    const place = placeOf({ rule: ruleKey(judgement.rule), target: judgement.target });
    const last = coverage.get(place);
    if (last !== undefined && judgement.at <= last.readAt) continue;
    coverage.set(place, coverageOf(judgement));
    applyJudgement(alerts, judgement, byPlace.get(place) ?? []);
  }
  for (const [place, one] of coverage) {
    const noDataMs = known.get(one.rule)?.noDataMs ?? 0;
    if (now.getTime() - one.readAt.getTime() <= noDataMs) continue;
    coverage.set(place, { ...one, isBlind: true });
    for (const { fingerprint } of byPlace.get(place) ?? []) {
      const alert = alerts.get(fingerprint);
      if (alert !== undefined) alerts.set(fingerprint, blindAlert(alert, now));
    }
  }
  const kept = [...alerts.values()].flatMap((alert) => {
    const state = isCared(alert) ? alert : withdrawn(alert, now);
    return state === null || isForgotten(state, now, keepResolvedMs) ? [] : [state];
  });
  return {
    alerts: kept,
    coverage: [...coverage.values()],
    transitions: transitionsOf(previous.alerts, kept, now),
  };
}

function applyJudgement(
  alerts: Map<string, AlertState>,
  { rule, target, at, instances }: Judgement,
  before: readonly AlertState[],
): void {
  const seen = new Set<string>();
  for (const instance of instances) {
    const fingerprint = fingerprintOf(instance.labels);
    if (seen.has(fingerprint)) continue;
    seen.add(fingerprint);
    const sight = { rule, target, at, instance };
    replace(alerts, fingerprint, advanceAlert(alerts.get(fingerprint) ?? null, sight));
  }
  for (const alert of before) {
    if (seen.has(alert.fingerprint)) continue;
    replace(alerts, alert.fingerprint, advanceAlert(alert, { rule, target, at, instance: null }));
  }
}

function replace(alerts: Map<string, AlertState>, fingerprint: string, state: AlertState | null): void {
  if (state === null) alerts.delete(fingerprint);
  else alerts.set(fingerprint, state);
}

function coverageOf({ rule, target, at }: Judgement): Coverage {
  return { rule: ruleKey(rule), target, readAt: at, isBlind: false };
}

function placeOf({ rule, target }: { readonly rule: string; readonly target: string }): string {
  return JSON.stringify([rule, target]);
}

/** An alert whose rule or target is gone is over: whoever was told of it is told so. */
function withdrawn(state: AlertState, now: Date): AlertState | null {
  if (state.status === 'resolved') return state;
  if (state.firedAt === null) return fallenBack(state);
  return { ...state, status: 'resolved', sinceAt: now, endsAt: now };
}

function isForgotten({ status, sinceAt }: AlertState, now: Date, keepResolvedMs: number): boolean {
  return status === 'resolved' && now.getTime() - sinceAt.getTime() > keepResolvedMs;
}

function transitionsOf(
  before: readonly AlertState[],
  after: readonly AlertState[],
  now: Date,
): readonly Transition[] {
  const earlier = new Map(before.map((state) => [state.fingerprint, state]));
  const later = new Map(after.map((state) => [state.fingerprint, state]));
  const changed = after.flatMap((state) => {
    const from = earlier.get(state.fingerprint)?.status ?? 'inactive';
    return from === state.status ? [] : [transition(state, from, state.status, state.sinceAt)];
  });
  const gone = before
    .filter(({ fingerprint, status }) => !later.has(fingerprint) && status !== 'resolved')
    .map((state) => transition(state, state.status, 'inactive', now));
  return [...changed, ...gone];
}

function transition(state: AlertState, from: Transition['from'], to: Transition['to'], at: Date): Transition {
  const { fingerprint, rule, target, labels, value, annotations } = state;
  return { at, fingerprint, rule, target, labels, from, to, value, summary: annotations['summary'] ?? '' };
}
