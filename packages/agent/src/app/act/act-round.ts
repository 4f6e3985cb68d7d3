import {
  ACT_ERRORS,
  ACT_SETTINGS,
  type Action,
  advance,
  isByPolicy,
  type Journal,
  mayActNow,
  overBudget,
  parseWindows,
  policyFor,
  type Spent,
} from '../../act/index.ts';
import { errorLine, failure, type ProgressStep, unwrap } from '../../kernel/index.ts';
import {
  type ActingSession,
  type ConnectionTarget,
  openActingSession,
  POSTGRES_SETTINGS,
  type Session,
} from '../../postgres/index.ts';
import type { Settings } from '../../settings/index.ts';
import { openTarget } from '../open-target.ts';
import type { Round } from '../watch/rounds.ts';
import type { SlowLook } from '../watch/slow-look.ts';
import type { WatchOptions } from '../watch/types.ts';
import { storeJournal } from './journal.ts';
import { judgeByHistory } from './judge.ts';
import { takeUp } from './propose.ts';
import { tryByWhatIf } from './try-by-what-if.ts';

/** What is being done on a target now. */
export interface ActStatus {
  /** Action that is under way; null when none is. */
  readonly action: string | null;
  readonly progress: ProgressStep | null;
}

/** Acts on a target while this agent leads it. */
export interface Acting {
  /** Whether there is a role to act with. */
  readonly hasRole: boolean;
  status(): ActStatus;
  readonly round: Round;
}

const UNDER_WAY: readonly Action['state'][] = ['applying', 'reverting', 'verifying'];

/** Prepares to act on a target: takes up what is proposed, applies what is approved, verifies what is applied. */
export function createActing(options: WatchOptions, slowLook: SlowLook): Acting {
  const { settings, store, target, clock } = options;
  const journal = storeJournal(store.actions);
  let status: ActStatus = { action: null, progress: null };
  let takenUp: Date | null = null;
  const carryOn = async (action: Action): Promise<Action> => {
    status = { action: action.id, progress: null };
    try {
      return await advance(action, {
        journal,
        settings,
        clock,
        signal: options.signal,
        open: () => openBoth(options),
        tryOut: tryByWhatIf(options),
        judge: async (applied) =>
          judgeByHistory(applied, { store, settings, clock, others: await othersOf(journal, applied) }),
        onProgress: (progress) => {
          status = { action: action.id, progress };
        },
      });
    } finally {
      status = { action: null, progress: null };
    }
  };
  /** What is under way first, then the next that may begin: one at a time. */
  const goOn = async (): Promise<void> => {
    const open: Action[] = [];
    for (const action of await journal.list(target.name, ['approved', ...UNDER_WAY])) {
      open.push(action.state === 'approved' ? action : await carryOn(action));
    }
    for (const action of await turnsOf(open, journal, options)) {
      // What something stands in the way of holds nobody else up.
      if ((await carryOn(action)).state !== 'approved') break;
    }
  };
  return {
    hasRole: options.actingTarget !== null,
    status: () => status,
    round: {
      id: 'act',
      everyMs: settings.get(ACT_SETTINGS.everyMs),
      // What an action costs is its own matter and has its own budgets.
      busyMs: () => 0,
      async run() {
        try {
          const latest = slowLook.latest();
          if (latest !== null && latest.snapshot.takenAt !== takenUp) {
            await takeUp(latest.report, { journal, target: target.name, settings, clock });
            takenUp = latest.snapshot.takenAt;
          }
          await goOn();
          return null;
        } catch (error) {
          // The watch goes on; the action is found as it was left.
          if (options.signal.aborted) return null;
          return errorLine(error);
        }
      },
    },
  };
}

/** Opens a session of the acting role, and one that reads. @throws ACT.NO_ACTING_ROLE, POSTGRES.* */
export async function openBoth(
  options: Pick<WatchOptions, 'target' | 'actingTarget' | 'settings'>,
): Promise<{ readonly acting: ActingSession; readonly reader: Session }> {
  const { settings } = options;
  const acting = await openActingSession(actingTargetOf(options), {
    connectTimeoutMs: settings.get(POSTGRES_SETTINGS.connectTimeoutMs),
    lockTimeoutMs: settings.get(POSTGRES_SETTINGS.lockTimeoutMs),
  });
  try {
    return { acting, reader: await openTarget(options.target, { settings }) };
  } catch (error) {
    await acting.close();
    throw error;
  }
}

