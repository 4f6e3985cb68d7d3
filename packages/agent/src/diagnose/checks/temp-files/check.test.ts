import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import { tempFiles } from './check.ts';

async function sort(db: TestDatabase): Promise<void> {
  await db.query("set work_mem = '64kB'");
  await db.query(
    'select count(*) from (select i from generate_series(1, 50000) i order by md5(i::text) offset 0) s',
  );
  await db.query('select pg_stat_force_next_flush()');
  await db.query('select 1');
}

const LITTLE = { 'diagnose.temp-files.per-hour-bytes': '1MB' };

describe('diagnose/temp-files', () => {
  it('finds a database that spills much, only as information while the counters are young', () =>
    withDatabase(
      async (db) => {
        await sort(db);
        expect(await findingsOf(tempFiles, db, LITTLE)).toMatchObject([
          {
            id: 'diagnose/temp-files',
            severity: 'info',
            subject: { kind: 'database', name: db.name },
            evidence: { topStatements: [expect.stringContaining('select count(*)')] },
            threshold: { key: 'diagnose.temp-files.per-hour-bytes', value: 1024 ** 2 },
          },
        ]);
        const aged = { ...LITTLE, 'diagnose.temp-files.minimum-window-ms': 0 };
        expect(await findingsOf(tempFiles, db, aged)).toMatchObject([{ severity: 'warning' }]);
      },
      { extensions: ['pg_stat_statements'] },
    ));

  it('measures a long enough interval by itself, without pg_stat_statements too', () =>
    withDatabase(async (db) => {
      const { findings } = await diagnoseWith(tempFiles, db, {
        overrides: { 'diagnose.temp-files.minimum-interval-ms': 0 },
        between: () => sort(db),
      });
      expect(findings).toMatchObject([
        {
          severity: 'warning',
          evidence: { observed: expect.stringMatching(/^the last /), topStatements: [] },
        },
      ]);
    }));

  it('is silent on a database that spills little', () =>
    withDatabase(async (db) => {
      expect(await findingsOf(tempFiles, db, LITTLE)).toEqual([]);
      await sort(db);
      expect(await findingsOf(tempFiles, db)).toEqual([]);
    }));
});
