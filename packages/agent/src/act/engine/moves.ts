import type { Action, ActionState, Journal, LedgerEntry } from '../types.ts';

/** A move of an action to a state, and what the ledger says of it. */
export interface Move {
  readonly to: ActionState;
  readonly event: LedgerEntry['event'];
  readonly actor: string;
  readonly text: string;
  readonly sql?: readonly string[];
  /** What else of the action changes. */
  readonly also?: Partial<Action>;
}

/**
 * Moves an action, in the ledger first: what is about to be done is known before it is done.
 * @returns the action as it is now; null when somebody else moved it meanwhile
 */
export async function move(
  journal: Journal,
  action: Action,
  now: Date,
  { to, event, actor, text, sql = [], also = {} }: Move,
): Promise<Action | null> {
  const moved: Action = { ...action, ...also, state: to, changedAt: now, note: text };
  const isFirst = event === 'proposed';
  const entry: LedgerEntry = {
    at: now.toISOString(),
    target: action.target,
    action: action.id,
    event,
    from: isFirst ? null : action.state,
    to,
    actor,
    text,
    sql,
  };
  return (await journal.record(moved, entry)) ? moved : null;
}
