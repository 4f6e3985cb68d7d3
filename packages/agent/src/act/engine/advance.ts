import {
  type Clock,
  formatDuration,
  InternalError,
  PgstewardError,
  type ProgressListener,
} from '../../kernel/index.ts';
import type { ActingSession, Session } from '../../postgres/index.ts';
import type { Settings } from '../../settings/index.ts';
import { NotDone, obstacle } from '../executors/shared.ts';
import { forbiddenBy, isByPolicy, unappliedBy } from '../policy/decide.ts';
import { executors } from '../registry.ts';
import { ACT_SETTINGS } from '../settings.ts';
import type {
  Action,
  Execution,
  Executor,
  Journal,
  Obstacle,
  Prepared,
  RelationName,
  Trial,
} from '../types.ts';
import { type Move, move } from './moves.ts';
import { preflight } from './preflight.ts';

/** What a measurement of an applied action says. */
export interface Judgement {
  /** `wait`: not enough was measured yet. */
  readonly outcome: 'kept' | 'reverted' | 'inconclusive' | 'wait';
  /** For a person, with the figures. */
  readonly text: string;
  readonly verdict: unknown;
}

/** What actions are carried on with. */
export interface AdvanceOptions {
  readonly journal: Journal;
  readonly settings: Settings;
  readonly clock: Clock;
  /** Opens a session with the acting role, and one that only reads. */
  readonly open: () => Promise<{ readonly acting: ActingSession; readonly reader: Session }>;
  /** Tries a change out that nothing stands in the way of. @returns null for a kind that is not tried */
  readonly tryOut: (action: Action, prepared: Prepared, execution: Execution) => Promise<Trial | null>;
  /** Measures what an applied action changed. */
  readonly judge: (action: Action) => Promise<Judgement>;
  readonly onProgress: ProgressListener;
  /** The agent stops: what runs on the target is cancelled and found again by the next one. */
  readonly signal: AbortSignal;
}

const AGENT = 'agent';

/**
 * Carries one action on, as far as it goes now: applies what is approved, finds out what became of what was begun when
 * an agent died, judges what is applied, takes back what harmed. One action at a time on a target, of all agents.
 * @returns the action as it is now; unchanged when somebody else is at work on the target
 * @throws POSTGRES.* when the target cannot be reached or is lost on the way: then the next call goes on from there
 */
export async function advance(action: Action, options: AdvanceOptions): Promise<Action> {
  switch (action.state) {
    case 'approved':
      return onTarget(action, options, begin);
    case 'applying':
      return onTarget(action, options, resume);
    case 'verifying':
      return judge(action, options);
    case 'reverting':
      return onTarget(action, options, revert);
    case 'proposed':
    case 'kept':
    case 'reverted':
    case 'failed':
    case 'rejected':
      return action;
  }
}

/** An action at work on its target. */
interface Work {
  readonly action: Action;
  readonly executor: Executor;
  readonly execution: Execution;
  readonly options: AdvanceOptions;
  /** Moves the action on; once somebody else moved it, nothing more is done. */
  readonly move: (to: Move, from?: Action) => Promise<Action>;
}

/** Somebody else moved the action: what was about to be done is theirs. */
class MovedElsewhere extends Error {}

async function onTarget(
  action: Action,
  options: AdvanceOptions,
  work: (work: Work) => Promise<Action>,
): Promise<Action> {
  const { acting, reader } = await options.open();
  const budget = AbortSignal.timeout(options.settings.get(ACT_SETTINGS.buildMs));
  const execution: Execution = {
    session: acting,
    reader,
    change: action.change,
    settings: options.settings,
    lockTimeoutMs: options.settings.get(ACT_SETTINGS.lockMs),
    onProgress: options.onProgress,
    signal: AbortSignal.any([options.signal, budget]),
  };
  try {
    if (!(await acting.claim())) return action;
    // Whoever held the target until now may have moved it.
    const current = await options.journal.find(action.id);
    if (current?.state !== action.state) return current ?? action;
    const executor = executorOf(current);
    const moveOn: Work['move'] = async (to, from = current) => {
      const moved = await move(options.journal, from, options.clock.now(), to);
      if (moved === null) throw new MovedElsewhere();
      return moved;
    };
    return await work({ action: current, executor, execution, options, move: moveOn });
  } catch (error) {
    if (error instanceof MovedElsewhere) return (await options.journal.find(action.id)) ?? action;
    throw error;
  } finally {
    await Promise.all([acting.close(), reader.close()]);
  }
}

