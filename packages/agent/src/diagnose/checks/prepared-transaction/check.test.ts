import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import { preparedTransaction } from './check.ts';

async function prepareOne(db: TestDatabase, literal: string): Promise<void> {
  await db.query('create table if not exists t (id int)');
  await db.query('begin');
  await db.query('insert into t values (1)');
  await db.query(`prepare transaction ${literal}`);
}

describe('diagnose/prepared-transaction', () => {
  it('finds one that is older than allowed and tells how to finish it', () =>
    withDatabase(async (db) => {
      const literal = `'${db.name} it''s; \\ \n lost'`;
      await prepareOne(db, literal);
      await db.query('select pg_sleep(0.1)');
      const warned = await findingsOf(preparedTransaction, db, {
        'diagnose.prepared-transaction.warning-ms': 50,
      });
      const grave = await findingsOf(preparedTransaction, db, {
        'diagnose.prepared-transaction.critical-ms': 50,
      });
      const ours = warned.filter((finding) => finding.evidence['database'] === db.name);
      const remedy = ours[0]?.remedy ?? '';
      await db.query(remedy.slice(remedy.lastIndexOf('rollback prepared')));

      expect(ours).toMatchObject([
        {
          id: 'diagnose/prepared-transaction',
          severity: 'warning',
          subject: { kind: 'transaction', schema: '', name: `${db.name} it's; \\ \n lost` },
          title: expect.stringContaining('\\n lost'),
          threshold: { key: 'diagnose.prepared-transaction.warning-ms', value: 50 },
        },
      ]);
      expect(grave.filter((finding) => finding.evidence['database'] === db.name)).toMatchObject([
        { severity: 'critical', threshold: { key: 'diagnose.prepared-transaction.critical-ms' } },
      ]);
      expect(await db.query('select from pg_prepared_xacts where database = $1', [db.name])).toEqual([]);
    }));

  it('is silent about one that was prepared just now', () =>
    withDatabase(async (db) => {
      await prepareOne(db, `'${db.name}'`);
      const findings = await findingsOf(preparedTransaction, db);
      await db.query(`rollback prepared '${db.name}'`);
      expect(findings.filter((finding) => finding.evidence['database'] === db.name)).toEqual([]);
    }));
});
