import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { createDatabase, startTestServer, withDatabase } from '../../../../../../test/support/index.ts';
import { diagnoseChanged } from '../../../../../../test/support/replaced-sections.ts';
import { checkpointPressure } from './check.ts';

const HOUR_MS = 3_600_000;
const GIGABYTE = 1024 ** 3;

describe('diagnose/checkpoint-pressure', () => {
  it.each([16, 18])('only mentions checkpoints that commands asked for, on %i', async (major) => {
    const server = await startTestServer({ major });
    const db = await createDatabase(major, { serverUrl: server.connectionUrl() });
    try {
      await db.query("select pg_stat_reset_shared('bgwriter')");
      if (major >= 17) await db.query("select pg_stat_reset_shared('checkpointer')");
      expect(await findingsOf(checkpointPressure, db)).toEqual([]);
      for (let count = 0; count < 11; count += 1) await db.query('checkpoint');
      await db.query('select pg_sleep(0.6)');
      expect(await findingsOf(checkpointPressure, db)).toMatchObject([
        {
          id: 'diagnose/checkpoint-pressure',
          severity: 'info',
          subject: { kind: 'server', schema: '', name: 'server' },
          title: expect.stringContaining('by commands'),
          threshold: { key: 'diagnose.checkpoint-pressure.requested-ratio', value: 0.3 },
        },
      ]);
    } finally {
      await db.close();
      await server.close();
    }
  });

  it('warns when WAL forces them, and computes max_wal_size (real snapshot, counters replaced)', () =>
    withDatabase(async (db) => {
      const after = async (hours: number, timed: number, requested: number) =>
        (
          await diagnoseChanged(checkpointPressure, db, {
            checkpoints: (read) => ({
              ...read,
              timed,
              requested,
              statsReset: new Date(read.now.getTime() - hours * HOUR_MS),
            }),
            wal: (read) => ({
              ...read,
              bytes: hours * 20 * GIGABYTE,
              statsReset: new Date(read.now.getTime() - hours * HOUR_MS),
            }),
          })
        ).findings;
      expect(await after(10, 40, 200)).toMatchObject([
        {
          severity: 'warning',
          title: '83 % of 240 checkpoints were begun on request, not by time: max_wal_size is 1 GB',
          // 20 GB/h for 5 min, times 1.9, times 2 is 6.3 GB.
          evidence: { suggestedMaxWalSizeBytes: 8 * GIGABYTE, walExplainedCount: 380 },
          remedy: expect.stringContaining("alter system set max_wal_size = '8GB'"),
        },
      ]);
      expect(await after(0.5, 1, 12)).toMatchObject([{ severity: 'info' }]);
      expect(await after(10, 110, 20)).toEqual([]);
      expect(await after(1, 1, 5)).toEqual([]);
    }));
});
