import { readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  type MarketResearchState,
  mixes,
  recommendedServerSettings,
  runWorkload,
  type WorkloadMix,
  type WorkloadResult,
} from '@pgsteward/market-research';
import { settingDefinitions } from '../packages/agent/src/app/index.ts';
import { computeObjectives } from '../packages/agent/src/diagnose/index.ts';
import { silentProgress, systemClock, unwrap } from '../packages/agent/src/kernel/index.ts';
import { subtract, takeCounters, takeSnapshot } from '../packages/agent/src/observe/index.ts';
import { openSession, parseTarget } from '../packages/agent/src/postgres/index.ts';
import { resolveSettings } from '../packages/agent/src/settings/index.ts';
import { createReference } from './lib/reference.ts';
import { median, printResult } from './lib/report.ts';
import { withServer } from './lib/server.ts';

const STATES: readonly MarketResearchState[] = ['as-found', 'as-tuned'];

/** Operations of several statements: their latency is no statement's. */
const COMPOSITE: ReadonlySet<string> = new Set(['category-page', 'price-preview']);

/** Every statement in the log, with the application in front. */
const LOG_SETTINGS = { log_min_duration_statement: '0', log_line_prefix: 'app=%a ' };
const EXECUTION = /^app=market-research LOG: {2}duration: ([\d.]+) ms {2}(?:execute|statement)/gm;

/** How the driver works the database; rates are operations per second, null as fast as possible. */
const LOADS: readonly { readonly sessions: number; readonly ratePerSecond: number | null }[] = [
  { sessions: 1, ratePerSecond: null },
  { sessions: 2, ratePerSecond: null },
  { sessions: 4, ratePerSecond: null },
  { sessions: 4, ratePerSecond: 50 },
  { sessions: 8, ratePerSecond: null },
];

/** What the driver measured and what the audit made of pg_stat_statements. */
interface Comparison {
  readonly name: string;
  /** p95 that the driver saw. */
  readonly driverMs: number;
  /** p95 of the execution alone, from the server's log of every statement. */
  readonly serverMs: number;
  readonly estimatedMs: number;
}

/**
 * The p95 of the objectives block, estimated from pg_stat_statements over an interval, against two measured in the
 * same interval: the driver's, and that of the server's own log. The driver runs operations of one statement only,
 * not prepared; its latency holds planning, network and its own event loop, none of which pg_stat_statements sees.
 * The log tells executions alone (with planning for the few statements without parameters), so that its error is
 * the estimate's own. Options: `--scale 0.1`, `--seconds 8` for each load.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      scale: { type: 'string', default: '0.1' },
      seconds: { type: 'string', default: '8' },
    },
  });
  const comparisons = new Map<MarketResearchState, readonly Comparison[]>();
  for (const state of STATES) {
    comparisons.set(state, await compareAll(state, Number(values.scale), Number(values.seconds)));
  }
  const all = [...comparisons.values()].flat();
  printResult(
    {
      bench: 'p95',
      figures: {
        ...Object.fromEntries(
          [...comparisons].flatMap(([state, some]) =>
            errorsOf(state === 'as-found' ? 'found' : 'tuned', some),
          ),
        ),
        comparisons: all.length,
      },
      peers: {},
      bars: [],
      notes: all.map(describe),
    },
    args,
  );
}

function describe({ name, driverMs, serverMs, estimatedMs }: Comparison): string {
  const error = (measuredMs: number): string => `${Math.round((estimatedMs / measuredMs - 1) * 100)} %`;
  return [
    name.padEnd(44),
    `estimated ${estimatedMs.toFixed(2)} ms`,
    `server ${serverMs.toFixed(2)} ms (${error(serverMs)})`,
    `driver ${driverMs.toFixed(2)} ms (${error(driverMs)})`,
  ].join('  ');
}

function errorsOf(state: string, comparisons: readonly Comparison[]): readonly (readonly [string, number])[] {
  const errors = (of: (one: Comparison) => number): readonly number[] =>
    comparisons.map((one) => Math.abs(one.estimatedMs / of(one) - 1));
  const driver = errors(({ driverMs }) => driverMs);
  const server = errors(({ serverMs }) => serverMs);
  return [
    [`${state}MedianAbsoluteErrorRatio`, median(driver)],
    [`${state}WorstErrorRatio`, Math.max(...driver)],
    [`${state}ServerMedianAbsoluteErrorRatio`, median(server)],
    [`${state}ServerWorstErrorRatio`, Math.max(...server)],
  ];
}

function compareAll(
  state: MarketResearchState,
  scale: number,
  seconds: number,
): Promise<readonly Comparison[]> {
  const settings = { ...recommendedServerSettings[state], ...LOG_SETTINGS, shared_buffers: '256MB' };
  return withServer(settings, async ({ url, logFile }) => {
    await createReference({ url, scale, seed: 42 }, state);
    const mix = singleStatements(mixes[state]);
    const comparisons: Comparison[] = [];
    for (const load of LOADS) {
      const rate = load.ratePerSecond === null ? 'as fast as possible' : `${load.ratePerSecond}/s`;
      const logStart = statSync(logFile).size;
      const measured = await compare(url, () =>
        runWorkload({ url, ...load, durationMs: seconds * 1000, mix }),
      );
      comparisons.push({
        name: `${state}, ${load.sessions} sessions, ${rate}`,
        ...measured,
        serverMs: quantile(readExecutionsMs(logFile, logStart), 0.95),
      });
    }
    return comparisons;
  });
}

/** Reads how long each statement of the driver took to execute, from where the log was this many bytes long. */
function readExecutionsMs(logFile: string, start: number): readonly number[] {
  const text = readFileSync(logFile).subarray(start).toString('utf8');
  return [...text.matchAll(EXECUTION)].map((match) => Number(match[1]));
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;
}

/** Observes a workload as an audit does whose interval it fills. */
async function compare(
  url: string,
  work: () => Promise<WorkloadResult>,
): Promise<Pick<Comparison, 'driverMs' | 'estimatedMs'>> {
  const settings = unwrap(resolveSettings(settingDefinitions, {}));
  const options = { settings, clock: systemClock, onProgress: silentProgress };
  const session = await openSession(unwrap(parseTarget(url, {})), {
    connectTimeoutMs: 5_000,
    lockTimeoutMs: 200,
  });
  try {
    const snapshot = await takeSnapshot(session, options);
    const { total } = await work();
    const interval = subtract(snapshot.sections, await takeCounters(session, options));
    const p95 = computeObjectives({ snapshot, interval, plans: null }, settings).find(
      ({ id }) => id === 'objective/p95',
    );
    if (typeof p95?.actual !== 'number') throw new Error(`no estimate: ${p95?.method}`);
    if (!p95.method.includes('in the last')) throw new Error(`not of the interval: ${p95.method}`);
    return { driverMs: total.p95Ms, estimatedMs: p95.actual };
  } finally {
    await session.close();
  }
}

function singleStatements(mix: WorkloadMix): WorkloadMix {
  return Object.fromEntries(Object.entries(mix).filter(([name]) => !COMPOSITE.has(name)));
}
