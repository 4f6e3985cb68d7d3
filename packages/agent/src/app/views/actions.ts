import {
  ACT_SETTINGS,
  type Action,
  type LedgerEntry,
  nextWindow,
  parseWindows,
  policyFor,
  standingOf,
  type Verdict,
} from '../../act/index.ts';
import { type Clock, type Result, success, unwrap } from '../../kernel/index.ts';
import { formatEffect } from '../../report/index.ts';
import type { Settings } from '../../settings/index.ts';
import type { LedgerRow, Store } from '../../store/index.ts';
import { findAction, nextActWindow } from '../act/decide-on.ts';
import { actionOf } from '../act/journal.ts';
import type { Service } from '../service/start-service.ts';
import type { Watcher } from '../watch/watch-target.ts';
import type {
  ActingView,
  ActionRow,
  ActionsView,
  ActionView,
  LedgerRowView,
  TargetActionsView,
  VerdictView,
} from './action-types.ts';
import { rankActions } from './rank-actions.ts';

const SHOWN_ACTIONS = 500;
const SHOWN_ENTRIES = 1_000;

/** Shows the actions of a target, or of all, the one that changed last first; and when pgsteward may next act by itself. */
export async function readActions(
  { store, settings, clock }: { readonly store: Store; readonly settings: Settings; readonly clock: Clock },
  target?: string,
): Promise<ActionsView> {
  const stored = await store.actions.actions({
    ...(target === undefined ? {} : { target }),
    limit: SHOWN_ACTIONS,
  });
  return {
    nextWindowMs: nextActWindow({ settings, clock })?.getTime() ?? null,
    actions: stored.map((one) => actionRow(actionOf(one))),
  };
}

/** Shows the actions of a target that is watched, what to decide on first first, and what is being done on it now. */
export async function readTargetActions(service: Service, watcher: Watcher): Promise<TargetActionsView> {
  const { store, clock } = service;
  const { settings, target, slowLook } = watcher;
  const view = await readActions({ store, settings, clock }, target.name);
  return {
    ...view,
    actions: rankActions(view.actions, slowLook.latest()?.report ?? null),
    acting: actingView(watcher),
  };
}

/** Shows one action with all that a decision on it needs, and what became of it. @returns ACT.NOT_FOUND */
export async function readAction(service: Service, id: string): Promise<Result<ActionView>> {
  const { store, clock } = service;
  const found = await findAction(store, id);
  if (!found.ok) return found;
  const action = found.value;
  const watcher = service.watchers.find(({ target }) => target.name === action.target);
  const settings = watcher?.settings ?? service.settings;
  const windows = unwrap(parseWindows(settings.get(ACT_SETTINGS.windows)));
  return success({
    action: actionRow(action),
    acting: actingView(watcher),
    policy: policyFor(action.change.kind, settings),
    nextWindowMs: nextWindow(windows, clock.now())?.getTime() ?? null,
    verdict: await verdictView(store, action.verdict as Verdict | null),
    ledger: await readLedger(store, { actionId: id }),
  });
}

/** Shows what keeps actions of a target from being applied; of one that is watched elsewhere nothing is known. */
function actingView(watcher: Watcher | undefined): ActingView {
  if (watcher === undefined) return { hasRole: true, trouble: null, underWay: null };
  const { acting, collectors } = watcher;
  const { action, progress } = acting.status();
  const doneRatio = progress === null || !progress.total ? null : progress.done / progress.total;
  return {
    hasRole: acting.hasRole,
    trouble: collectors.find(({ id }) => id === acting.round.id)?.trouble ?? null,
    underWay: action === null ? null : { action, task: progress?.task ?? '', doneRatio },
  };
}

async function verdictView(store: Store, verdict: Verdict | null): Promise<VerdictView | null> {
  if (verdict === null) return null;
  const texts = await store.statementTexts(verdict.statements.map(({ fingerprint }) => fingerprint));
  const statements = verdict.statements.map((one) => ({ ...one, text: texts.get(one.fingerprint) ?? null }));
  return { ...verdict, statements };
}

/** Shows entries of the ledger, the latest first. */
export async function readLedger(
  store: Store,
  filter: { readonly target?: string; readonly actionId?: string; readonly limit?: number },
): Promise<readonly LedgerRowView[]> {
  return (await store.actions.ledger({ limit: SHOWN_ENTRIES, ...filter })).map(ledgerRow);
}

/** Shows one action. */
export function actionRow(action: Action): ActionRow {
  const { change, approval, prepared } = action;
  return {
    id: action.id,
    target: action.target,
    state: action.state,
    standing: standingOf(action),
    kind: change.kind,
    object: change.object,
    title: action.title,
    statements: change.statements,
    undo: prepared?.undo ?? action.undo,
    effect: action.effect,
    effectText: formatEffect(action),
    risk: action.risk,
    findings: action.findings,
    addsBytes: action.addsBytes,
    proposedBy: action.proposedBy,
    proposedAtMs: action.proposedAt.getTime(),
    approvedBy: approval?.by ?? null,
    notBeforeMs: approval?.notBefore?.getTime() ?? null,
    appliedAtMs: action.appliedAt?.getTime() ?? null,
    changedAtMs: action.changedAt.getTime(),
    note: action.note,
    verdict: action.verdict,
  };
}

function ledgerRow({ number, hash, entry }: LedgerRow): LedgerRowView {
  const { at, target, action, event, from, to, actor, text, sql } = JSON.parse(entry) as LedgerEntry;
  return { number, hash, atMs: Date.parse(at), target, action, event, from, to, actor, text, sql };
}