function executorOf({ change }: Action): Executor {
  const executor = executors.find(({ kind }) => kind === change.kind);
  if (executor === undefined) throw new InternalError(`no executor for ${change.kind}`);
  return executor;
}

async function begin(work: Work): Promise<Action> {
  const { executor, execution, options } = work;
  const prepared = await executor.prepare(execution).catch(asObstacle);
  const obstacles = 'obstacles' in prepared ? prepared.obstacles : await obstaclesOf(work, prepared);
  if (obstacles.length > 0) return putOff(work, obstacles);
  if ('obstacles' in prepared) return work.action;
  const trial = await options.tryOut(work.action, prepared, execution);
  if (trial !== null && isStopped(trial, work.action)) return stop(work, trial);
  const applying = await work.move({
    to: 'applying',
    event: 'applying',
    actor: AGENT,
    text: trial === null ? 'begun' : `begun; ${trial.text}`,
    sql: execution.change.statements,
    also: { prepared, trial, begunAt: options.clock.now() },
  });
  return apply(work, applying, prepared, options);
}

/** What harms is never begun; what cannot be tried is a person's to decide. */
function isStopped({ outcome }: Trial, action: Action): boolean {
  return outcome === 'harmful' || (outcome === 'impossible' && isByPolicy(action));
}

function stop({ move: moveOn }: Work, trial: Trial): Promise<Action> {
  if (trial.outcome === 'harmful') {
    return moveOn({ to: 'failed', event: 'failed', actor: AGENT, text: trial.text, also: { trial } });
  }
  const text = `${trial.text}; it waits for a person`;
  return moveOn({ to: 'proposed', event: 'postponed', actor: AGENT, text, also: { trial, approval: null } });
}

/** What could not be looked at now may be seen later. */
function asObstacle(error: unknown): ReturnType<typeof obstacle> {
  if (error instanceof NotDone) return obstacle(error.message, true);
  throw error;
}

async function obstaclesOf(work: Work, { table }: Prepared): Promise<readonly Obstacle[]> {
  const { execution, options } = work;
  const { settings } = options;
  const pattern = forbiddenBy({ ...execution.change, table }, settings);
  if (pattern !== null)
    return [{ reason: `${ACT_SETTINGS.neverTouch.key} names "${pattern}"`, isPassing: false }];
  const unapplied = unappliedBy(execution.change.kind, settings);
  if (unapplied !== null) return [{ reason: `${unapplied}: nothing is applied`, isPassing: true }];
  const measured = await measuredOn(work, table);
  if (measured !== null) {
    return [{ reason: `action ${measured.id} on the same table is being measured`, isPassing: true }];
  }
  return preflight(execution, table, settings);
}

/**
 * Finds what the policy changed on a table and measures still: it changes one table at a time. The table of an index that goes
 * is known only once it was looked at, too late for the order of turns.
 */
async function measuredOn({ action, options }: Work, table: RelationName | null): Promise<Action | null> {
  if (table === null || !isByPolicy(action)) return null;
  const verifying = await options.journal.list(action.target, ['verifying']);
  const isSame = ({ prepared }: Action): boolean =>
    prepared?.table?.schema === table.schema && prepared.table.name === table.name;
  return verifying.find(isSame) ?? null;
}

/** Waits for what passes; the ledger tells of each reason once. */
async function putOff({ action, move: moveOn }: Work, obstacles: readonly Obstacle[]): Promise<Action> {
  const text = obstacles.map(({ reason }) => reason).join('; ');
  if (obstacles.some(({ isPassing }) => !isPassing)) {
    return moveOn({ to: 'failed', event: 'failed', actor: AGENT, text });
  }
  return action.note === text ? action : moveOn({ to: 'approved', event: 'postponed', actor: AGENT, text });
}

async function apply(
  work: Work,
  action: Action,
  prepared: Prepared,
  options: AdvanceOptions,
): Promise<Action> {
  const { executor, execution } = work;
  const startMs = options.clock.monotonicMs();
  try {
    await executor.apply(execution, prepared);
  } catch (error) {
    return afterFailure(work, action, prepared, error);
  }
  const took = formatDuration(options.clock.monotonicMs() - startMs);
  return applied(work, action, `done in ${took}`);
}

function applied({ options, move: moveOn }: Work, action: Action, text: string): Promise<Action> {
  const also = { appliedAt: options.clock.now() };
  const afterwards = action.prepared?.afterwards;
  const whole = afterwards === undefined ? text : `${text}; ${afterwards}`;
  return moveOn({ to: 'verifying', event: 'applied', actor: AGENT, text: whole, also }, action);
}