/** Gives the address of the acting role. @throws ACT.NO_ACTING_ROLE */
function actingTargetOf({
  target,
  actingTarget,
}: Pick<WatchOptions, 'target' | 'actingTarget'>): ConnectionTarget {
  if (actingTarget === null) throw failure(ACT_ERRORS.NO_ACTING_ROLE, { target: target.name });
  return actingTarget;
}

/** Actions that were at work while another was verified. */
async function othersOf(journal: Journal, { id, target, begunAt }: Action): Promise<readonly Action[]> {
  const all = await journal.list(target, [...UNDER_WAY, 'kept', 'reverted']);
  return all.filter(
    (one) => one.id !== id && begunAt !== null && one.begunAt !== null && one.changedAt >= begunAt,
  );
}

/** The approved actions that may begin now, in turn. */
async function turnsOf(
  open: readonly Action[],
  journal: Journal,
  options: WatchOptions,
): Promise<readonly Action[]> {
  const { target, settings, clock } = options;
  const approved = open.filter(({ state }) => state === 'approved');
  if (approved.length === 0) return [];
  actingTargetOf(options);
  const now = clock.now();
  const ended = await journal.list(target.name, ['kept', 'reverted']);
  const underWay = open.filter(({ state }) => UNDER_WAY.includes(state));
  const spent = spentOf([...underWay, ...ended], { settings, now });
  const isWindowOpen = mayActNow(unwrap(parseWindows(settings.get(ACT_SETTINGS.windows))), now);
  const verifying = underWay.filter(({ state }) => state === 'verifying');
  const isFree = (action: Action): boolean =>
    !verifying.some((one) => isSameTable(one, action) || areSettings(one, action));
  const mayBegin = (action: Action): boolean => {
    const notBefore = action.approval?.notBefore ?? null;
    // What was postponed to a window runs in one, also when nobody was there to begin it in the first.
    if (notBefore !== null && (notBefore > now || !isWindowOpen)) return false;
    if (!isByPolicy(action)) return true;
    const isAutopilot = policyFor(action.change.kind, settings) === 'autopilot';
    return isAutopilot && isWindowOpen && overBudget(spent, action.addsBytes, settings) === null;
  };
  return approved.toSorted(byTurn).filter((action) => mayBegin(action) && isFree(action));
}

/** The oldest first; of one advice, an index is dropped after those that replace it were built. */
function byTurn(a: Action, b: Action): number {
  const age = a.proposedAt.getTime() - b.proposedAt.getTime();
  return age === 0 ? Number(isDrop(a)) - Number(isDrop(b)) : age;
}

function isDrop({ change }: Action): boolean {
  return change.kind === 'drop-index';
}

/** Two changes of one table at a time could not be told apart by their effect. */
function isSameTable(a: Action, b: Action): boolean {
  const [one, other] = [a.prepared?.table ?? a.change.table, b.change.table];
  return one !== null && other !== null && one.schema === other.schema && one.name === other.name;
}

/** A setting touches every statement: of two at a time nobody could tell which one helped. */
function areSettings(a: Action, b: Action): boolean {
  return a.change.kind === 'alter-setting' && b.change.kind === 'alter-setting';
}

function spentOf(
  actions: readonly Action[],
  { settings, now }: { readonly settings: Settings; readonly now: Date },
): Spent {
  const since = now.getTime() - settings.get(ACT_SETTINGS.actionsPerMs);
  const done = actions.filter(({ begunAt }) => begunAt !== null && begunAt.getTime() >= since);
  return {
    actionsCount: done.filter(isByPolicy).length,
    addedBytes: done
      .filter(({ state }) => state !== 'reverted')
      .reduce((sum, { addsBytes }) => sum + addsBytes, 0),
  };
}
