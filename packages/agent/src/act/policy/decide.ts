import type { Settings } from '../../settings/index.ts';
import { ACT_SETTINGS, POLICY_SETTINGS } from '../settings.ts';
import type { Action, ActionKind, Change, PolicyLevel } from '../types.ts';

/** Who approves where the policy is autopilot. */
export const POLICY = 'policy';

/** Whether the policy approved an action, not a person. */
export function isByPolicy({ approval }: Action): boolean {
  return approval?.by === POLICY;
}

/** How far the owner lets pgsteward go with one kind of action. */
export function policyFor(kind: ActionKind, settings: Settings): PolicyLevel {
  const own = settings.get(POLICY_SETTINGS[kind]);
  return own === 'default' ? settings.get(ACT_SETTINGS.policy) : own;
}

/** Says why nothing of a kind is applied, not even once a person agreed; null when it may be. */
export function unappliedBy(kind: ActionKind, settings: Settings): string | null {
  const level = policyFor(kind, settings);
  switch (level) {
    case 'observe':
    case 'propose': {
      const own = POLICY_SETTINGS[kind];
      const { key } = settings.get(own) === 'default' ? ACT_SETTINGS.policy : own;
      return `${key} is ${level}`;
    }
    case 'approve':
    case 'autopilot':
      return null;
  }
}

/** Says which pattern of `act.never-touch` forbids a change; null when none does. */
export function forbiddenBy(change: Change, settings: Settings): string | null {
  const patterns = settings
    .get(ACT_SETTINGS.neverTouch)
    .split(',')
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '');
  const names = [
    change.object,
    ...(change.table === null ? [] : [`${change.table.schema}.${change.table.name}`]),
  ];
  return patterns.find((pattern) => names.some((name) => matchesPattern(name, pattern))) ?? null;
}

/** `*` stands for any text. */
function matchesPattern(name: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}

/** What was done lately. */
export interface Spent {
  readonly actionsCount: number;
  readonly addedBytes: number;
}

/** Says which budget one more action would exceed; null when none. */
export function overBudget(spent: Spent, addsBytes: number, settings: Settings): string | null {
  const actions = settings.get(ACT_SETTINGS.actions);
  if (spent.actionsCount >= actions)
    return `${actions} actions are enough for now (${ACT_SETTINGS.actions.key})`;
  const bytes = settings.get(ACT_SETTINGS.diskBytes);
  if (addsBytes > 0 && spent.addedBytes + addsBytes > bytes) {
    return `it would add more space than ${ACT_SETTINGS.diskBytes.key} allows`;
  }
  return null;
}