/** Lock not available, deadlock: others were at work. */
const PASSING = /^(55P03|40P01)$/;

async function afterFailure(work: Work, action: Action, prepared: Prepared, error: unknown): Promise<Action> {
  const { options, executor, execution, move: moveOn } = work;
  // A lost target, or an agent that stops: the next call finds out what was done.
  if (error instanceof PgstewardError || options.signal.aborted) throw error;
  const code = (error as { readonly code?: string }).code ?? '';
  const reason = execution.signal.aborted
    ? `cancelled: it took longer than ${formatDuration(options.settings.get(ACT_SETTINGS.buildMs))} (${ACT_SETTINGS.buildMs.key})`
    : error instanceof Error
      ? error.message
      : String(error);
  const unhurried: Work = { ...work, execution: { ...execution, signal: options.signal } };
  const presence = await executor.inspect(unhurried.execution, prepared);
  if (presence === 'present') return applied(work, action, reason);
  const cleaned = presence === 'absent' ? '' : await executor.cleanUp(unhurried.execution, prepared);
  // What cannot be left half done, and could not be done, is put back.
  if (cleaned === null && prepared.undo.length > 0) {
    const sql = prepared.undo;
    return moveOn({ to: 'reverting', event: 'reverting', actor: AGENT, text: reason, sql }, action);
  }
  if (PASSING.test(code)) {
    const text = `${reason}; it is tried again later`;
    return moveOn(
      { to: 'approved', event: 'postponed', actor: AGENT, text, also: { prepared: null } },
      action,
    );
  }
  const text = [reason, cleaned ?? ''].filter((part) => part !== '').join('; ');
  return moveOn({ to: 'failed', event: 'failed', actor: AGENT, text }, action);
}

/** Goes on where an agent died. */
async function resume(work: Work): Promise<Action> {
  const { action, executor, execution, options, move: moveOn } = work;
  const prepared = preparedOf(action);
  const presence = await executor.inspect(execution, prepared);
  if (presence === 'present')
    return applied(work, action, 'the agent went away while it was being applied; it was done all the same');
  let text = 'the agent went away before it was done; it is done now';
  if (presence === 'partial')
    text = (await executor.cleanUp(execution, prepared)) ?? 'it was half done, and goes on';
  const event = presence === 'partial' ? 'cleaned-up' : 'resumed';
  const again = await moveOn({ to: 'applying', event, actor: AGENT, text });
  return apply(work, again, prepared, options);
}

async function judge(action: Action, options: AdvanceOptions): Promise<Action> {
  const { outcome, text, verdict } = await options.judge(action);
  if (outcome === 'wait') return action;
  const isUndoable = (action.prepared?.undo.length ?? 0) > 0;
  const isUndone = outcome === 'reverted' && isUndoable;
  const note = outcome === 'reverted' && !isUndoable ? `${text}; there is nothing that takes it back` : text;
  const moved = await move(options.journal, action, options.clock.now(), {
    to: isUndone ? 'reverting' : 'kept',
    event: 'verdict',
    actor: AGENT,
    text: note,
    sql: isUndone ? (action.prepared?.undo ?? []) : [],
    also: { verdict },
  });
  if (moved === null) return (await options.journal.find(action.id)) ?? action;
  return isUndone ? advance(moved, options) : moved;
}

async function revert(work: Work): Promise<Action> {
  const { action, executor, execution, move: moveOn } = work;
  const prepared = preparedOf(action);
  if ((await executor.inspect(execution, prepared)) !== 'absent') {
    try {
      await executor.undo(execution, prepared);
    } catch (error) {
      const code = (error as { readonly code?: string }).code ?? '';
      // It stays to be undone, and is tried again.
      if (error instanceof PgstewardError || PASSING.test(code) || execution.signal.aborted) throw error;
      const text = `could not be taken back: ${error instanceof Error ? error.message : String(error)}`;
      return moveOn({ to: 'failed', event: 'failed', actor: AGENT, text });
    }
  }
  const text = action.undoneBy === null ? 'taken back' : `undone by ${action.undoneBy}`;
  return moveOn({ to: 'reverted', event: 'reverted', actor: AGENT, text, sql: prepared.undo });
}

function preparedOf({ id, prepared }: Action): Prepared {
  if (prepared === null) throw new InternalError(`action ${id} was begun without being prepared`);
  return prepared;
}
