import { parseArgs } from 'node:util';
import type { ContenderName } from '../test/chaos/cache/contenders.ts';
import { type CheckOutcome, checkCache } from '../test/chaos/cache/run.ts';
import { type Figures, printResult } from './lib/report.ts';

/** Long enough for caches to be full again. */
const REST_MS = 4_000;
const PEERS = ['setex', 'bentocache'] as const satisfies ContenderName[];

/**
 * Whether a read of the cache is ever older than it may be: processes read and write through it while Redis is killed,
 * paused and failed over, the worker killed, clocks set wrong and commits held back; every read is judged by the history
 * of commits. The same for a hand-written `setex` and for bentocache. Options: `--minutes 6`, `--peer-minutes 1`,
 * `--reads-per-second 12000`.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      minutes: { type: 'string', default: '6' },
      'peer-minutes': { type: 'string', default: '1' },
      'reads-per-second': { type: 'string', default: '12000' },
    },
  });
  const check = async (contender: ContenderName, minutes: string): Promise<CheckOutcome> => {
    const outcome = await checkCache({
      contender,
      durationMs: Number(minutes) * 60_000,
      restMs: REST_MS,
      readsPerSecond: Number(values['reads-per-second']),
      onFault: (name) => process.stderr.write(`${contender}: ${name}\n`),
    });
    for (const example of outcome.examples) process.stderr.write(`${example}\n`);
    return outcome;
  };
  const ours = await check('ours', values.minutes);
  const peers: Record<string, Figures> = {};
  for (const peer of PEERS) peers[peer] = figuresOf(await check(peer, values['peer-minutes']));
  printResult(
    {
      bench: 'cache-checker',
      figures: figuresOf(ours),
      peers,
      bars: [
        { figure: 'violationsCount', operator: '<=', limit: 0 },
        { figure: 'readsCount', operator: '>=', limit: 1_000_000 },
      ],
      notes: [
        'The peers take no bound on a read; theirs are judged by the same bounds, in fewer reads, without the faults of a worker.',
      ],
    },
    args,
  );
}

function figuresOf(outcome: CheckOutcome): Figures {
  const { readsCount, writesCount, loadRatio, faultsCount, failedReads, violationsCount } = outcome;
  const { violations, worstOutdatedMs } = outcome;
  return {
    readsCount,
    writesCount,
    loadRatio: Number(loadRatio.toFixed(4)),
    faultsCount,
    failedReadsCount: failedReads,
    violationsCount,
    staleReadsCount: violations.stale,
    unreadWritesCount: violations['unread-write'],
    crossedReadsCount: violations.crossed,
    otherViolationsCount: violations.missing + violations.invented,
    worstOutdatedMs: Math.round(worstOutdatedMs),
  };
}
