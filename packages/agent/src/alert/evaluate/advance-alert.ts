import type { AlertState, Instance, Rule } from '../types.ts';
import { fingerprintOf } from './fingerprint.ts';
import { ruleKey } from './rule-key.ts';

/** Something that was read: what the rule says of one alert, and when the data was read. */
export interface Sight {
  readonly rule: Rule;
  readonly target: string;
  readonly at: Date;
  /** Null when the reading does not hold the alert's subject any more: it has recovered. */
  readonly instance: Instance | null;
}

/**
 * Advances one alert by one reading. Time is that of the readings, so that one reading, however long it stays the
 * last, never counts as a condition that lasts.
 * @param previous null while the alert is inactive
 * @returns the new state; null when the alert is inactive
 */
export function advanceAlert(previous: AlertState | null, sight: Sight): AlertState | null {
  const { instance } = sight;
  if (previous === null || isOver(previous)) {
    if (instance?.level !== 'breached') return previous;
    return fireWhenDue({ ...beginning(sight, instance), endsAt: previous?.endsAt ?? null }, sight);
  }
  const state = instance === null ? previous : withInstance(previous, sight, instance);
  if (state.firedAt === null) return advancePending(state, sight);
  return advanceFiring(state, sight);
}

/** Makes an alert blind that nobody looked at for too long; one that fired goes on firing. */
export function blindAlert(state: AlertState, now: Date): AlertState {
  return isOver(state) || state.status === 'no-data' ? state : { ...state, status: 'no-data', sinceAt: now };
}

/**
 * Gives what there is to tell of an alert; null when nothing is. One that fired and is not seen any more fires on;
 * one that was resolved and is pending again is still resolved.
 */
export function toldStatus({ status, firedAt, endsAt }: AlertState): 'firing' | 'resolved' | null {
  if (firedAt !== null && status !== 'resolved') return 'firing';
  return endsAt === null ? null : 'resolved';
}

/** Gives the state of an alert that did not come to fire: what it was before. */
export function fallenBack(state: AlertState): AlertState | null {
  if (state.endsAt === null) return null;
  return { ...state, status: 'resolved', sinceAt: state.endsAt, startsAt: state.endsAt };
}

function isOver({ status }: AlertState): boolean {
  return status === 'resolved';
}

function advancePending(state: AlertState, sight: Sight): AlertState | null {
  if (sight.instance?.level !== 'breached') return fallenBack(state);
  // What happened while nobody looked is not known: the time begins anew.
  const seen: AlertState =
    state.status === 'no-data'
      ? { ...state, status: 'pending', sinceAt: sight.at, startsAt: sight.at }
      : state;
  return fireWhenDue(seen, sight);
}

function fireWhenDue(state: AlertState, { rule, at }: Sight): AlertState {
  if (at.getTime() - state.startsAt.getTime() < rule.forMs) return state;
  return { ...state, status: 'firing', sinceAt: at, firedAt: at, endsAt: null };
}

function advanceFiring(previous: AlertState, { rule, at, instance }: Sight): AlertState {
  const state: AlertState =
    previous.status === 'no-data' ? { ...previous, status: 'firing', sinceAt: at, clearAt: null } : previous;
  if (instance !== null && instance.level !== 'clear') return { ...state, clearAt: null };
  const clearAt = state.clearAt ?? at;
  if (at.getTime() - clearAt.getTime() < rule.keepFiringMs) return { ...state, clearAt };
  return { ...state, status: 'resolved', sinceAt: at, endsAt: at, clearAt };
}

function beginning(sight: Sight, instance: Instance): AlertState {
  const { rule, target, at } = sight;
  return {
    fingerprint: fingerprintOf(instance.labels),
    rule: ruleKey(rule),
    target,
    labels: instance.labels,
    status: 'pending',
    sinceAt: at,
    startsAt: at,
    firedAt: null,
    endsAt: null,
    clearAt: null,
    value: instance.value,
    annotations: annotationsOf(rule, instance),
  };
}

/** Keeps the text that tells of the trouble: a value that has recovered does not describe it. */
function withInstance(state: AlertState, { rule }: Sight, instance: Instance): AlertState {
  if (instance.level === 'clear') return { ...state, value: instance.value };
  return { ...state, value: instance.value, annotations: annotationsOf(rule, instance) };
}

function annotationsOf(rule: Rule, instance: Instance): AlertState['annotations'] {
  const finding = instance.labels['finding'] ?? rule.finding;
  return {
    summary: instance.summary,
    title: rule.title,
    ...(rule.docs === null ? {} : { runbook_url: rule.docs }),
    ...(finding === null || finding === undefined ? {} : { finding }),
  };
}
