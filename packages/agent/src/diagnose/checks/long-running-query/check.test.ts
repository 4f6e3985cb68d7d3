import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { withDatabase } from '../../../../../../test/support/index.ts';
import { longRunningQuery } from './check.ts';

describe('diagnose/long-running-query', () => {
  it('finds a statement that runs past the threshold, and only that', () =>
    withDatabase(async (db) => {
      const sleeper = new pg.Client({ connectionString: db.url });
      await sleeper.connect();
      const sleeping = sleeper.query('select pg_sleep(30)').catch(() => undefined);
      await db.query('select pg_sleep(0.6)');
      const findings = await findingsOf(longRunningQuery, db, {
        'diagnose.long-running-query.warning-ms': 500,
      });
      const [{ pid }] = (await db.query<{ pid: number }>(
        "select pid from pg_stat_activity where query = 'select pg_sleep(30)'",
      )) as [{ pid: number }];
      await db.query('select pg_cancel_backend($1)', [pid]);
      await sleeping;
      await sleeper.end();
      expect(findings).toMatchObject([
        {
          id: 'diagnose/long-running-query',
          severity: 'warning',
          subject: { kind: 'session', name: String(pid) },
          evidence: { query: 'select pg_sleep(30)' },
          threshold: { key: 'diagnose.long-running-query.warning-ms', value: 500 },
        },
      ]);
    }));

  it('is silent on a quiet database', () =>
    withDatabase(async (db) => {
      expect(await findingsOf(longRunningQuery, db)).toEqual([]);
    }));
});
