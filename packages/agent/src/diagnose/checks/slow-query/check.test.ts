import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { clientFor, createRole, withDatabase } from '../../../../../../test/support/index.ts';
import { slowQuery } from './check.ts';

const STATEMENTS = { extensions: ['pg_stat_statements'] };
const FAST = { 'diagnose.slow-query.mean-ms': 20, 'diagnose.slow-query.minimum-calls': 2 };

describe('diagnose/slow-query', () => {
  it('finds a statement that is slow on average, with a title that can be read', () =>
    withDatabase(async (db) => {
      for (let i = 0; i < 2; i += 1) {
        await db.query(
          `/* app:report */\nselect pg_sleep(0.03),\n  ${'1 + '.repeat(50)}1 as "odd\u202ename"`,
        );
      }
      const findings = await findingsOf(slowQuery, db, FAST);
      expect(findings).toMatchObject([
        {
          id: 'diagnose/slow-query',
          severity: 'warning',
          subject: { kind: 'statement', queryId: expect.stringMatching(/^-?\d+$/) },
          evidence: { callsCount: 2 },
          threshold: { key: 'diagnose.slow-query.mean-ms', value: 20 },
        },
      ]);
      expect(findings[0]?.title).toMatch(/^\d+(\.\d)? ms on average, 2 calls: select pg_sleep\(\$1\), .*…$/);
      const critical = await findingsOf(slowQuery, db, { ...FAST, 'diagnose.slow-query.critical-ms': 25 });
      expect(critical).toMatchObject([{ severity: 'critical' }]);
    }, STATEMENTS));

  it('finds a statement of middling latency that runs often and weighs much', () =>
    withDatabase(async (db) => {
      for (let i = 0; i < 4; i += 1) await db.query('select pg_sleep(0.01)');
      const frequent = {
        'diagnose.slow-query.frequent-mean-ms': 5,
        'diagnose.slow-query.frequent-calls': 4,
      };
      expect(await findingsOf(slowQuery, db, frequent)).toMatchObject([
        { severity: 'warning', threshold: { key: 'diagnose.slow-query.frequent-mean-ms' } },
      ]);
      expect(
        await findingsOf(slowQuery, db, { ...frequent, 'diagnose.slow-query.frequent-calls': 5 }),
      ).toEqual([]);
    }, STATEMENTS));

  it('sends whoever sees a statement that waited for a lock to its holder, not to the plan', () =>
    withDatabase(async (db) => {
      await db.query(
        'create table t (id int primary key, n int); insert into t select i, 0 from generate_series(1, 20000) i',
      );
      const [holder, waiter] = [clientFor(db.url), clientFor(db.url)];
      await Promise.all([holder.connect(), waiter.connect()]);
      for (let i = 0; i < 2; i += 1) {
        await holder.query('begin; update t set n = 1 where id = 1');
        const waits = waiter.query('update t set n = n + 1 where id = $1', [1]);
        await new Promise((resolve) => setTimeout(resolve, 400));
        await holder.query('commit');
        await waits;
        await waiter.query('select count(*), pg_sleep(0.03) from t where n >= 0');
      }
      await Promise.all([holder.end(), waiter.end()]);
      const remedies = new Map(
        (await findingsOf(slowQuery, db, FAST)).map(({ title, remedy }) => [
          /update|count/.exec(title)?.[0],
          remedy,
        ]),
      );
      expect(remedies.get('update')).toContain('it waits, mostly for a lock');
      expect(remedies.get('count')).toContain('read its plan');
    }, STATEMENTS));

  it('only mentions what ran once, and leaves utility statements alone', () =>
    withDatabase(async (db) => {
      await db.query('create table t as select i, pg_sleep(0.001)::text a from generate_series(1, 30) i');
      await db.query('do $$ begin perform pg_sleep(0.03); end $$');
      await db.query('insert into t select i, pg_sleep(0.001)::text a from generate_series(1, 30) i');
      const findings = await findingsOf(slowQuery, db, FAST);
      expect(findings.every((found) => found.severity === 'info')).toBe(true);
      const queries = findings.map((found) => String(found.evidence['query']));
      expect(queries.filter((query) => /^(create|do)/.test(query))).toEqual([]);
      expect(queries.some((query) => query.startsWith('insert into t'))).toBe(true);
    }, STATEMENTS));

  it('is silent on fast statements, and says what is missing without the extension', async () => {
    await withDatabase(async (db) => {
      for (let i = 0; i < 100; i += 1) await db.query('select 1');
      expect(await findingsOf(slowQuery, db)).toEqual([]);
    }, STATEMENTS);
    await withDatabase(async (db) => {
      const { findings, unavailable } = await diagnoseWith(slowQuery, db);
      expect(findings).toEqual([]);
      expect(unavailable).toMatchObject([
        { id: 'diagnose/slow-query', remedy: expect.stringContaining('pg_stat') },
      ]);
    });
  });

  it('judges a long enough interval by itself, as a plain pg_monitor role too', () =>
    withDatabase(async (db) => {
      const role = await createRole(db, { memberOf: ['pg_monitor'] });
      for (let i = 0; i < 3; i += 1) await db.query('select pg_sleep(0.03)');
      const { findings } = await diagnoseWith(slowQuery, db, {
        url: role.url,
        overrides: { ...FAST, 'diagnose.interval.minimum-ms': 0 },
        between: async () => {
          for (let i = 0; i < 2; i += 1) await db.query('select pg_sleep(0.025), 2');
        },
      });
      expect(findings).toMatchObject([{ evidence: { query: 'select pg_sleep($1), $2', callsCount: 2 } }]);
    }, STATEMENTS));
});
