import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { withDatabase } from '../../../../../../test/support/index.ts';
import { heavyQuery } from './check.ts';

const STATEMENTS = { extensions: ['pg_stat_statements'] };
const LITTLE = {
  'diagnose.heavy-query.minimum-ms': 1,
  'diagnose.heavy-query.minimum-blocks-count': 10,
  'diagnose.heavy-query.minimum-wal-bytes': '8kB',
};

describe('diagnose/heavy-query', () => {
  it('is a warning for a statement that has the time and touches far more than it returns', () =>
    withDatabase(async (db) => {
      await db.query("create table t as select i, repeat('x', 200) as pad from generate_series(1, 5000) i");
      for (let i = 0; i < 60; i += 1) await db.query('select pad from t where i = $1', [i]);
      const findings = await findingsOf(heavyQuery, db, {
        ...LITTLE,
        'diagnose.heavy-query.wasteful-blocks-per-call-count': 100,
        'diagnose.heavy-query.warning-ratio': 0.1,
      });
      expect(findings[0]).toMatchObject({
        id: 'diagnose/heavy-query',
        severity: 'warning',
        evidence: { query: 'select pad from t where i = $1', callsCount: 60 },
        threshold: { key: 'diagnose.heavy-query.warning-ratio' },
      });
      expect(findings[0]?.title).toMatch(/^\d+ % of the (time|blocks read) of all statements: select pad/);
    }, STATEMENTS));

  it('only informs about the heaviest statement of a well-tuned workload', () =>
    withDatabase(async (db) => {
      await db.query('create table t (i int primary key, pad text)');
      await db.query("insert into t select i, repeat('x', 200) from generate_series(1, 5000) i; analyze t");
      for (let i = 0; i < 300; i += 1) await db.query('select pad from t where i = $1', [i]);
      const findings = await findingsOf(heavyQuery, db, LITTLE);
      expect(findings.length).toBeGreaterThan(0);
      expect(findings.filter((found) => found.severity !== 'info')).toEqual([]);
    }, STATEMENTS));

  it('is silent on an idle database, whatever the shares', () =>
    withDatabase(async (db) => {
      await db.query('select 1');
      expect(await findingsOf(heavyQuery, db)).toEqual([]);
    }, STATEMENTS));

  it('finds the writer of most WAL', () =>
    withDatabase(async (db) => {
      await db.query('create table "we;ird" (i int, pad text)');
      for (let i = 0; i < 5; i += 1) {
        await db.query('insert into "we;ird" select i, repeat(\'x\', 100) from generate_series(1, 2000) i');
      }
      const findings = await findingsOf(heavyQuery, db, LITTLE);
      const insert = findings.find((found) =>
        String(found.evidence['query']).startsWith('insert into "we;ird"'),
      );
      expect(insert?.evidence['walRatio']).toBeGreaterThan(0.5);
    }, STATEMENTS));
});
