import {
  archiverQuery,
  type CatalogQuery,
  checkpointsQuery,
  databaseQuery,
  runCatalogQuery,
  walQuery,
} from '../../catalog/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { KindName, SampleBatch, StoredEvent } from '../../series/index.ts';
import { createGrowthMeter, type GrowthMeter } from './growth.ts';
import { createResetWatch, type ResetWatch } from './reset-watch.ts';
import type { Meter } from './types.ts';

/** A view with one row of counters, and the kind of series that they become. */
interface SingleView {
  readonly kind: KindName;
  /** View as an event names it. */
  readonly view: string;
  readonly query: CatalogQuery<object>;
  /** Fields that are counters, by name of the column. */
  readonly counters: readonly string[];
}

const VIEWS: readonly SingleView[] = [
  {
    kind: 'database',
    view: 'pg_stat_database',
    query: databaseQuery as CatalogQuery<object>,
    counters: [
      'commits',
      'rollbacks',
      'blocksHit',
      'blocksRead',
      'rowsReturned',
      'rowsFetched',
      'rowsInserted',
      'rowsUpdated',
      'rowsDeleted',
      'tempFiles',
      'tempBytes',
      'deadlocks',
      'conflicts',
      'checksumFailures',
      'blockReadMs',
      'blockWriteMs',
      'sessions',
      'sessionMs',
      'activeMs',
      'idleInTransactionMs',
      'sessionsAbandoned',
      'sessionsFatal',
      'sessionsKilled',
    ],
  },
  {
    kind: 'wal',
    view: 'pg_stat_wal',
    query: walQuery as CatalogQuery<object>,
    counters: ['records', 'fullPageImages', 'bytes', 'buffersFull'],
  },
  {
    kind: 'checkpoint',
    view: 'pg_stat_bgwriter',
    query: checkpointsQuery as CatalogQuery<object>,
    counters: [
      'timed',
      'requested',
      'writeMs',
      'syncMs',
      'checkpointBuffers',
      'cleanerBuffers',
      'sessionBuffers',
    ],
  },
  {
    kind: 'archiver',
    view: 'pg_stat_archiver',
    query: archiverQuery as CatalogQuery<object>,
    counters: ['archived', 'failed'],
  },
];

interface ViewMeter {
  readonly view: SingleView;
  readonly growth: GrowthMeter;
  readonly resets: ResetWatch;
}

type ViewRow = Readonly<Record<string, unknown>>;

/** Measures the counters of the database and of the server, one row each. */
export function createCountersMeter(clock: Clock): Meter {
  const meters = VIEWS.map((view) => ({
    view,
    growth: createGrowthMeter(clock),
    resets: createResetWatch(),
  }));
  return {
    id: 'counters',
    forget: () => {
      for (const { growth, resets } of meters) {
        growth.forget();
        resets.forget();
      }
    },
    async read(session) {
      // All are read before any is compared: a connection that is lost in between costs no view its growth.
      const rows: (ViewRow | null)[] = [];
      for (const { view } of meters) rows.push(await readView(session, view));
      const taken = meters.flatMap((meter, index) => {
        const row = rows[index] ?? null;
        return row === null ? [] : [takeView(row, meter, clock.now())];
      });
      return {
        batches: taken.flatMap(({ batch }) => (batch === null ? [] : [batch])),
        events: taken.flatMap(({ event }) => (event === null ? [] : [event])),
        unavailable: null,
      };
    },
  };
}

async function readView(session: Session, { query }: SingleView): Promise<ViewRow | null> {
  const result = await runCatalogQuery(session, query);
  return result.ok ? ((result.rows[0] ?? null) as ViewRow | null) : null;
}

function takeView(
  row: ViewRow,
  { view, growth, resets }: ViewMeter,
  at: Date,
): { readonly batch: SampleBatch | null; readonly event: StoredEvent | null } {
  const statsReset = row['statsReset'];
  const isReset = resets.look(statsReset instanceof Date ? statsReset : null);
  if (isReset) growth.forget();
  const counters: Record<string, number> = {};
  for (const name of view.counters) {
    const value = row[name];
    if (typeof value === 'number') counters[name] = value;
  }
  const grown = growth.take([{ id: '', key: [], counters }], false);
  return {
    batch: grown === null ? null : { kind: view.kind, at, coveredMs: grown.coveredMs, rows: grown.rows },
    event: isReset ? { at, kind: 'statistics-reset', subject: view.view, detail: {} } : null,
  };
}
