import { readFileSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { OBSERVE_SETTINGS } from '../../../packages/agent/src/observe/index.ts';
import { observe, settingsWith } from '../../support/check.ts';
import { availableMajors, createDatabase, startTestServer, withDatabase } from '../../support/index.ts';
import { openTestSession } from '../../support/session.ts';

const settings = settingsWith(Object.values(OBSERVE_SETTINGS), {});

it.each([
  'insert into public.t default values',
  'select nextval($$public.t_id_seq$$)',
  'create table public.x ()',
  'truncate public.t',
  'select * from public.t for update',
  'delete from pg_catalog.pg_statistic',
])('a session refuses to write, even as superuser: %s', async (sql) => {
  await withDatabase(async (db) => {
    await db.query('create table t (id serial primary key)');
    const session = await openTestSession(db.url);
    await expect(session.read({ id: 'test/write', sql, timeoutMs: 1_000 })).rejects.toMatchObject({
      code: '25006',
    });
    // The transaction cannot be ended from inside: one statement is all that the protocol takes.
    const ended = session.read({ id: 'test/escape', sql: `commit; ${sql}`, timeoutMs: 1_000 });
    await expect(ended).rejects.toMatchObject({ code: '42601' });
    await session.close();
    expect(await db.query('select count(*)::int as n from t')).toEqual([{ n: 0 }]);
  });
});

it.each([...availableMajors()])(
  'a snapshot of PostgreSQL %i leaves nothing changed and marks each statement',
  async (major) => {
    const server = await startTestServer({
      major,
      settings: { log_statement: 'all', log_line_prefix: '%m [%p] app=%a ', autovacuum: 'off' },
    });
    try {
      const db = await createDatabase(major, {
        serverUrl: server.connectionUrl(),
        extensions: ['pg_stat_statements'],
      });
      await db.query(`
      create table t (id serial primary key, parent_id int);
      create table parent (id int primary key);
      insert into t (parent_id) select i from generate_series(1, 1000) i;
      analyze; checkpoint`);
      const facts = `select pg_current_wal_insert_lsn()::text as lsn, (select sum(reltuples) from pg_class) as rows,
      (select count(*) from pg_class) as relations, pg_snapshot_xmax(pg_current_snapshot())::text as xid,
      (select stats_reset from pg_stat_database where datname = current_database()) as reset,
      (select last_value from t_id_seq) as sequence`;
      const resetOf = 'select stats_reset from pg_stat_statements_info';
      const [before, resetBefore] = [await db.query(facts), await db.query(resetOf)];
      const logStart = statSync(server.logFile).size;
      await observe(db.url, settings, async () => undefined);
      const log = readFileSync(server.logFile, 'utf8').slice(logStart);
      expect(await db.query(resetOf)).toEqual(resetBefore);
      const [after] = await db.query(facts);
      const { lsn: lsnBefore, ...restBefore } = before[0] ?? {};
      const { lsn: lsnAfter, ...restAfter } = after ?? {};
      expect(restAfter).toEqual(restBefore);
      const [wal] = await db.query<{ readonly bytes: number }>('select $1::pg_lsn - $2::pg_lsn as bytes', [
        lsnAfter,
        lsnBefore,
      ]);
      // Hint bits and pruning of catalogue pages may write a little WAL on any server that is read.
      expect(Number(wal?.bytes)).toBeLessThan(100_000);
      const statements = log.split('\n').filter((line) => / (statement|execute [^:]*): /.test(line));
      const ours = statements.filter((line) => line.includes('app=pgsteward'));
      expect(ours.length).toBeGreaterThan(60);
      expect(ours.filter((line) => !line.includes('/* pgsteward:'))).toEqual([]);
      const others = statements.filter((line) => !line.includes('app=pgsteward'));
      expect(others.every((line) => line.includes('app= ') || line.includes('app=[unknown]'))).toBe(true);
      await db.close();
    } finally {
      await server.close();
    }
  },
);
