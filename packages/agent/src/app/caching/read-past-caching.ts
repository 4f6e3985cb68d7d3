import {
  CACHING_SETTINGS,
  type CachedStatement,
  type CachingWorkload,
  rowChangesPerSecond,
} from '../../advise/index.ts';
import type { Snapshot } from '../../observe/index.ts';
import type { Settings } from '../../settings/index.ts';
import { fingerprintOf } from '../../sql/index.ts';
import type { Store, Totals } from '../../store/index.ts';

/** What the reads and changes of the past are read with. */
export interface PastCachingOptions {
  readonly store: Store;
  readonly targetName: string;
  /** What the target holds now. */
  readonly snapshot: Snapshot;
  readonly settings: Settings;
  readonly nowMs: number;
}

/** Statements looked at, writing ones too: those with the longest total time. */
const MOST_STATEMENTS = 1_000;

/** Fingerprint of all statements of pgsteward itself. */
const OWN = 'pgsteward';

/** Reads from the history what was read and changed; null while there is too little of it. */
export async function readPastCaching(options: PastCachingOptions): Promise<CachingWorkload | null> {
  const { store, targetName, snapshot, settings, nowMs } = options;
  const range = { fromMs: nowMs - settings.get(CACHING_SETTINGS.windowMs), toMs: nowMs };
  const target = await store.target(targetName);
  const totals = await target.totals('statement', range);
  const least = Math.min(
    settings.get(CACHING_SETTINGS.minimumMs),
    settings.get(CACHING_SETTINGS.windowMs) / 2,
  );
  if (totals.coveredMs < least) return null;
  const tables = await target.totals('table', range);
  const moved = new Map(tables.series.map(({ key, values }) => [JSON.stringify(key), values]));
  return {
    source: 'history',
    observedMs: totals.coveredMs,
    statements: await statementsOf(store, totals, queryIdsOf(snapshot)),
    rowChangesPerSecond: rowChangesPerSecond(snapshot, {
      lengthMs: tables.coveredMs,
      ofTable: ({ schema, name }) => {
        const values = moved.get(JSON.stringify([schema, name])) ?? {};
        return (values['rowsInserted'] ?? 0) + (values['rowsUpdated'] ?? 0) + (values['rowsDeleted'] ?? 0);
      },
    }),
  };
}

async function statementsOf(
  store: Store,
  totals: Totals,
  queryIds: ReadonlyMap<string, string>,
): Promise<readonly CachedStatement[]> {
  const longest = totals.series
    .filter(({ key, values }) => key[0] !== OWN && (values['calls'] ?? 0) > 0)
    .toSorted((a, b) => (b.values['totalMs'] ?? 0) - (a.values['totalMs'] ?? 0))
    .slice(0, MOST_STATEMENTS);
  const texts = await store.statementTexts(longest.map(({ key }) => key[0] ?? ''));
  return longest.map(({ key: [fingerprint = ''], values }) => {
    const sql = texts.get(fingerprint) ?? '';
    return {
      id: queryIds.get(fingerprint) ?? fingerprint,
      sql,
      isWhole: sql !== '',
      calls: values['calls'] ?? 0,
      totalMs: values['totalMs'] ?? 0,
      rows: values['rows'] ?? 0,
      blockReadMs: values['blockReadMs'] ?? 0,
    };
  });
}

/** Query ids of the statements that the target counts now, by fingerprint: findings and plans go by them. */
function queryIdsOf({ sections: { statements } }: Snapshot): ReadonlyMap<string, string> {
  const rows = statements.status === 'ok' ? statements.data : [];
  return new Map(
    rows.flatMap(({ query, queryId }) => {
      const fingerprint = query === null ? null : fingerprintOf(query);
      return fingerprint === null ? [] : [[fingerprint, queryId] as const];
    }),
  );
}
