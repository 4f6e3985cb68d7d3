import { userInfo } from 'node:os';
import type { Command } from 'commander';
import {
  APP_ERRORS,
  addSilence,
  type Configuration,
  dryRunView,
  type Home,
  MEASUREMENTS,
  openTools,
  readAlertConfig,
  readAlertRows,
  ruleRow,
} from '../../../app/index.ts';
import { type ExitCode, failure, parseDuration, systemClock, unwrap } from '../../../kernel/index.ts';
import { renderAlertsText, renderDryRunText, renderRulesText } from '../../../report/index.ts';
import { type CommandContext, type CommonFlags, configure } from '../context.ts';
import { show, withStore } from '../store.ts';

const DAY_MS = 86_400_000;

/** Describes `pgsteward alerts`. */
export function describeAlerts(command: Command): Command {
  return command
    .summary('what fires, and who is told')
    .description(
      'Shows the alerts that the daemon raises and the silences that hold. Rules, channels, routes and windows stand in pgsteward.toml.',
    );
}

/** Describes `pgsteward alerts rules`. */
export function describeAlertRules(command: Command): Command {
  return command
    .summary('list the rules and the measurements that they can look at')
    .description('Lists the rules in force, built-in and of pgsteward.toml, and all measurements.');
}

/** Describes `pgsteward alerts test`. */
export function describeAlertTest(command: Command): Command {
  return command
    .summary('send a test alert through a channel')
    .description('Sends a clearly marked alert that fires and is over at once.')
    .argument('<channel>', 'name of one of [[alert.channels]]');
}

/** Describes `pgsteward alerts dry-run`. */
export function describeAlertDryRun(command: Command): Command {
  return command
    .summary('say when a rule would have fired')
    .description('Runs a rule over the stored history with the same evaluation as in service.')
    .argument('<rule>', 'id of a rule on a measurement')
    .option('--since <duration>', 'how far back', '1d');
}

/** Describes `pgsteward alerts silence`. */
export function describeAlertSilence(command: Command): Command {
  return command
    .summary('tell nobody of some alerts for a while')
    .description('Silences the alerts that match all matchers, from now on.')
    .argument('<matchers...>', 'such as alertname="deadlocks" or target=~"shop-.*"')
    .requiredOption('--for <duration>', 'how long')
    .requiredOption('--comment <text>', 'why');
}

/** Describes `pgsteward alerts unsilence`. */
export function describeAlertUnsilence(command: Command): Command {
  return command
    .summary('end a silence')
    .description('Ends a silence now.')
    .argument('<id>', 'id of the silence');
}

/** Runs `pgsteward alerts`. */
export function runAlertsCommand(context: CommandContext, flags: CommonFlags): Promise<ExitCode> {
  return withStore(context, flags, async (home, configuration) => {
    const config = readAlertConfig(configuration.alertTables, configuration.settings);
    const rows = await readAlertRows({ store: home.store, config, now: systemClock.now() });
    show(context, flags, rows, () => renderAlertsText(rows, context.output));
    return rows.alerts.some(
      ({ status, muted, severity }) => status === 'firing' && muted === null && severity !== 'info',
    )
      ? 4
      : 0;
  });
}

/** Runs `pgsteward alerts rules`. */
export function runAlertRulesCommand(context: CommandContext, flags: CommonFlags): Promise<ExitCode> {
  const { alertTables, settings } = configure(context, flags);
  const rules = readAlertConfig(alertTables, settings).rules.map(ruleRow);
  const measurements = MEASUREMENTS.map(({ name, unit, summary }) => ({ name, unit, summary }));
  show(context, flags, { rules, measurements }, () =>
    renderRulesText({ rules, measurements }, context.output),
  );
  return Promise.resolve(0);
}

/** Runs `pgsteward alerts test`. */
export function runAlertTestCommand(
  context: CommandContext,
  channel: string,
  flags: CommonFlags,
): Promise<ExitCode> {
  return withStore(context, flags, async (home, configuration) => {
    const tools = await toolsOf(home, configuration);
    const { outcome, destination, durationMs } = unwrap(await tools.testFire(channel));
    const answer = outcome.kind === 'delivered' ? '' : `: ${outcome.error}`;
    show(
      context,
      flags,
      { channel, destination, durationMs, ...outcome },
      () => `${outcome.kind} to ${destination} in ${Math.round(durationMs)} ms${answer}`,
    );
    return outcome.kind === 'delivered' ? 0 : 2;
  });
}

/** Runs `pgsteward alerts dry-run`. */
export function runAlertDryRunCommand(
  context: CommandContext,
  rule: string,
  flags: CommonFlags & { readonly since?: string },
): Promise<ExitCode> {
  const sinceMs = durationOf(flags.since ?? '1d', '--since', 'alerts dry-run');
  return withStore(context, flags, async (home, configuration) => {
    const tools = await toolsOf(home, configuration);
    const to = systemClock.now();
    const runs = await tools.dryRun(rule, { from: new Date(to.getTime() - sinceMs), to });
    const views = runs.map((run) => dryRunView(unwrap(run)));
    show(context, flags, views, () => renderDryRunText(views, context.output));
    return 0;
  });
}

/** Runs `pgsteward alerts silence`. */
export function runAlertSilenceCommand(
  context: CommandContext,
  matchers: readonly string[],
  flags: CommonFlags & { readonly for?: string; readonly comment?: string },
): Promise<ExitCode> {
  const forMs = durationOf(flags.for ?? '', '--for', 'alerts silence');
  return withStore(context, flags, async ({ store }) => {
    const endsAt = new Date(systemClock.now().getTime() + forMs);
    const author = userInfo().username;
    const request = { matchers, endsAt, author, comment: flags.comment ?? '' };
    const silence = unwrap(await addSilence({ store, clock: systemClock }, request));
    await store.logAccess({ actor: author, action: 'silence', subject: matchers.join(', ') });
    show(context, flags, silence, () => `silence ${silence.id} until ${endsAt.toISOString()}`);
    return 0;
  });
}

/** Runs `pgsteward alerts unsilence`. */
export function runAlertUnsilenceCommand(
  context: CommandContext,
  id: string,
  flags: CommonFlags,
): Promise<ExitCode> {
  return withStore(context, flags, async ({ store }) => {
    if (!(await store.alerts.expireSilence(id, systemClock.now()))) {
      const reason = `no silence ${id} holds`;
      throw failure(APP_ERRORS.USAGE, { reason, command: 'alerts' });
    }
    await store.logAccess({ actor: userInfo().username, action: 'silence-ended', subject: id });
    show(context, flags, { id, ended: true }, () => `silence ${id} ended`);
    return 0;
  });
}

function toolsOf({ store }: Home, { settings, alertTables }: Configuration): ReturnType<typeof openTools> {
  const config = readAlertConfig(alertTables, settings);
  return openTools({ store, config, settings, clock: systemClock, random: Math.random, watched: [] });
}

function durationOf(text: string, option: string, command: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0 && ms <= 400 * DAY_MS) return ms;
  throw failure(APP_ERRORS.USAGE, {
    reason: `${option} takes a duration such as 2h or 7d, not "${text}"`,
    command,
  });
}
