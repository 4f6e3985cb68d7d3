import { type Plan, planNodes, readPlan } from '../../planner/index.ts';
import {
  openPlanningConnection,
  POSTGRES_SETTINGS,
  type TargetPlanningConnection,
} from '../../postgres/index.ts';
import type { StoredEvent } from '../../series/index.ts';
import type { StoredPlan, TargetHistory } from '../../store/index.ts';
import { explainStatement } from '../../whatif/index.ts';
import type { Connection } from '../watch/connection.ts';
import type { Outbox } from '../watch/outbox.ts';
import type { Round } from '../watch/rounds.ts';
import { WATCH_SETTINGS } from '../watch/settings.ts';
import type { WatchOptions } from '../watch/types.ts';
import { hashOfPlan } from './hash-of-plan.ts';
import { causeOfChange, type TableChange } from './plan-cause.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Time in which what was read is stored. */
const STORED_MS = 2_000;
/** Statements that have a plan. */
const PLANNABLE = /^\s*(\(\s*)*(select|with|insert|update|delete|merge|values)\b/i;

/** Looks at the plans of the statements that take most time, and notices which of them changed and why. */
export function planRound(options: WatchOptions, outbox: Outbox, sessions: Connection): Round {
  const { settings, store, target, clock } = options;
  return {
    id: 'plans',
    everyMs: settings.get(WATCH_SETTINGS.plansEveryMs),
    async run() {
      const most = settings.get(WATCH_SETTINGS.plannedStatements);
      const versionNumber = sessions.capabilities?.versionNumber;
      if (most === 0 || versionNumber === undefined) return null;
      const work = await readWork(options, most).catch(reasonOf);
      if (typeof work === 'string') return `the history could not be read: ${work}`;
      const connection = await openPlanningConnection(target, {
        connectTimeoutMs: settings.get(POSTGRES_SETTINGS.connectTimeoutMs),
      });
      const seen = await planAll(connection, versionNumber, work.texts).finally(() => connection.close());
      const at = clock.now();
      if (seen.some(({ fingerprint, hash }) => isOther(work.known.get(fingerprint), hash))) {
        // What changed a plan is seen by the other collectors, a round of theirs later.
        await clock.sleep(1.5 * settings.get(WATCH_SETTINGS.countersEveryMs) + STORED_MS, options.signal);
      }
      const history = await store.target(target.name);
      const nowMs = clock.now().getTime();
      outbox.put([], await changesOf({ history, seen, known: work.known, at, nowMs }).catch(() => []));
      outbox.putPlans(seen.map((one) => storedPlan(one, at, work.known)));
      return null;
    },
  };
}

function isOther(known: StoredPlan | undefined, hash: string): boolean {
  return known !== undefined && known.hash !== hash;
}

interface Work {
  /** Texts by fingerprint, those that took most time first. */
  readonly texts: ReadonlyMap<string, string>;
  readonly known: ReadonlyMap<string, StoredPlan>;
}

async function readWork({ store, target, clock }: WatchOptions, most: number): Promise<Work> {
  const history = await store.target(target.name);
  const toMs = clock.now().getTime();
  const { series } = await history.totals('statement', { fromMs: toMs - HOUR_MS, toMs });
  const top = series
    .toSorted((a, b) => (b.values['totalMs'] ?? 0) - (a.values['totalMs'] ?? 0))
    .slice(0, most)
    .map(({ key }) => key[0] ?? '');
  const texts = await store.statementTexts(top);
  return {
    texts: new Map([...texts].filter(([, text]) => PLANNABLE.test(text))),
    known: await history.latestPlans('generic'),
  };
}

interface SeenPlan {
  readonly fingerprint: string;
  readonly hash: string;
  readonly plan: Plan;
}

/** Plans one statement after the other: the target is never kept busy by more than one. */
async function planAll(
  connection: TargetPlanningConnection,
  versionNumber: number,
  texts: ReadonlyMap<string, string>,
): Promise<readonly SeenPlan[]> {
  const seen: SeenPlan[] = [];
  for (const [fingerprint, sql] of texts) {
    const explained = await explainStatement(connection, versionNumber, { sql, values: null });
    if (!explained.ok) continue;
    const plan = readPlan(explained.json);
    seen.push({ fingerprint, plan, hash: hashOfPlan(plan) });
  }
  return seen;
}

function storedPlan(
  { fingerprint, hash, plan }: SeenPlan,
  at: Date,
  known: ReadonlyMap<string, StoredPlan>,
): StoredPlan {
  const before = known.get(fingerprint);
  const firstSeen = before?.hash === hash ? before.firstSeen : at;
  const totalCost = plan.root.totalCost;
  return { fingerprint, hash, source: 'generic', firstSeen, lastSeen: at, totalCost, body: plan };
}

/** Tells which statements have another plan than when they were last looked at, and why. */
async function changesOf(look: {
  readonly history: TargetHistory;
  readonly seen: readonly SeenPlan[];
  readonly known: ReadonlyMap<string, StoredPlan>;
  readonly at: Date;
  readonly nowMs: number;
}): Promise<readonly StoredEvent[]> {
  const { history, seen, known, at, nowMs } = look;
  const events: StoredEvent[] = [];
  for (const { fingerprint, hash, plan } of seen) {
    const before = known.get(fingerprint);
    if (before === undefined || !isOther(before, hash)) continue;
    const since = before.lastSeen;
    const range = { fromMs: since.getTime(), toMs: nowMs };
    const cause = causeOfChange({
      before: before.body as Plan,
      after: plan,
      events: await history.events(range),
      tables: await tablesBetween(history, [before.body as Plan, plan], range),
    });
    const costs = { costBefore: before.totalCost, costAfter: plan.root.totalCost };
    const detail = { before: before.hash, after: hash, cause: cause.kind, text: cause.text, ...costs };
    events.push({ at, kind: 'plan-change', subject: fingerprint, detail });
  }
  return events;
}

async function tablesBetween(
  history: TargetHistory,
  plans: readonly Plan[],
  range: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly TableChange[]> {
  const names = new Set(
    plans.flatMap(({ root }) => planNodes(root).flatMap(({ table }) => (table === null ? [] : [table.name]))),
  );
  const [before, now, counters] = await Promise.all([
    history.totals('tableState', { fromMs: range.fromMs - DAY_MS, toMs: range.fromMs }),
    history.totals('tableState', range),
    history.totals('table', range),
  ]);
  const rowsIn = (totals: typeof before, key: readonly string[]): number | null => {
    const found = totals.series.find((one) => one.key[0] === key[0] && one.key[1] === key[1]);
    return found?.values['liveRows'] ?? null;
  };
  return counters.series
    .filter(({ key }) => names.has(key[1] ?? ''))
    .map(({ key, values }) => ({
      schema: key[0] ?? '',
      name: key[1] ?? '',
      rowsBefore: rowsIn(before, key),
      rowsNow: rowsIn(now, key),
      analyzes: values['analyzes'] ?? 0,
    }));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
