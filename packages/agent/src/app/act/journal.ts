import { type Action, type Approval, type Journal, type LedgerEntry, subjectOf } from '../../act/index.ts';
import type { StoredEvent } from '../../series/index.ts';
import type { ActionTables, StoredAction } from '../../store/index.ts';

/** More open actions than a person would ever look through. */
const MOST_ACTIONS = 1_000;

/** Keeps actions and their ledger in the store. */
export function storeJournal(tables: ActionTables): Journal {
  return {
    async find(id) {
      const stored = await tables.action(id);
      return stored === null ? null : actionOf(stored);
    },
    async list(target, states) {
      const stored = await tables.actions({ target, states, limit: MOST_ACTIONS });
      return stored.map(actionOf);
    },
    record: (action, entry) =>
      tables.record({
        action: {
          id: action.id,
          target: action.target,
          subject: subjectOf(action),
          state: action.state,
          changedAt: action.changedAt,
          body: action,
        },
        from: entry.from,
        entry: JSON.stringify(entry),
        event: markerOf(action, entry),
      }),
  };
}

/** What the ledger tells of that changed the target, as the charts are marked with it. */
const MARKED: Partial<Readonly<Record<LedgerEntry['event'], string>>> = {
  applied: 'applied',
  reverted: 'taken back',
};

function markerOf({ id, title, changedAt }: Action, { event }: LedgerEntry): StoredEvent | null {
  const text = MARKED[event];
  return text === undefined
    ? null
    : { at: changedAt, kind: 'action', subject: title, detail: { text, action: id } };
}

/** Reads an action as it was kept: JSON knows no dates. */
export function actionOf({ state, changedAt, body }: StoredAction): Action {
  const kept = body as Action;
  return {
    ...kept,
    state: state as Action['state'],
    changedAt,
    proposedAt: new Date(kept.proposedAt),
    begunAt: dateOf(kept.begunAt),
    appliedAt: dateOf(kept.appliedAt),
    // Those written before these were kept have none.
    trial: kept.trial ?? null,
    undoneBy: kept.undoneBy ?? null,
    approval: kept.approval === null ? null : approvalOf(kept.approval),
  };
}

function approvalOf({ by, at, notBefore }: Approval): Approval {
  return { by, at: new Date(at), notBefore: dateOf(notBefore) };
}

function dateOf(kept: Date | null): Date | null {
  return kept === null ? null : new Date(kept);
}
