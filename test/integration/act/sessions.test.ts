import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { advise, advisors } from '../../../packages/agent/src/advise/index.ts';
import { checks, runOne } from '../../../packages/agent/src/diagnose/index.ts';
import { OBSERVE_SETTINGS } from '../../../packages/agent/src/observe/index.ts';
import { endSessionSql } from '../../../packages/agent/src/sql/index.ts';
import { observe, settingsWith } from '../../support/check.ts';
import {
  availableMajors,
  clientFor,
  createRole,
  type TestDatabase,
  until,
  withDatabase,
} from '../../support/index.ts';
import { actingOn } from './acting.ts';

interface Client {
  readonly client: pg.Client;
  readonly pid: number;
  readonly connectedAt: string;
  /** Why it ended; empty while it is there. */
  readonly lost: () => string;
}

async function connect(url: string): Promise<Client> {
  const client = clientFor(url);
  let lost = '';
  client.on('error', (error) => {
    lost = error.message;
  });
  await client.connect();
  const { rows } =
    await client.query(`select pid, to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00') as at
    from pg_stat_activity where pid = pg_backend_pid()`);
  return { client, pid: rows[0].pid, connectedAt: rows[0].at, lost: () => lost };
}

/** One holds a lock and does nothing, or sleeps; another waits for it. */
async function pileUp(
  db: TestDatabase,
  isActive: boolean,
): Promise<{
  readonly root: Client;
  readonly waiter: Client;
  readonly waited: Promise<unknown>;
  readonly close: () => Promise<void>;
}> {
  await db.query('create table public.t (a int); insert into public.t values (1)');
  const [root, waiter] = [await connect(db.url), await connect(db.url)];
  await root.client.query('begin');
  await root.client.query('update public.t set a = 2');
  if (isActive) root.client.query('select pg_sleep(60)').catch(() => undefined);
  const waited = waiter.client.query('update public.t set a = 3');
  await until(async () => {
    const rows = await db.query(`select 1 from pg_locks where not granted and pid = ${waiter.pid}`);
    return rows.length > 0;
  }, 'the wait');
  const close = async (): Promise<void> => {
    await Promise.all([root, waiter].map(({ client }) => client.end().catch(() => undefined)));
  };
  return { root, waiter, waited, close };
}

describe.each([...availableMajors()])('sessions on PostgreSQL %i', (major) => {
  it.each([
    ['terminated', 'terminate', false],
    ['cancelled', 'cancel', true],
  ] as const)('at the root of a pile-up are %s, as the advisor proposes', async (_, signal, isActive) => {
    await withDatabase(
      async (db) => {
        const { root, waited, close } = await pileUp(db, isActive);
        const check = checks.find(({ id }) => id === 'diagnose/blocking-chain');
        if (check === undefined) throw new Error('no check');
        const settings = settingsWith(
          [...Object.values(OBSERVE_SETTINGS), ...Object.values(check.settings)],
          {
            'diagnose.blocking-chain.critical-ms': 0,
          },
        );
        const observation = await observe(db.url, settings);
        const { findings } = runOne(check, observation, settings);
        const { proposals } = advise(advisors, findings, observation.snapshot);
        expect(proposals.map((one) => one.do)).toEqual([[`${endSessionSql({ ...root, signal })};`]]);
        const acting = await actingOn(db.url);
        const verifying = await acting.advance(await acting.approved(proposals[0]?.do ?? []));
        expect(verifying, verifying.note).toMatchObject({ state: 'verifying' });
        if (signal === 'cancel') await root.client.query('rollback');
        await waited;
        expect(root.lost() !== '').toBe(signal === 'terminate');
        await close();
      },
      { major },
    );
  });

  it('that took over a process id, wait themselves or hold nobody up are left alone', async () => {
    await withDatabase(
      async (db) => {
        const { root, waiter, waited, close } = await pileUp(db, false);
        const acting = await actingOn(db.url);
        const refused = async (end: Parameters<typeof endSessionSql>[0]): Promise<string> => {
          const ended = await acting.advance(await acting.approved([endSessionSql(end)]));
          expect(ended.state).toBe('failed');
          return ended.note;
        };
        const other = { pid: root.pid, connectedAt: root.connectedAt.replace(/^\d{4}/, '2020') };
        expect(await refused({ ...other, signal: 'terminate' })).toContain('is gone already');
        expect(await refused({ ...waiter, signal: 'terminate' })).toContain('holds nobody up');
        expect(await refused({ ...root, signal: 'cancel' })).toContain('runs no statement');
        await root.client.query('rollback');
        await waited;
        expect(await refused({ ...root, signal: 'terminate' })).toContain('holds nobody up any more');
        expect([root.lost(), waiter.lost()]).toEqual(['', '']);
        await close();
      },
      { major },
    );
  });

  it('that the acting role may not end: says what to grant', async () => {
    await withDatabase(
      async (db) => {
        const { root, waited, close } = await pileUp(db, false);
        const role = await createRole(db, { memberOf: ['pg_monitor'] });
        const acting = await actingOn(role.url);
        const waiting = await acting.advance(
          await acting.approved([endSessionSql({ ...root, signal: 'terminate' })]),
        );
        expect(waiting).toMatchObject({
          state: 'approved',
          note: expect.stringContaining('grant pg_signal_backend'),
        });
        expect(root.lost()).toBe('');
        await root.client.query('rollback');
        await waited;
        await close();
      },
      { major },
    );
  });
});
