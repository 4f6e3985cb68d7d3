import { replicasQuery, runCatalogQuery, slotsQuery } from '../../catalog/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { SampleBatch } from '../../series/index.ts';
import type { Meter } from './types.ts';

/** Measures how far replicas and slots are behind. @param everyMs time that a state stands for */
export function createReplicationMeter(clock: Clock, everyMs: number): Meter {
  return {
    id: 'replication',
    forget: () => undefined,
    async read(session) {
      const replicas = await runCatalogQuery(session, replicasQuery);
      const slots = await runCatalogQuery(session, slotsQuery);
      const stamp = { at: clock.now(), coveredMs: everyMs };
      const batches: SampleBatch[] = [];
      if (replicas.ok) {
        const rows = replicas.rows.map((row) => ({
          key: [row.applicationName, row.clientAddress ?? ''],
          values: { replayLagBytes: row.replayLagBytes ?? 0, replayLagMs: row.replayLagMs ?? 0 },
        }));
        // Two standbys may share a name and an address; the one that is further behind counts.
        const furthest = new Map(
          rows
            .toSorted((a, b) => a.values.replayLagBytes - b.values.replayLagBytes)
            .map((row) => [JSON.stringify(row.key), row]),
        );
        batches.push({ ...stamp, kind: 'replica', rows: [...furthest.values()] });
      }
      if (slots.ok) {
        const rows = slots.rows.map((row) => ({
          key: [row.name],
          values: { retainedBytes: row.retainedBytes ?? 0, isActive: row.isActive ? 1 : 0 },
        }));
        batches.push({ ...stamp, kind: 'slot', rows });
      }
      return { batches, events: [], unavailable: replicas.ok ? null : replicas.unavailable };
    },
  };
}
