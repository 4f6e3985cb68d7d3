import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf, observe, settingsWith } from '../../../../../../test/support/check.ts';
import { withDatabase } from '../../../../../../test/support/index.ts';
import { OBSERVE_SETTINGS } from '../../../observe/index.ts';
import { runOne } from '../../engine.ts';
import { bufferHitRatio } from './check.ts';

const FEW = { 'diagnose.buffer-hit-ratio.minimum-blocks-count': 100 };
const FULL = { ...FEW, 'diagnose.buffer-hit-ratio.minimum-ratio': 1 };

describe('diagnose/buffer-hit-ratio', () => {
  it('finds blocks that were not in shared buffers (real counters, one section moved by hand)', () =>
    withDatabase(async (db) => {
      await db.query(
        "create table t as select i, repeat('x', 500) from generate_series(1, 5000) i; analyze t",
      );
      for (let i = 0; i < 3; i += 1) await db.query('select count(*) from t');
      await db.query('select pg_stat_force_next_flush()');
      await db.query('select 1');
      const definitions = [...Object.values(OBSERVE_SETTINGS), ...Object.values(bufferHitRatio.settings)];
      const settings = settingsWith(definitions, FEW);
      const { snapshot } = await observe(db.url, settings);
      const { tables } = snapshot.sections;
      if (tables.status !== 'ok') throw new Error(tables.reason);
      const cold = tables.data.map((table) => ({
        ...table,
        heapBlocksRead: table.heapBlocksHit,
        heapBlocksHit: table.heapBlocksRead,
      }));
      const moved = { ...snapshot, sections: { ...snapshot.sections, tables: { ...tables, data: cold } } };
      expect(runOne(bufferHitRatio, { snapshot: moved, interval: null }, settings).findings).toMatchObject([
        {
          severity: 'warning',
          subject: { kind: 'database', name: db.name },
          evidence: { mostReadTables: ['public.t'], sharedBuffersBytes: 64 * 1024 ** 2 },
          threshold: { key: 'diagnose.buffer-hit-ratio.minimum-ratio', value: 0.98 },
        },
      ]);
    }));

  it('judges a long enough interval by itself', () =>
    withDatabase(async (db) => {
      await db.query('create table t as select generate_series(1, 50000) i');
      const { findings } = await diagnoseWith(bufferHitRatio, db, {
        overrides: { ...FULL, 'diagnose.interval.minimum-ms': 0 },
        between: async () => {
          await db.query('select count(*) from t');
          await db.query('select pg_stat_force_next_flush()');
          await db.query('select 1');
        },
      });
      for (const found of findings) expect(found.evidence['observed']).toMatch(/^the last /);
    }));

  it('is silent when the data is in memory, and about a database that nobody reads', () =>
    withDatabase(async (db) => {
      expect(await findingsOf(bufferHitRatio, db, FULL)).toEqual([]);
      await db.query('create table t as select generate_series(1, 50000) i');
      for (let i = 0; i < 5; i += 1) await db.query('select count(*) from t');
      await db.query('select pg_stat_force_next_flush()');
      expect(await findingsOf(bufferHitRatio, db, FEW)).toEqual([]);
      expect(await findingsOf(bufferHitRatio, db)).toEqual([]);
    }));
});
