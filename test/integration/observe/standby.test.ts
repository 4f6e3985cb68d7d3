import { expect, it } from 'vitest';
import { OBSERVE_SETTINGS, type Snapshot } from '../../../packages/agent/src/observe/index.ts';
import { observe, settingsWith } from '../../support/check.ts';
import { availableMajors, createDatabase, startStandby, startTestServer } from '../../support/index.ts';
import { openTestSession } from '../../support/session.ts';

const settings = settingsWith(Object.values(OBSERVE_SETTINGS), {});

function states(snapshot: Snapshot): Readonly<Record<string, string>> {
  const entries = Object.entries(snapshot.sections);
  return Object.fromEntries(entries.map(([name, section]) => [name, section.status]));
}

it.each([...availableMajors()])('a standby of PostgreSQL %i is observed whole', async (major) => {
  const primary = await startTestServer({ major });
  try {
    const db = await createDatabase(major, {
      serverUrl: primary.connectionUrl(),
      extensions: ['pg_stat_statements', 'pg_buffercache'],
    });
    await db.query(`
      create table t (id serial primary key, parent_id int);
      create unlogged table u (id serial primary key);
      insert into t (parent_id) select i from generate_series(1, 1000) i;
      insert into u default values;
      create sequence used; select nextval('used'); analyze`);
    const standby = await startStandby(primary, { slot: 'standby_slot' });
    try {
      const url = new URL(db.url);
      url.port = String(standby.port);
      await settle(url.href);
      const { snapshot, interval } = await observe(url.href, settings, async () => undefined);
      const expected = Object.keys(snapshot.sections).filter(
        (name) => !['io', 'bufferCache'].includes(name) || major >= 16,
      );
      const found = states(snapshot);
      expect(expected.filter((name) => found[name] !== 'ok')).toEqual([]);
      expect(snapshot.server.isInRecovery).toBe(true);
      expect(snapshot.sections.standby).toMatchObject({ data: { isReceiving: true, isReplayPaused: false } });
      expect(interval?.database).not.toBeNull();
      const above = (await observe(db.url, settings)).snapshot.sections;
      expect(above.replicas).toMatchObject({ data: [{ applicationName: 'standby', state: 'streaming' }] });
      expect(above.slots).toMatchObject({ data: [{ name: 'standby_slot', isActive: true }] });
      expect(above.standby).toMatchObject({
        status: 'unavailable',
        remedy: expect.stringContaining('standby'),
      });
    } finally {
      await standby.close();
    }
    await db.close();
  } finally {
    await primary.close();
  }
});

/** Waits until the standby has replayed the database. */
async function settle(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const isThere = await openTestSession(url).then(
      async (session) => {
        const rows = await session.read({
          id: 'test/settle',
          sql: `select to_regclass('public.used') is not null and exists (
            select from pg_stat_wal_receiver where status = 'streaming') as there`,
          timeoutMs: 1_000,
        });
        await session.close();
        return rows[0]?.['there'] === true;
      },
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
