import { createHash, randomBytes } from 'node:crypto';
import {
  ACT_ERRORS,
  ACT_SETTINGS,
  type Action,
  admit,
  advance,
  approvable,
  approve,
  contentHash,
  type Decision,
  type Draft,
  mayActNow,
  nextWindow,
  OPEN_STATES,
  parseWindows,
  propose,
  reject,
  requestUndo,
  subjectOf,
} from '../../act/index.ts';
import {
  type Clock,
  failed,
  failure,
  type ProgressListener,
  type Result,
  success,
  unwrap,
} from '../../kernel/index.ts';
import type { ConnectionTarget } from '../../postgres/index.ts';
import type { Settings } from '../../settings/index.ts';
import { loadParser } from '../../sql/index.ts';
import type { Store } from '../../store/index.ts';
import { openBoth } from './act-round.ts';
import { storeJournal } from './journal.ts';
import { tryByWhatIf } from './try-by-what-if.ts';

/** What decisions are taken with. */
export interface DecideOptions {
  readonly store: Store;
  /** In force for the action's target. */
  readonly settings: Settings;
  readonly clock: Clock;
}

/**
 * Proposes statements that somebody wrote.
 * @param statements one each, objects named with their schema
 * @returns ACT.UNSUPPORTED, ACT.REFUSED_BY_POLICY, ACT.WRONG_STATE when the same is proposed already
 */
export async function proposeStatements(
  { store, settings, clock }: DecideOptions,
  given: {
    readonly target: string;
    readonly statements: readonly string[];
    readonly why: string;
    readonly by: string;
  },
): Promise<Result<Action>> {
  await loadParser();
  // The store knows the target from now on, also where no daemon watches it.
  await store.target(given.target);
  const draft: Draft = {
    title: given.why,
    do: given.statements,
    undo: [],
    effect: { metric: 'unknown', before: null, after: null, unit: '', method: 'nothing was predicted' },
    risk: { level: 'medium', why: `nobody but ${given.by} looked at it` },
    findings: [],
  };
  const now = clock.now();
  const admitted = admit(draft, { target: given.target, proposedBy: given.by, now, settings });
  if (!admitted.ok) return admitted;
  const journal = storeJournal(store.actions);
  const action = await propose(journal, admitted.value, now);
  if (action !== null) return success(action);
  const { change } = admitted.value;
  const open = await journal.list(given.target, OPEN_STATES);
  const other = open.find((one) => subjectOf(one) === subjectOf(admitted.value));
  const { id, state } = other ?? admitted.value;
  const reason = `It is about ${change.object} too, and one action on an object is open at a time`;
  return failed(failure(ACT_ERRORS.WRONG_STATE, { verb: 'propose another beside', id, state, reason }));
}

/**
 * Makes a token that approves an action as it reads now; it is shown once and kept as its hash.
 * @returns ACT.NOT_FOUND, ACT.WRONG_STATE, ACT.REFUSED_BY_POLICY
 */
export async function mintToken(
  { store, settings, clock }: DecideOptions,
  id: string,
  by: string,
): Promise<Result<{ readonly token: string; readonly expiresAt: Date }>> {
  const action = await approvable(storeJournal(store.actions), id, settings);
  if (!action.ok) return action;
  const token = `pgs_${randomBytes(24).toString('base64url')}`;
  const expiresAt = new Date(clock.now().getTime() + settings.get(ACT_SETTINGS.tokenMs));
  await store.actions.addToken({
    hash: tokenHash(token),
    actionId: id,
    contentHash: contentHash(action.value),
    mintedBy: by,
    expiresAt,
  });
  return success({ token, expiresAt });
}

/**
 * Approves an action with a token that a person made for it.
 * @returns ACT.TOKEN_INVALID, ACT.NOT_FOUND, ACT.WRONG_STATE, ACT.REFUSED_BY_POLICY
 */
