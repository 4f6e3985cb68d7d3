import { randomUUID } from 'node:crypto';
import type { Proposal } from '../../advise/index.ts';
import { failed, failure, type Result, success } from '../../kernel/index.ts';
import type { Settings } from '../../settings/index.ts';
import { ACT_ERRORS } from '../errors.ts';
import { forbiddenBy, policyFor, unappliedBy } from '../policy/decide.ts';
import { executors } from '../registry.ts';
import { ACT_SETTINGS } from '../settings.ts';
import type { Action, Change } from '../types.ts';

/** What becomes an action: a proposal of an advisor, or one that a person or a model wrote. */
export type Draft = Pick<Proposal, 'do' | 'undo' | 'title' | 'effect' | 'risk' | 'findings' | 'addsBytes'>;

/** Who brings a draft, and for which target. */
export interface Admission {
  readonly target: string;
  readonly proposedBy: string;
  readonly now: Date;
  readonly settings: Settings;
}

/** Reads what statements change; ACT.UNSUPPORTED when no executor carries them out. */
export function readChange(statements: readonly string[]): Result<Change> {
  for (const executor of executors) {
    const change = executor.read(statements);
    if (change !== null) return success(change);
  }
  const reason =
    'It is none of the changes that pgsteward knows how to apply, to check and to undo, or it does not name its objects with their schema';
  return failed(failure(ACT_ERRORS.UNSUPPORTED, { statement: statements.join('; '), reason }));
}

/**
 * Makes an action of a draft, if its statements are ones that an executor carries out and the owner lets them be touched.
 * Nothing else makes actions: what an executor is given has been read here.
 * @returns the action, proposed; ACT.UNSUPPORTED, ACT.REFUSED_BY_POLICY
 */
export function admit(draft: Draft, { target, proposedBy, now, settings }: Admission): Result<Action> {
  const read = readChange(draft.do);
  if (!read.ok) return read;
  const change = read.value;
  const { kind, object } = change;
  const pattern = forbiddenBy(change, settings);
  if (pattern !== null) {
    const reason = `${ACT_SETTINGS.neverTouch.key} names "${pattern}"`;
    return failed(failure(ACT_ERRORS.REFUSED_BY_POLICY, { kind, object, reason }));
  }
  if (policyFor(kind, settings) === 'observe') {
    const reason = unappliedBy(kind, settings) ?? '';
    return failed(failure(ACT_ERRORS.REFUSED_BY_POLICY, { kind, object, reason }));
  }
  return success({
    id: randomUUID().slice(0, 8),
    target,
    state: 'proposed',
    change,
    title: draft.title,
    undo: draft.undo,
    effect: draft.effect,
    risk: draft.risk,
    findings: draft.findings,
    proposedBy,
    proposedAt: now,
    approval: null,
    prepared: null,
    trial: null,
    addsBytes: draft.addsBytes ?? 0,
    begunAt: null,
    appliedAt: null,
    changedAt: now,
    note: '',
    undoneBy: null,
    verdict: null,
  });
}

/** What actions are told apart by: one on the same object by the same kind of change is open at a time. */
export function subjectOf({ change }: Pick<Action, 'change'>): string {
  return `${change.kind}/${change.object}`;
}
