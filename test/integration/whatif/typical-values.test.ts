import { beforeAll, describe, expect, it } from 'vitest';
import { silentProgress, systemClock } from '../../../packages/agent/src/kernel/index.ts';
import type { ValueSet } from '../../../packages/agent/src/planner/index.ts';
import { loadParser } from '../../../packages/agent/src/sql/index.ts';
import { createShadowPlanner, openShadow } from '../../../packages/agent/src/whatif/index.ts';
import { type TestDatabase, temporaryDirectory, withDatabase } from '../../support/index.ts';
import { mirrorOf } from './mirror-reading.ts';

/** Orders of which nearly all are done, with times of 1,000 hours and words that differ in how common they are. */
async function plant(db: TestDatabase): Promise<void> {
  await db.query(`create table "Orders" (id bigint primary key, status text not null, at timestamptz not null,
    "Tags" text[], note text)`);
  await db.query(`insert into "Orders"
    select i, case when i % 1000 = 0 then 'It''s \\ "odd"' when i % 20 = 0 then 'open' else 'done' end,
      timestamptz '2024-01-01 00:00+00' + i * interval '1 hour', array['all', 'tag ' || i % 5], 'note ' || i
    from generate_series(1, 20000) i`);
  await db.query('create index on "Orders" (status)');
  await db.query('analyze "Orders"');
}

describe('typical values', () => {
  beforeAll(loadParser);

  it('come from the statistics of the columns that parameters meet', { timeout: 120_000 }, async () => {
    await withDatabase(async (db) => {
      await plant(db);
      const shadow = await openShadow({
        mirror: await mirrorOf(db.url),
        clock: systemClock,
        onProgress: silentProgress,
        stateDirectory: await temporaryDirectory(),
      });
      const planner = createShadowPlanner(shadow);
      const valuesOf = async (sql: string): Promise<Readonly<Record<string, ValueSet['values']>>> => {
        const sets = await planner.representativeValues({ id: '', sql, values: null, searchPath: null });
        return Object.fromEntries(sets.map(({ kind, values }) => [kind, values]));
      };
      const rowsOf = async (sql: string): Promise<readonly number[]> => {
        const sets = await planner.representativeValues({ id: '', sql, values: null, searchPath: null });
        const asked = sets.map(({ values }) => ({ id: '', sql, values, searchPath: null }));
        const planned = await planner.plan(asked, { add: [], hide: [] });
        return planned.map((one) => (one.kind === 'plan' ? one.plan.root.planRows : Number.NaN));
      };
      try {
        expect(await valuesOf('select * from "Orders" where status = $1 limit $2')).toEqual({
          common: ['done', '20'],
          rare: [`It's \\ "odd"`, '20'],
        });
        const [common = 0, rare = 0] = await rowsOf('select * from "Orders" where status = any ($1)');
        expect(common).toBeGreaterThan(15_000);
        expect(rare).toBeGreaterThan(15_000);
        for (const condition of [
          'at > $1',
          '$1 < at',
          'at between $1 and $2',
          'at >= $1 and at < $2',
          'at < $1',
        ]) {
          const [most = 0, half = 0, few = 0] = await rowsOf(`select * from "Orders" o where ${condition}`);
          expect(most, condition).toBeGreaterThan(15_000);
          expect(half, condition).toBeLessThan(11_000);
          expect(few, condition).toBeLessThan(400);
        }
        const [all = 0, , few = 0] = await rowsOf('select * from "Orders" where "Tags" @> $1');
        expect(all).toBeGreaterThan(few);
        expect((await rowsOf('select * from "Orders" where note like $1')).length).toBeGreaterThan(0);
        const recent = await valuesOf(
          'select * from "Orders" where at > now() - interval $1 and status = $2',
        );
        expect(recent['common']).toEqual(['30 days', 'done']);
        expect(
          await valuesOf('select count(*) from "Orders" where at > now() - interval $1 limit $2'),
        ).toEqual({
          common: ['30 days', '20'],
          median: ['7 days', '20'],
          rare: ['1 day', '20'],
        });
        expect(await valuesOf('select $1::int')).toEqual({});
        expect(await valuesOf('select nonsense from nowhere where a = $1')).toEqual({});
        expect(await valuesOf('select * from "Orders" where lower(note) = $1')).toEqual({});
      } finally {
        await planner.close();
      }
    });
  });
});