export async function approveWithToken(
  { store, settings, clock }: DecideOptions,
  id: string,
  token: string,
): Promise<Result<Action>> {
  const journal = storeJournal(store.actions);
  const action = await journal.find(id);
  if (action === null) return failed(failure(ACT_ERRORS.NOT_FOUND, { id }));
  const now = clock.now();
  const used = await store.actions.useToken(tokenHash(token), now);
  if (used === null || used.actionId !== id || used.contentHash !== contentHash(action)) {
    return failed(failure(ACT_ERRORS.TOKEN_INVALID, { id }));
  }
  return approve(journal, id, { actor: `${used.mintedBy} (token)`, now, settings });
}

/** Finds an action. @returns ACT.NOT_FOUND */
export async function findAction(store: Store, id: string): Promise<Result<Action>> {
  const action = await storeJournal(store.actions).find(id);
  return action === null ? failed(failure(ACT_ERRORS.NOT_FOUND, { id })) : success(action);
}

/** Lets an action be applied. @returns ACT.NOT_FOUND, ACT.WRONG_STATE, ACT.REFUSED_BY_POLICY */
export function approveAction(
  { store, settings, clock }: DecideOptions,
  id: string,
  { actor, notBefore = null }: { readonly actor: string; readonly notBefore?: Date | null },
): Promise<Result<Action>> {
  return approve(storeJournal(store.actions), id, { actor, now: clock.now(), notBefore, settings });
}

/** Turns an action down. @returns ACT.NOT_FOUND, ACT.WRONG_STATE */
export function rejectAction(
  store: Store,
  id: string,
  decision: Decision & { readonly reason: string },
): Promise<Result<Action>> {
  return reject(storeJournal(store.actions), id, decision);
}

/** Asks for an applied action to be taken back. @returns ACT.NOT_FOUND, ACT.WRONG_STATE, ACT.NOT_UNDOABLE */
export function undoAction(store: Store, id: string, decision: Decision): Promise<Result<Action>> {
  return requestUndo(storeJournal(store.actions), id, decision);
}

/**
 * Lets an action be applied in the next window, not now.
 * @returns ACT.NOT_FOUND, ACT.WRONG_STATE, ACT.REFUSED_BY_POLICY, ACT.NO_WINDOW where the owner named none
 */
export async function postponeAction(
  options: DecideOptions,
  id: string,
  actor: string,
): Promise<Result<Action>> {
  const { store, settings, clock } = options;
  const found = await findAction(store, id);
  if (!found.ok) return found;
  const notBefore = nextWindow(unwrap(parseWindows(settings.get(ACT_SETTINGS.windows))), clock.now());
  if (notBefore === null) return failed(failure(ACT_ERRORS.NO_WINDOW, { target: found.value.target }));
  return approveAction(options, id, { actor, notBefore });
}

/** Gives when pgsteward may next act by itself; null when it may now. */
export function nextActWindow({ settings, clock }: Pick<DecideOptions, 'settings' | 'clock'>): Date | null {
  const windows = unwrap(parseWindows(settings.get(ACT_SETTINGS.windows)));
  return mayActNow(windows, clock.now()) ? null : nextWindow(windows, clock.now());
}

const LOCK_NOT_AVAILABLE = '55P03';

/** What an action is carried out with, here and now. */
export interface CarryOutOptions extends DecideOptions {
  readonly target: ConnectionTarget;
  readonly actingTarget: ConnectionTarget | null;
  readonly onProgress: ProgressListener;
  readonly signal: AbortSignal;
}

/**
 * Carries an approved action out, or takes one back, without a daemon. What is applied is verified by the daemon that
 * watches the target.
 * @throws ACT.NO_ACTING_ROLE, ACT.BUSY, ACT.LOCKED, POSTGRES.*
 */
export async function carryOut(action: Action, options: CarryOutOptions): Promise<Action> {
  await loadParser();
  const moved = await advance(action, {
    ...options,
    journal: storeJournal(options.store.actions),
    open: () => openBoth(options),
    tryOut: tryByWhatIf(options),
    judge: async () => ({ outcome: 'wait', text: '', verdict: null }),
  }).catch((error: unknown) => {
    if ((error as { readonly code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
    const { id, target, state } = action;
    throw failure(ACT_ERRORS.LOCKED, { id, target, state }, error);
  });
  const isStill = moved.state === action.state && moved.note === action.note;
  if (isStill && moved.state !== 'approved') throw failure(ACT_ERRORS.BUSY, { target: action.target });
  return moved;
}

function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
