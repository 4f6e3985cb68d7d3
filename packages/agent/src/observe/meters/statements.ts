import {
  runCatalogQuery,
  type StatementRow,
  statementsInfoQuery,
  statementsWithoutTextQuery,
} from '../../catalog/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Fingerprints } from './fingerprints.ts';
import { type CounterReading, createGrowthMeter } from './growth.ts';
import { createResetWatch } from './reset-watch.ts';
import type { Meter } from './types.ts';

/** Measures what each statement did, by fingerprint. */
export function createStatementsMeter(clock: Clock, fingerprints: Fingerprints): Meter {
  const growth = createGrowthMeter(clock);
  const resets = createResetWatch();
  return {
    id: 'statements',
    forget() {
      growth.forget();
      resets.forget();
    },
    async read(session) {
      // Before the counters, so that what is read after a reset is never taken for what was before it.
      const info = await runCatalogQuery(session, statementsInfoQuery);
      const result = await runCatalogQuery(session, statementsWithoutTextQuery);
      if (!result.ok) return { batches: [], events: [], unavailable: result.unavailable };
      await fingerprints.learn(
        session,
        result.rows.map((row) => row.queryId),
      );
      const isReset = info.ok && resets.look(info.rows[0]?.statsReset ?? null);
      const grown = growth.take(
        result.rows.map((row) => readingOf(row, fingerprints)),
        true,
        isReset,
      );
      if (grown === null) return { batches: [], events: [], unavailable: null };
      const at = clock.now();
      // Before version 1.9 nothing else tells: when nearly all fall at once, somebody reset them; single ones lose an
      // evicted user's share.
      const haveFallen = !info.ok && grown.fallen.length > 10 && grown.fallen.length > result.rows.length / 2;
      const subject = 'pg_stat_statements';
      return {
        batches: [{ kind: 'statement', at, coveredMs: grown.coveredMs, rows: grown.rows }],
        events: isReset || haveFallen ? [{ at, kind: 'statistics-reset', subject, detail: {} }] : [],
        unavailable: null,
      };
    },
  };
}

function readingOf(row: StatementRow, fingerprints: Fingerprints): CounterReading {
  return {
    id: row.queryId,
    key: [fingerprints.ofQueryId(row.queryId)],
    counters: {
      calls: row.calls,
      totalMs: row.totalMs,
      squaresMs2: row.calls * (row.stddevMs ** 2 + row.meanMs ** 2),
      rows: row.rows,
      sharedBlocksHit: row.sharedBlocksHit,
      sharedBlocksRead: row.sharedBlocksRead,
      sharedBlocksDirtied: row.sharedBlocksDirtied,
      tempBlocksRead: row.tempBlocksRead,
      tempBlocksWritten: row.tempBlocksWritten,
      blockReadMs: row.blockReadMs,
      blockWriteMs: row.blockWriteMs,
      walBytes: row.walBytes,
      planMs: row.planMs,
    },
  };
}
