import { createHash } from 'node:crypto';
import { failed, failure, PgstewardError, type Result, success } from '../kernel/index.ts';
import type { Settings } from '../settings/index.ts';
import { move } from './engine/moves.ts';
import { ACT_ERRORS } from './errors.ts';
import { unappliedBy } from './policy/decide.ts';
import type { Action, ActionState, Journal, Standing } from './types.ts';

/** Who decides, and when. */
export interface Decision {
  readonly actor: string;
  readonly now: Date;
}

const WITHDRAWN = 'no longer proposed';
const WAITING: readonly ActionState[] = ['proposed', 'approved'];

/** States of an action that is not at its end: one on a subject at a time. */
export const OPEN_STATES: readonly ActionState[] = [...WAITING, 'applying', 'verifying', 'reverting'];

/** Writes a new action down. @returns null when one on the same subject is open */
export function propose(journal: Journal, action: Action, now: Date): Promise<Action | null> {
  const { proposedBy: actor, title: text, change } = action;
  return move(journal, action, now, {
    to: 'proposed',
    event: 'proposed',
    actor,
    text,
    sql: change.statements,
  });
}

/** An approval, and the settings in force for the action's target. */
export interface Approving extends Decision {
  /** Not before then; now when absent. */
  readonly notBefore?: Date | null;
  readonly settings: Settings;
}

/**
 * Lets an action be applied, now or not before a time.
 * @returns ACT.NOT_FOUND, ACT.WRONG_STATE, ACT.REFUSED_BY_POLICY where the owner lets actions of its kind be shown only
 */
export function approve(
  journal: Journal,
  id: string,
  { actor, now, notBefore = null, settings }: Approving,
): Promise<Result<Action>> {
  return decide(journal, id, { verb: 'approve', states: WAITING }, async (action) => {
    const refusal = refusalOf(action, settings);
    if (refusal !== null) return refusal;
    const when = notBefore === null ? '' : `, not before ${notBefore.toISOString()}`;
    return move(journal, action, now, {
      to: 'approved',
      event: notBefore === null ? 'approved' : 'postponed',
      actor,
      text: `approved${when}`,
      sql: action.change.statements,
      also: { approval: { by: actor, at: now, notBefore } },
    });
  });
}

/** Gives an action that may be approved. @returns ACT.NOT_FOUND, ACT.WRONG_STATE, ACT.REFUSED_BY_POLICY */
export function approvable(journal: Journal, id: string, settings: Settings): Promise<Result<Action>> {
  return decide(
    journal,
    id,
    { verb: 'approve', states: WAITING },
    async (action) => refusalOf(action, settings) ?? action,
  );
}

function refusalOf({ change: { kind, object } }: Action, settings: Settings): PgstewardError | null {
  const reason = unappliedBy(kind, settings);
  return reason === null ? null : failure(ACT_ERRORS.REFUSED_BY_POLICY, { kind, object, reason });
}

/** Turns an action down before it was begun. @returns ACT.NOT_FOUND, ACT.WRONG_STATE */
export function reject(
  journal: Journal,
  id: string,
  { actor, now, reason }: Decision & { readonly reason: string },
): Promise<Result<Action>> {
  return decide(journal, id, { verb: 'reject', states: WAITING }, (action) =>
    move(journal, action, now, { to: 'rejected', event: 'rejected', actor, text: reason }),
  );
}

/** Takes a proposal back that nobody decided on. @returns ACT.NOT_FOUND, ACT.WRONG_STATE */
export function withdraw(journal: Journal, id: string, { actor, now }: Decision): Promise<Result<Action>> {
  return decide(journal, id, { verb: 'withdraw', states: ['proposed'] }, (action) =>
    move(journal, action, now, { to: 'rejected', event: 'withdrawn', actor, text: WITHDRAWN }),
  );
}

/** Tells where an action stands, for a person. */
export function standingOf({ state, note, undoneBy }: Pick<Action, 'state' | 'note' | 'undoneBy'>): Standing {
  if (state === 'rejected' && note === WITHDRAWN) return 'withdrawn';
  return state === 'reverted' && undoneBy !== null ? 'undone' : state;
}

/** Asks for an applied action to be taken back. @returns ACT.NOT_FOUND, ACT.WRONG_STATE, ACT.NOT_UNDOABLE */
export async function requestUndo(
  journal: Journal,
  id: string,
  { actor, now }: Decision,
): Promise<Result<Action>> {
  return decide(journal, id, { verb: 'undo', states: ['verifying', 'kept'] }, async (action) => {
    const undo = action.prepared?.undo ?? [];
    if (undo.length === 0) {
      const reason = `Nothing takes back ${action.change.kind}`;
      return failure(ACT_ERRORS.NOT_UNDOABLE, { id, reason });
    }
    const text = `${actor} asked for it`;
    const also = { undoneBy: actor };
    return move(journal, action, now, { to: 'reverting', event: 'reverting', actor, text, sql: undo, also });
  });
}

/** What an approval is for: when one word of the SQL changes, it is for something else. */
export function contentHash({ id, target, change }: Pick<Action, 'id' | 'target' | 'change'>): string {
  return createHash('sha256')
    .update(JSON.stringify([id, target, change.statements]))
    .digest('hex');
}

/** What a decision asks of an action. */
interface Asked {
  readonly verb: string;
  /** States in which it can be asked. */
  readonly states: readonly ActionState[];
}

async function decide(
  journal: Journal,
  id: string,
  { verb, states }: Asked,
  work: (action: Action) => Promise<Action | PgstewardError | null>,
): Promise<Result<Action>> {
  const action = await journal.find(id);
  if (action === null) return failed(failure(ACT_ERRORS.NOT_FOUND, { id }));
  const wrong = (state: ActionState, reason: string): Result<Action> =>
    failed(failure(ACT_ERRORS.WRONG_STATE, { verb, id, state, reason }));
  if (!states.includes(action.state))
    return wrong(action.state, `Only what is ${states.join(' or ')} can be`);
  const outcome = await work(action);
  if (outcome instanceof PgstewardError) return failed(outcome);
  if (outcome !== null) return success(outcome);
  const now = await journal.find(id);
  return wrong(
    now?.state ?? action.state,
    'It changed meanwhile, or another action on the same object is open',
  );
}
