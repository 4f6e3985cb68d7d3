import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { clientFor, type TestDatabase, until, withDatabase } from '../../../../../../test/support/index.ts';
import { diagnoseChanged } from '../../../../../../test/support/replaced-sections.ts';
import { deadlocks } from './check.ts';

async function collide(db: TestDatabase): Promise<void> {
  const clients = [clientFor(db.url), clientFor(db.url)];
  for (const client of clients) {
    await client.connect();
    await client.query("set deadlock_timeout = '30ms'; begin");
  }
  const [first, second] = clients;
  await first?.query('update t set id = id where id = 1');
  await second?.query('update t set id = id where id = 2');
  await Promise.allSettled([
    first?.query('update t set id = id where id = 2'),
    second?.query('update t set id = id where id = 1'),
  ]);
  for (const client of clients) await client.end();
}

async function counted(db: TestDatabase): Promise<number> {
  const [row] = await db.query<{ readonly n: number }>(
    'select deadlocks::int as n from pg_stat_database where datname = current_database()',
  );
  return row?.n ?? 0;
}

describe('diagnose/deadlocks', () => {
  it.each([14, 18])('finds those of the past and those of the interval, on %i', (major) =>
    withDatabase(
      async (db) => {
        await db.query('create table t (id int primary key); insert into t values (1), (2)');
        expect(await findingsOf(deadlocks, db)).toEqual([]);
        const during = await diagnoseWith(deadlocks, db, {
          between: async () => {
            await collide(db);
            // The collector of PostgreSQL 14 takes its time on a busy machine.
            await until(async () => (await counted(db)) > 0, 'the deadlock is counted');
          },
        });
        expect(during.findings).toMatchObject([
          {
            id: 'diagnose/deadlocks',
            severity: 'warning',
            subject: { kind: 'database', schema: '', name: db.name },
            evidence: { deadlocksCount: 1, recentDeadlocksCount: 1 },
            threshold: { key: 'diagnose.deadlocks.minimum-count', value: 1 },
          },
        ]);
        expect(await findingsOf(deadlocks, db)).toMatchObject([
          { severity: 'warning', evidence: { deadlocksCount: 1 } },
        ]);
      },
      { major },
    ),
  );

  it('only mentions a rare one (real snapshot, counter and its age replaced)', () =>
    withDatabase(async (db) => {
      const diagnosis = await diagnoseChanged(deadlocks, db, {
        database: (read) => ({
          ...read,
          deadlocks: 3,
          statsReset: new Date(read.now.getTime() - 30 * 86_400_000),
        }),
      });
      expect(diagnosis.findings).toMatchObject([
        { severity: 'info', evidence: { deadlocksPerDay: 0.1, isWindowExact: true } },
      ]);
    }));
});
