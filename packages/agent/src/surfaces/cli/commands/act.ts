import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import {
  ACT_ERRORS,
  type Action,
  APP_ERRORS,
  actingTarget,
  actionRow,
  approveAction,
  type Configuration,
  carryOut,
  findAction,
  type Home,
  mintToken,
  OPEN_STATES,
  postponeAction,
  proposeStatements,
  rankByDiagnosis,
  readActions,
  readLedger,
  rejectAction,
  undoAction,
} from '../../../app/index.ts';
import { type ExitCode, failure, systemClock, unwrap } from '../../../kernel/index.ts';
import type { ConnectionTarget } from '../../../postgres/index.ts';
import { renderActionsText, renderActionText, renderLedgerText } from '../../../report/index.ts';
import type { Settings } from '../../../settings/index.ts';
import { type CommandContext, type CommonFlags, targetOf } from '../context.ts';
import type { Output } from '../output.ts';
import { createProgressBar } from '../progress.ts';
import { show, withStore } from '../store.ts';

interface ApplyFlags extends CommonFlags {
  readonly sql?: readonly string[];
  readonly url?: string;
  readonly target?: string;
  readonly yes?: boolean;
  readonly confirm?: string;
}

/** Kinds that take something away: naming the target is asked for, `--yes` is not enough. */
const DESTRUCTIVE: ReadonlySet<string> = new Set(['drop-index', 'end-session']);

/** Describes `pgsteward apply`. */
export function describeApply(command: Command): Command {
  return command
    .summary('apply a remedy, with its undo written down first')
    .description(
      'Without an id, lists what is proposed, waits or is under way, the largest gain first. With an id, shows what ' +
        'would run, why, its expected effect, risk and undo, asks, and applies it with the acting role. What it did is ' +
        'verified by `pgsteward serve`, which takes it back by itself when it harmed.',
    )
    .argument('[id]', 'id of an action')
    .option('--sql <statement...>', 'propose and apply these statements instead, one each')
    .option('--url <url>', 'connection URL of the target')
    .option('--target <name>', 'target of the configuration file')
    .option('--yes', 'do not ask')
    .option(
      '--confirm <target>',
      'name of the target: needed to drop an index or to end a session without a terminal',
    );
}

/** Describes `pgsteward approve`. */
export function describeApprove(command: Command): Command {
  return command
    .summary('let the daemon apply an action, or make a token with which a program may')
    .description(
      'Approves a proposed action: the daemon applies it. With --token nothing is approved yet: the token that is ' +
        'printed lets its holder approve this one action, as it reads now, once, within act.token-ms.',
    )
    .argument('<id>', 'id of an action')
    .option('--token', 'print a token instead')
    .option('--postpone', 'not now, in the next window of act.windows');
}

/** Describes `pgsteward reject`. */
export function describeReject(command: Command): Command {
  return command
    .summary('turn an action down')
    .description('Turns down an action that was not begun. It is not proposed again for a week.')
    .argument('<id>', 'id of an action')
    .requiredOption('--reason <text>', 'why');
}

/** Describes `pgsteward undo`. */
export function describeUndo(command: Command): Command {
  return command
    .summary('take an applied action back')
    .description(
      'Shows the undo that was read from the database before the action changed it, asks, and runs it with the acting role.',
    )
    .argument('<id>', 'id of an action')
    .option('--url <url>', 'connection URL of the target')
    .option('--target <name>', 'target of the configuration file')
    .option('--yes', 'do not ask');
}

/** Describes `pgsteward ledger`. */
export function describeLedger(command: Command): Command {
  return command
    .summary('everything that was proposed, approved, applied, measured and undone')
    .description(
      'Prints the ledger, oldest first; it can only grow, and its entries vouch for one another by their hashes.',
    )
    .argument('[id]', 'only of this action')
    .option('--check', 'look whether every entry is as it was written')
    .option('--limit <count>', 'last entries', '100');
}

