import type { Command } from 'commander';
import {
  APP_ERRORS,
  type CacheWorker,
  outboxSql,
  startCacheWorker,
  type WorkerWish,
} from '../../../app/index.ts';
import { type ExitCode, escapeControls, failure, formatDuration } from '../../../kernel/index.ts';
import { aborted, type CommandContext, type CommonFlags, configure, targetOf } from '../context.ts';

interface WorkerFlags extends CommonFlags {
  readonly target?: string;
  readonly redis?: string;
  readonly namespace?: string;
  readonly mode?: string;
  readonly tables?: readonly string[];
  readonly slot?: string;
  readonly publication?: string;
  readonly schema?: string;
  readonly printOutboxSql?: boolean;
  readonly printRemoveSql?: boolean;
}

const STATUS_EVERY_MS = 10_000;

/** Describes `pgsteward cache worker`. */
export function describeCacheWorker(command: Command): Command {
  return command
    .summary('turn what the target commits into invalidations')
    .description(
      'Listens to the change stream of a target (wal_level = logical), or to an outbox of triggers, and invalidates what ' +
        'the caches of a namespace hold of it, until it is stopped. Makes its publication and its replication slot.',
    )
    .argument('[url]', 'connection URL; without it --target, DATABASE_URL or the PG* variables')
    .option('--target <name>', 'a [target.NAME] of the configuration file')
    .option('--namespace <name>', 'of the caches')
    .option('--redis <url>', 'Redis that they share (cache.redis-url)')
    .option('--mode <mode>', 'cdc or outbox', 'cdc')
    .option('--tables <names...>', 'only these; by default all that can be published')
    .option('--slot <name>', 'replication slot (default: pgcache_ and the namespace)')
    .option('--publication <name>', 'publication (default: as the slot)')
    .option('--schema <name>', 'schema of the outbox', 'public')
    .option('--print-outbox-sql', 'print the SQL that makes the outbox of --tables, and end')
    .option('--print-remove-sql', 'print the SQL that removes the outbox, and end');
}

/** Runs `pgsteward cache worker`. */
export async function runCacheWorkerCommand(
  context: CommandContext,
  url: string | undefined,
  flags: WorkerFlags,
): Promise<ExitCode> {
  const redis =
    flags.redis === undefined ? [] : [{ option: '--redis', key: 'cache.redis-url', value: flags.redis }];
  const configuration = configure(context, flags, { flags: redis });
  const target = targetOf(context, configuration, url, flags.target);
  const surroundings = { settings: configuration.settingsOf(target.name), signal: context.signal };
  if (flags.printOutboxSql === true || flags.printRemoveSql === true) {
    const kind = flags.printOutboxSql === true ? 'install' : 'remove';
    const { tables = [], schema = 'public' } = flags;
    if (kind === 'install' && tables.length === 0) throw usage('--print-outbox-sql needs --tables');
    context.output.data(await outboxSql(target, { kind, tables, schema }, surroundings));
    return 0;
  }
  const running = await startCacheWorker(target, wishOf(flags), surroundings);
  try {
    await report(context, running, flags.json === true);
  } finally {
    await running.close();
  }
  return 0;
}

function wishOf(flags: WorkerFlags): WorkerWish {
  const { namespace, mode, tables, slot, publication, schema } = flags;
  if (namespace === undefined) throw usage('--namespace is missing: that of the caches');
  if (mode !== 'cdc' && mode !== 'outbox') throw usage(`--mode takes cdc or outbox, not "${mode}"`);
  return {
    namespace,
    mode,
    ...(tables === undefined ? {} : { tables }),
    ...(slot === undefined ? {} : { slot }),
    ...(publication === undefined ? {} : { publication }),
    ...(schema === undefined ? {} : { schema }),
  };
}

/** Tells what happens until the command is stopped: lines of JSON on stdout, or notes on stderr. */
async function report(
  { output, signal }: CommandContext,
  { worker }: CacheWorker,
  isJson: boolean,
): Promise<void> {
  const tell = (event: string, detail: object, text: string): void => {
    const at = new Date().toISOString();
    if (isJson) output.data(JSON.stringify({ event, at, ...detail }));
    else output.note(`${at} ${escapeControls(text)}`);
  };
  const status = (): void => {
    const { withoutRowTags, lastError, ...now } = worker.status();
    const age = now.watermarkAgeMs === null ? 'none yet' : `${formatDuration(now.watermarkAgeMs)} old`;
    const text = `${now.state}: ${now.transactions} transactions, ${now.tags} tags, watermark ${age}`;
    tell('status', { ...now, withoutRowTags, lastError: lastError?.message ?? null }, text);
  };
  let lastTrouble = '';
  worker.on('state', ({ state, reason }) =>
    tell('state', { state, reason }, reason === null ? state : `${state}: ${reason}`),
  );
  worker.on('reset', ({ reason }) =>
    tell('reset', { reason }, `all of the namespace was invalidated: ${reason}`),
  );
  worker.on('altered', ({ tables }) => tell('altered', { tables }, `${tables.length} tables were altered`));
  const uncovered = (one: { readonly table: string; readonly reason: string }): void =>
    tell('uncovered', one, `nobody hears of ${one.table}: ${one.reason}`);
  worker.on('uncovered', uncovered);
  worker.on('alarm', (slot) =>
    tell('alarm', slot, `the slot ${slot.slot} holds ${slot.retainedBytes} bytes of log back`),
  );
  worker.on('trouble', ({ error: { code, message, why } }) => {
    // An outage is one trouble, however often it is met.
    if (message === lastTrouble) return;
    lastTrouble = message;
    tell('trouble', { code, message, why }, `${message}: ${why}`);
  });
  status();
  // What was found at its start was told before anybody listened.
  for (const one of worker.status().uncovered) uncovered(one);
  const timer = setInterval(status, STATUS_EVERY_MS);
  await aborted(signal);
  clearInterval(timer);
  // Before its connections are gone.
  status();
}

function usage(reason: string): Error {
  return failure(APP_ERRORS.USAGE, { reason, command: 'cache worker' });
}
