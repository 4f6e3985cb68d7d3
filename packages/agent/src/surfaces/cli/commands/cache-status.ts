import type { Command } from 'commander';
import { findHome, runCacheStatus } from '../../../app/index.ts';
import { type ExitCode, systemClock } from '../../../kernel/index.ts';
import { type CacheStatusReport, renderCacheStatusText } from '../../../report/index.ts';
import { type CommandContext, type CommonFlags, configure, targetOf } from '../context.ts';
import { requireOneOf } from './audit.ts';

/** What `--fail-on` takes: only a level that is missed, or one that cannot be told as well. */
const FAILURES = ['missed', 'unknown'] as const;

interface StatusFlags extends CommonFlags {
  readonly target?: string;
  readonly redis?: string;
  readonly metrics?: readonly string[];
  readonly history?: boolean;
  readonly failOn?: (typeof FAILURES)[number];
}

/** Describes `pgsteward cache status`. */
export function describeCacheStatus(command: Command): Command {
  return command
    .summary('how the cache does against its objective, and where it loses')
    .description(
      'Reads INFO of the Redis before a target, and what the caches of the application export; compares the hit ratio with ' +
        'objective.cache-hit.ratio, over the last day where the daemon watched. Reads no key, and nothing of the target.',
    )
    .argument('[url]', 'connection URL of the target; without it --target, DATABASE_URL or the PG* variables')
    .option('--target <name>', 'a [target.NAME] of the configuration file')
    .option('--redis <url>', 'Redis to look at (cache.redis-url)')
    .option('--metrics <urls...>', 'where processes export the metrics of the cache (cache.metrics-urls)')
    .option('--no-history', "leave the daemon's history out")
    .option(
      '--fail-on <what>',
      'exit with 4 when the objective is missed, or (unknown) when it cannot be told either: missed, unknown',
    );
}

/** Runs `pgsteward cache status`. */
export async function runCacheStatusCommand(
  context: CommandContext,
  url: string | undefined,
  flags: StatusFlags,
): Promise<ExitCode> {
  if (flags.failOn !== undefined) {
    requireOneOf({ command: 'cache status', option: '--fail-on' }, flags.failOn, FAILURES);
  }
  const configuration = configure(context, flags, {
    flags: [
      { option: '--redis', key: 'cache.redis-url', value: flags.redis },
      { option: '--metrics', key: 'cache.metrics-urls', value: flags.metrics?.join(',') },
    ].flatMap(({ value, ...one }) => (value === undefined ? [] : [{ ...one, value }])),
  });
  const target = targetOf(context, configuration, url, flags.target);
  const { environment, signal, output } = context;
  const home =
    flags.history === false
      ? null
      : await findHome({ settings: configuration.settings, environment, clock: systemClock, signal });
  let report: CacheStatusReport;
  try {
    report = await runCacheStatus(target.name, {
      settings: configuration.settingsOf(target.name),
      store: home?.store ?? null,
      clock: systemClock,
      signal,
    });
  } finally {
    await home?.close();
  }
  output.data(
    flags.json === true
      ? JSON.stringify(report, null, 2)
      : renderCacheStatusText(report, { color: output.color, width: output.width }),
  );
  const { met } = report.objective;
  const isHit = flags.failOn === 'unknown' ? met !== true : flags.failOn === 'missed' && met === false;
  return isHit ? 4 : 0;
}