/** Runs `pgsteward apply`. */
export function runApplyCommand(
  context: CommandContext,
  id: string | undefined,
  flags: ApplyFlags,
): Promise<ExitCode> {
  return withStore(context, flags, async (home, configuration) => {
    if (id === undefined && flags.sql === undefined) {
      const view = await readActions({ ...home, ...inForce(configuration) });
      const actions = await rankByDiagnosis(home.store, view.actions);
      const text = () => renderActionsText(actions.filter(isOpen), context.output);
      show(context, flags, { ...view, actions }, text);
      return 0;
    }
    const known = flags.sql === undefined ? unwrap(await findAction(home.store, id ?? '')) : null;
    const place = placeOf({ context, flags, configuration }, known, 'apply');
    const action = known ?? unwrap(await proposeSql(home, place, flags.sql ?? []));
    if (flags.json !== true) context.output.data(renderActionText(actionRow(action), context.output));
    await consent(context, flags, {
      command: 'apply',
      target: action.target,
      isDestructive: DESTRUCTIVE.has(action.change.kind),
      remains: known === null ? `; action ${action.id} stays proposed` : '',
    });
    // Who agreed stands in the ledger, also where the policy had agreed before.
    const isWaiting = action.state === 'proposed' || action.state === 'approved';
    const { settings } = place;
    const options = { store: home.store, settings, clock: systemClock };
    const approved = isWaiting ? unwrap(await approveAction(options, action.id, { actor: user() })) : action;
    return finish({ context, flags, home }, approved, place);
  });
}

function proposeSql({ store }: Home, { settings, target }: Place, statements: readonly string[]) {
  const given = { target: target.name, statements, why: 'asked for on the command line', by: user() };
  return proposeStatements({ store, settings, clock: systemClock }, given);
}

/** Runs `pgsteward approve`. */
export function runApproveCommand(
  context: CommandContext,
  id: string,
  flags: CommonFlags & { readonly token?: boolean; readonly postpone?: boolean },
): Promise<ExitCode> {
  return withStore(context, flags, async (home, configuration) => {
    const { target } = unwrap(await findAction(home.store, id));
    // Each target has windows and policies of its own.
    const options = { ...home, settings: configuration.settingsOf(target), clock: systemClock };
    if (flags.token === true) {
      const minted = unwrap(await mintToken(options, id, user()));
      show(context, flags, minted, () => minted.token);
      context.output.note(`holds until ${minted.expiresAt.toISOString()}, for action ${id} alone`);
      return 0;
    }
    const action = unwrap(
      flags.postpone === true
        ? await postponeAction(options, id, user())
        : await approveAction(options, id, { actor: user() }),
    );
    show(context, flags, actionRow(action), () => renderActionText(actionRow(action), context.output));
    return 0;
  });
}

/** Runs `pgsteward reject`. */
export function runRejectCommand(
  context: CommandContext,
  id: string,
  flags: CommonFlags & { readonly reason?: string },
): Promise<ExitCode> {
  return withStore(context, flags, async (home) => {
    const action = unwrap(await rejectAction(home.store, id, { ...decision(), reason: flags.reason ?? '' }));
    show(context, flags, actionRow(action), () => renderActionText(actionRow(action), context.output));
    return 0;
  });
}

/** Runs `pgsteward undo`. */
export function runUndoCommand(context: CommandContext, id: string, flags: ApplyFlags): Promise<ExitCode> {
  return withStore(context, flags, async (home, configuration) => {
    const known = unwrap(await findAction(home.store, id));
    const place = placeOf({ context, flags, configuration }, known, 'undo');
    if (flags.yes !== true && flags.json !== true) {
      context.output.data(renderActionText(actionRow(known), context.output));
      context.output.note('what stands under undo is what runs');
    }
    await consent(context, flags, {
      command: 'undo',
      target: known.target,
      isDestructive: false,
      remains: '',
    });
    const action = unwrap(await undoAction(home.store, id, decision()));
    return finish({ context, flags, home }, action, place);
  });
}

/** Runs `pgsteward ledger`. */
export function runLedgerCommand(
  context: CommandContext,
  id: string | undefined,
  flags: CommonFlags & { readonly check?: boolean; readonly limit?: string },
): Promise<ExitCode> {
  return withStore(context, flags, async ({ store }) => {
    if (flags.check === true) return showCheck(context, flags, await store.actions.checkLedger());
    const limit = Number(flags.limit ?? 100);
    if (!Number.isInteger(limit) || limit < 1) {
      throw failure(APP_ERRORS.USAGE, {
        reason: `--limit takes a number, not "${flags.limit}"`,
        command: 'ledger',
      });
    }
    const entries = await readLedger(store, { limit, ...(id === undefined ? {} : { actionId: id }) });
    if (id !== undefined && entries.length === 0) throw failure(ACT_ERRORS.NOT_FOUND, { id });
    show(context, flags, entries, () => renderLedgerText(entries, context.output));
    return 0;
  });
}

