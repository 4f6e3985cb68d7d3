import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import {
  clientFor,
  createRole,
  type TestDatabase,
  withDatabase,
} from '../../../../../../test/support/index.ts';
import { invalidIndex } from './check.ts';

/** A unique index built concurrently over duplicate rows fails and stays. */
async function plantInvalid(db: TestDatabase, index: string): Promise<void> {
  await db.query('create table if not exists "t""1" (a int, b int)');
  await db.query('insert into "t""1" values (1, 1), (1, 1)');
  await expect(db.query(`create unique index concurrently ${index} on "t""1" (a)`)).rejects.toThrow();
}

async function until(db: TestDatabase, sql: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if ((await db.query(sql)).length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('diagnose/invalid-index', () => {
  it('finds what a failed build left, with the remedy by case', () =>
    withDatabase(async (db) => {
      await plantInvalid(db, '"broken;1"');
      await plantInvalid(db, 'twin');
      await plantInvalid(db, 't_a_ccnew1');
      await plantInvalid(db, 'plain');
      await db.query('delete from "t""1"; create unique index valid on "t""1" (b)');
      await db.query(`
        update pg_index set indkey = '2' where indexrelid = 'twin'::regclass;
        update pg_index set indisunique = false where indexrelid = 'plain'::regclass`);
      const findings = await findingsOf(invalidIndex, db);
      expect(findings.map((found) => [found.subject.name, found.evidence['case']]).toSorted()).toEqual([
        ['broken;1', 'unique'],
        ['plain', 'plain'],
        ['t_a_ccnew1', 'leftover'],
        ['twin', 'duplicate'],
      ]);
      expect(findings.find((found) => found.subject.name === 'broken;1')).toMatchObject({
        id: 'diagnose/invalid-index',
        severity: 'warning',
        threshold: { key: 'diagnose.invalid-index.minimum-bytes', value: 0 },
        remedy: expect.stringContaining('reindex index concurrently "public"."broken;1"'),
      });
    }));

  it('is silent while the index is being built', () =>
    withDatabase(async (db) => {
      await db.query('create table t (a int); insert into t values (1)');
      const blocker = clientFor(db.url);
      await blocker.connect();
      await blocker.query('begin; insert into t values (2)');
      const building = db.query('create index concurrently t_a on t (a)');
      const watcher = clientFor(db.url);
      await watcher.connect();
      const watching: TestDatabase = { ...db, query: async (sql) => (await watcher.query(sql)).rows };
      await until(watching, "select from pg_index where indexrelid = to_regclass('t_a') and not indisvalid");
      const findings = await findingsOf(invalidIndex, db);
      await blocker.query('commit');
      await building;
      await blocker.end();
      await watcher.end();
      expect(findings).toEqual([]);
      expect(await findingsOf(invalidIndex, db)).toEqual([]);
    }));

  it('only mentions a partitioned parent whose partition lacks the index', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table p (a int) partition by range (a);
        create table p1 partition of p for values from (0) to (10);
        create index p_a on only p (a)`);
      expect(await findingsOf(invalidIndex, db)).toMatchObject([
        { severity: 'info', subject: { name: 'p_a' }, evidence: { case: 'partition' } },
      ]);
      await db.query('create index p1_a on p1 (a); alter index p_a attach partition p1_a');
      expect(await findingsOf(invalidIndex, db)).toEqual([]);
    }));

  it('warns of nothing as a role that cannot see builds, and says so', () =>
    withDatabase(async (db) => {
      await plantInvalid(db, 'broken');
      const role = await createRole(db);
      const { findings, unavailable } = await diagnoseWith(invalidIndex, db, { url: role.url });
      expect(findings).toMatchObject([{ severity: 'info', subject: { name: 'broken' } }]);
      expect(unavailable).toMatchObject([{ remedy: expect.stringContaining('pg_monitor') }]);
    }));
});
