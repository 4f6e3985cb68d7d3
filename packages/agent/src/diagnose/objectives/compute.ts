import { formatCount, formatDuration } from '../../kernel/index.ts';
import type { Observation } from '../../observe/index.ts';
import type { Settings } from '../../settings/index.ts';
import { blockReads } from '../block-reads.ts';
import { minimumIntervalSetting } from '../observed-since.ts';
import { tableScans } from '../table-scans.ts';
import { estimateLatencyQuantile } from './latency-quantile.ts';
import { latencyWindow } from './latency-window.ts';
import { OBJECTIVE_SETTINGS } from './settings.ts';
import type { Objective } from './types.ts';

/** What stands in for a number: how it was found, or why it was not. */
interface Measured {
  readonly actual: number | null;
  readonly method: string;
}

/** Tells where the target stands against each service level. */
export function computeObjectives(observation: Observation, settings: Settings): readonly Objective[] {
  const latency = measureP95(observation, settings);
  const p95Target = settings.get(OBJECTIVE_SETTINGS.p95);
  return [
    share('buffer-hit', settings.get(OBJECTIVE_SETTINGS.bufferHit), measureBufferHit(observation, settings)),
    share('index-scan', settings.get(OBJECTIVE_SETTINGS.indexScan), measureIndexScan(observation, settings)),
    {
      id: 'objective/p95',
      target: p95Target,
      unit: 'ms',
      met: latency.actual === null ? null : latency.actual <= p95Target,
      ...latency,
    },
    share('availability', settings.get(OBJECTIVE_SETTINGS.availability), {
      actual: null,
      method: 'unknown without history: a single look cannot tell when the target did not answer',
    }),
  ];
}

function share(name: string, target: number, measured: Measured): Objective {
  const met = measured.actual === null ? null : measured.actual >= target;
  return { id: `objective/${name}`, target, unit: 'ratio', met, ...measured };
}

function measureBufferHit(observation: Observation, settings: Settings): Measured {
  const reads = blockReads(observation, settings.get(minimumIntervalSetting));
  if (reads === null) return unreadable(observation.snapshot.sections.tables);
  const blocks = reads.hitBlocks + reads.readBlocks;
  if (reads.hitRatio === null || blocks < settings.get(OBJECTIVE_SETTINGS.bufferHitBlocks)) {
    return { actual: null, method: `only ${formatCount(blocks)} blocks were asked for: too few to tell` };
  }
  const what = reads.source === 'interval' ? 'blocks of the database' : 'blocks of tables and indexes';
  return {
    actual: reads.hitRatio,
    method: `share of ${formatCount(blocks)} ${what} found in shared buffers, ${reads.observed}`,
  };
}

function measureIndexScan(observation: Observation, settings: Settings): Measured {
  const { tables } = observation.snapshot.sections;
  if (tables.status !== 'ok') return unreadable(tables);
  const minimumRows = settings.get(OBJECTIVE_SETTINGS.indexScanRows);
  const scans = tableScans(tables.data, minimumRows);
  const which = `tables of ${formatCount(minimumRows)} rows and more`;
  const count = scans.indexScans + scans.sequentialScans;
  if (scans.indexScanRatio === null || count < settings.get(OBJECTIVE_SETTINGS.indexScanScans)) {
    return { actual: null, method: `only ${formatCount(count)} scans of ${which}: too few to tell` };
  }
  return {
    actual: scans.indexScanRatio,
    method: `share of ${formatCount(count)} scans of ${which} that used an index, since the counters began`,
  };
}

function measureP95(observation: Observation, settings: Settings): Measured {
  const { statements } = observation.snapshot.sections;
  if (statements.status !== 'ok') return unreadable(statements);
  const window = latencyWindow(
    observation,
    statements.data,
    settings.get(OBJECTIVE_SETTINGS.p95MinimumCalls),
  );
  const actual = estimateLatencyQuantile(window.samples, 0.95);
  if (actual === null) return { actual, method: 'pg_stat_statements has counted no statement yet' };
  const when =
    window.source === 'interval'
      ? `in the last ${formatDuration(observation.interval?.durationMs ?? 0)}`
      : 'since pg_stat_statements began';
  return {
    actual,
    method: `execution time on the server, estimated from mean and deviation of ${formatCount(window.samples.length)} statements (${formatCount(
      window.calls,
    )} calls ${when}), each a log-normal between its fastest and slowest call, weighted by calls; utility statements and pgsteward's own left out`,
  };
}

function unreadable(section: {
  readonly status: string;
  readonly reason?: string;
  readonly remedy?: string;
}): Measured {
  return {
    actual: null,
    method: `unknown: ${section.reason ?? 'not read'}; ${section.remedy ?? 'try again'}`,
  };
}