function showCheck(
  context: CommandContext,
  flags: CommonFlags,
  check: Awaited<ReturnType<Home['store']['actions']['checkLedger']>>,
): ExitCode {
  const { broken, entriesCount, head } = check;
  show(context, flags, check, () =>
    broken === null
      ? `${entriesCount} entries, each as it was written; head ${head}`
      : `entry ${broken.number} ${broken.why}`,
  );
  return broken === null ? 0 : 4;
}

/** Where an action is carried out, and by whom. */
interface Place {
  readonly target: ConnectionTarget;
  readonly actingTarget: ConnectionTarget;
  /** In force for the target. */
  readonly settings: Settings;
}

/**
 * Finds where to act before anything is proposed, approved or asked for: what is refused here has left nothing behind
 * that a daemon would carry out later.
 * @param action the one that is known already; null for one that is yet to be proposed
 * @throws ACT.NO_ACTING_ROLE, APP.USAGE when another target is meant than the action's
 */
function placeOf(
  {
    context,
    flags,
    configuration,
  }: Pick<Finishing, 'context' | 'flags'> & { readonly configuration: Configuration },
  action: Action | null,
  command: string,
): Place {
  const named = flags.target ?? (action === null ? undefined : configuredName(configuration, action));
  const target = targetOf(context, configuration, flags.url, named);
  if (action !== null && target.name !== action.target) {
    const reason = `action ${action.id} is for ${action.target}, not for ${target.name}; give its --url or --target`;
    throw failure(APP_ERRORS.USAGE, { reason, command });
  }
  const settings = configuration.settingsOf(target.name);
  const acting = unwrap(actingTarget(settings, target.name, context.environment));
  if (acting === null) throw failure(ACT_ERRORS.NO_ACTING_ROLE, { target: target.name });
  return { target, actingTarget: acting, settings };
}

interface Finishing {
  readonly context: CommandContext;
  readonly flags: ApplyFlags;
  readonly home: Home;
}

/** Carries an action out here and now. */
async function finish(
  { context, flags, home }: Finishing,
  action: Action,
  { target, actingTarget: acting, settings }: Place,
): Promise<ExitCode> {
  const progress = createProgressBar(process.stderr, flags.quiet === true);
  const done = await carryOut(action, {
    store: home.store,
    settings,
    clock: systemClock,
    target,
    actingTarget: acting,
    onProgress: progress.listener,
    signal: context.signal,
  }).finally(() => progress.end());
  show(context, flags, actionRow(done), () => `${done.id} is ${done.state}: ${done.note}`);
  if (done.state === 'verifying')
    context.output.note('`pgsteward serve` measures what it changed, and takes it back when it harmed');
  return done.state === 'failed' || done.state === 'approved' ? 2 : 0;
}

/** What a person is asked before anything runs. */
interface Question {
  readonly command: 'apply' | 'undo';
  readonly target: string;
  /** Asks for the name of the target instead of a yes. */
  readonly isDestructive: boolean;
  /** What is left where the person does not agree: a part of the refusal. */
  readonly remains: string;
}

/** @throws APP.USAGE when the person does not agree */
async function consent({ output }: CommandContext, flags: ApplyFlags, question: Question): Promise<void> {
  const { command, target, isDestructive, remains } = question;
  if (flags.confirm !== undefined && flags.confirm !== target) {
    refuse(command, `--confirm names ${flags.confirm}, the action is for ${target}${remains}`);
  }
  if (flags.confirm !== undefined || (!isDestructive && flags.yes === true)) return;
  if (process.stdin.isTTY !== true) {
    const reason = isDestructive
      ? `this needs --confirm ${target}`
      : 'there is no terminal to ask on; give --yes';
    refuse(command, `${reason}${remains}`);
  }
  const wanted = isDestructive ? target : 'yes';
  if (!(await isAgreed(output, wanted))) refuse(command, `not agreed: nothing was changed${remains}`);
}

async function isAgreed(output: Output, wanted: string): Promise<boolean> {
  output.note(`type ${wanted} to go on`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question('> ').finally(() => lines.close());
  return answer.trim() === wanted;
}

function refuse(command: string, reason: string): never {
  throw failure(APP_ERRORS.USAGE, { reason, command });
}

function configuredName({ targets }: Configuration, { target }: Action): string | undefined {
  return targets.has(target) ? target : undefined;
}

function isOpen({ state }: { readonly state: string }): boolean {
  return OPEN_STATES.some((open) => open === state);
}

function inForce({ settings }: Configuration) {
  return { settings, clock: systemClock };
}

function user(): string {
  return userInfo().username;
}

function decision(): { readonly actor: string; readonly now: Date } {
  return { actor: user(), now: systemClock.now() };
}
