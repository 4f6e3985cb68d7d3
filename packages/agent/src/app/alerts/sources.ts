import type {
  ErrorBudgetSource,
  FindingSource,
  FindingsReading,
  MeasurementSource,
  Reading,
  Sources,
} from '../../alert/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { AuditReport } from '../../report/index.ts';
import type { KindName } from '../../series/index.ts';
import type { History, Store, TargetHistory, Totals } from '../../store/index.ts';
import { MEASUREMENTS, type Measurement } from './measurements.ts';
import { readingsOf } from './read-measurements.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** What was read this long ago is as good as now. */
const FRESH_MS = 4_000;
/** Totals over a window are read again after this share of it. */
const WINDOW_SHARE = 1 / 120;

/**
 * Looks at the history for alerts: all targets that anybody has watched in the last day.
 * @param watched names of the targets that this agent watches, whether or not they ever answered
 */
export function createSources(store: Store, watched: readonly string[], clock: Clock): Sources {
  const targets = createTargets(store, watched, clock);
  return {
    measurements: measurementSource(store, targets, clock),
    findings: findingSource(store, targets),
    budgets: budgetSource(store, clock),
  };
}

type Targets = () => Promise<readonly string[]>;

function createTargets(store: Store, watched: readonly string[], clock: Clock): Targets {
  const read = async (): Promise<readonly string[]> => {
    const sinceMs = clock.now().getTime() - DAY_MS;
    const known = await store.targets();
    const alive = await Promise.all(
      known.map(async ({ name }) => {
        const span = await (await store.target(name)).span('probe');
        return span !== null && span.toMs >= sinceMs ? [name] : [];
      }),
    );
    return [...new Set([...watched, ...alive.flat()])];
  };
  const cache = createCache<readonly string[]>(clock);
  return () => cache('targets', MINUTE_MS, read);
}

function measurementSource(store: Store, targets: Targets, clock: Clock): MeasurementSource {
  const cache = createCache<History>(clock);
  const recent = async (target: string, kind: KindName): Promise<History> =>
    cache(JSON.stringify([target, kind]), FRESH_MS, async () => {
      const toMs = clock.now().getTime();
      const range = { fromMs: toMs - (LOOK_BACK.get(kind) ?? 0), toMs };
      return (await store.target(target)).history({ kind, range, resolution: 'raw' });
    });
  return {
    targets,
    async latest(name) {
      const measurement = BY_NAME.get(name);
      if (measurement === undefined) return [];
      const read = async (target: string): Promise<readonly Reading[]> => {
        const history = await recent(target, measurement.kind);
        const last = history.axis.atMs.length - 1;
        return last < 0 ? [] : readingsOf(measurement, target, { history, from: last });
      };
      return (await Promise.all((await targets()).map(read))).flat();
    },
    async range(name, from, to) {
      const measurement = BY_NAME.get(name);
      if (measurement === undefined) return [];
      const read = async (target: string): Promise<readonly Reading[]> =>
        readRange(await store.target(target), target, { measurement, from, to });
      return (await Promise.all((await targets()).map(read))).flat();
    },
  };
}

const BY_NAME: ReadonlyMap<string, Measurement> = new Map(MEASUREMENTS.map((one) => [one.name, one]));

/** How far back each kind is read: the longest that one of its measurements needs. */
const LOOK_BACK: ReadonlyMap<KindName, number> = new Map(
  MEASUREMENTS.map(({ kind }) => [
    kind,
    Math.max(
      ...MEASUREMENTS.filter((one) => one.kind === kind).map((one) => Math.max(one.lookBackMs, one.windowMs)),
    ),
  ]),
);

async function readRange(
  history: TargetHistory,
  target: string,
  options: { readonly measurement: Measurement; readonly from: Date; readonly to: Date },
): Promise<readonly Reading[]> {
  const { measurement, from, to } = options;
  const before = Math.max(measurement.windowMs, measurement.lookBackMs);
  const range = { fromMs: from.getTime() - before, toMs: to.getTime() };
  const read = await history.history({ kind: measurement.kind, range });
  const first = read.axis.atMs.findIndex((atMs) => atMs >= from.getTime());
  return first < 0 ? [] : readingsOf(measurement, target, { history: read, from: first });
}

function findingSource(store: Store, targets: Targets): FindingSource {
  return {
    async latest() {
      const read = async (target: string): Promise<readonly FindingsReading[]> => {
        const diagnosis = await (await store.target(target)).diagnosis();
        if (diagnosis === null) return [];
        const { findings } = diagnosis.report as AuditReport;
        return [{ target, at: diagnosis.takenAt, findings }];
      };
      return (await Promise.all((await targets()).map(read))).flat();
    },
  };
}

function budgetSource(store: Store, clock: Clock): ErrorBudgetSource {
  const cache = createCache<Totals>(clock);
  return {
    async errorBudget(objective, target, windowMs, now) {
      const totals = await cache(JSON.stringify([target, windowMs]), windowMs * WINDOW_SHARE, async () => {
        const toMs = now.getTime();
        return (await store.target(target)).totals('objective', { fromMs: toMs - windowMs, toMs });
      });
      const values = totals.series.find(({ key }) => key[0] === objective)?.values;
      if (values === undefined || (values['total'] ?? 0) === 0) return null;
      return { badEvents: values['bad'] ?? 0, totalEvents: values['total'] ?? 0 };
    },
  };
}

type Cache<T> = (key: string, freshMs: number, read: () => Promise<T>) => Promise<T>;

/** Remembers what was read for a while; a reading that failed is not remembered. */
function createCache<T>(clock: Clock): Cache<T> {
  const known = new Map<string, { readonly readMs: number; readonly value: Promise<T> }>();
  return (key, freshMs, read) => {
    const nowMs = clock.monotonicMs();
    const before = known.get(key);
    if (before !== undefined && nowMs - before.readMs < freshMs) return before.value;
    const value = read();
    known.set(key, { readMs: nowMs, value });
    value.catch(() => known.delete(key));
    return value;
  };
}
