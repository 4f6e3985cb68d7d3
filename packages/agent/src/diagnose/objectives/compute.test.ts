import { describe, expect, it } from 'vitest';
import { observe, settingsWith } from '../../../../../test/support/check.ts';
import { type TestDatabase, withDatabase } from '../../../../../test/support/index.ts';
import { OBSERVE_SETTINGS } from '../../observe/index.ts';
import { computeObjectives } from './compute.ts';
import { OBJECTIVE_SETTINGS } from './settings.ts';
import type { Objective } from './types.ts';

const settings = (overrides: Readonly<Record<string, unknown>> = {}) =>
  settingsWith([...Object.values(OBSERVE_SETTINGS), ...Object.values(OBJECTIVE_SETTINGS)], {
    'objective.buffer-hit.minimum-blocks-count': 100,
    'objective.index-scan.minimum-scans-count': 20,
    ...overrides,
  });

const byId = (objectives: readonly Objective[]): Readonly<Record<string, Objective>> =>
  Object.fromEntries(objectives.map((objective) => [objective.id, objective]));

async function load(db: TestDatabase): Promise<void> {
  await db.query('create table t (id int primary key, a int)');
  await db.query('insert into t select i, i from generate_series(1, 20000) i; analyze t');
  for (let id = 1; id <= 30; id += 1) await db.query('select a from t where id = $1', [id]);
  await db.query('select pg_stat_force_next_flush()');
  await db.query('select 1');
}

describe('computeObjectives', () => {
  it('tells ratios, the p95 and what it cannot know', () =>
    withDatabase(
      async (db) => {
        await load(db);
        const objectives = byId(computeObjectives(await observe(db.url, settings()), settings()));
        expect(Object.keys(objectives)).toEqual([
          'objective/buffer-hit',
          'objective/index-scan',
          'objective/p95',
          'objective/availability',
        ]);
        expect(objectives['objective/buffer-hit']).toMatchObject({ target: 0.98, unit: 'ratio', met: true });
        expect(objectives['objective/index-scan']?.actual).toBeGreaterThan(0.9);
        expect(objectives['objective/p95']).toMatchObject({ target: 200, unit: 'ms', met: true });
        expect(objectives['objective/p95']?.method).toContain('since pg_stat_statements began');
        expect(objectives['objective/availability']).toMatchObject({
          actual: null,
          met: null,
          target: 0.9999,
        });
      },
      { extensions: ['pg_stat_statements'] },
    ));

  it('estimates the p95 of the interval alone once enough ran in it', () =>
    withDatabase(
      async (db) => {
        await load(db);
        await db.query('select pg_sleep(0.3)');
        const values = settings({ 'objective.p95.minimum-calls-count': 10, 'objective.p95.ms': 5 });
        const observation = await observe(db.url, values, async () => {
          for (let id = 1; id <= 8; id += 1) await db.query('select pg_sleep(0.01 + 0 * $1::int)', [id]);
          for (let id = 1; id <= 8; id += 1) await db.query('select a from t where id = $1', [id]);
        });
        const p95 = byId(computeObjectives(observation, values))['objective/p95'];
        expect(p95).toMatchObject({ met: false, target: 5 });
        expect(p95?.actual).toBeGreaterThan(10);
        expect(p95?.actual).toBeLessThan(100);
        expect(p95?.method).toContain('(16 calls in the last');
      },
      { extensions: ['pg_stat_statements'] },
    ));

  it('says why it knows nothing: no extension, an empty database', () =>
    withDatabase(async (db) => {
      const objectives = byId(computeObjectives(await observe(db.url, settings()), settings()));
      expect(objectives['objective/p95']).toMatchObject({ actual: null, met: null });
      expect(objectives['objective/p95']?.method).toMatch(/^unknown: .*pg_stat_statements/);
      expect(objectives['objective/buffer-hit']).toMatchObject({ actual: null, met: null });
      expect(objectives['objective/index-scan']).toMatchObject({ actual: null, met: null });
      expect(objectives['objective/index-scan']?.method).toContain('too few to tell');
    }));
});
