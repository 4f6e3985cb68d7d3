import { describe, expect, it } from 'vitest';
import {
  availableMajors,
  createDatabase,
  createRole,
  hasAllMajors,
  requestedMajors,
  runOnce,
  serverUrl,
  withDatabase,
} from '../../support/index.ts';

it('offers every requested major version', () => {
  expect(availableMajors().length).toBeGreaterThan(0);
  if (hasAllMajors()) expect(availableMajors()).toEqual(requestedMajors());
});

describe.each(availableMajors())('on PostgreSQL %i', (major) => {
  it('gives a database of its own on the right server and drops it', async () => {
    const db = await createDatabase(major, { extensions: ['pg_stat_statements'] });
    const [row] = await db.query<{ major: number; name: string; io: string }>(
      `select current_setting('server_version_num')::int / 10000 as major, current_database() as name,
              current_setting('track_io_timing') as io`,
    );
    expect(row).toEqual({ major, name: db.name, io: 'on' });
    await db.query('select count(*) from pg_stat_statements');
    await db.close();
    const left = await runOnce(serverUrl(major), 'select 1 from pg_database where datname = $1', [db.name]);
    expect(left).toEqual([]);
  });

  it('takes a hostile name', async () => {
    const name = 'a "b"; ü/?#%';
    await withDatabase(
      async (db) => expect(await runOnce(db.url, 'select current_database() as name')).toEqual([{ name }]),
      { major, name },
    );
  });

  it('gives roles a login with just the grants asked for, and drops them', async () => {
    const role = await withDatabase(
      async (db) => {
        await db.query('create table open (id int); create table closed (id int)');
        const made = await createRole(db, { memberOf: ['pg_monitor'], grants: ['select on open'] });
        expect(await runOnce(made.url, 'select count(*)::int as n from open')).toEqual([{ n: 0 }]);
        await expect(runOnce(made.url, 'select * from closed')).rejects.toMatchObject({ code: '42501' });
        return made;
      },
      { major },
    );
    const left = await runOnce(serverUrl(major), 'select 1 from pg_roles where rolname = $1', [role.name]);
    expect(left).toEqual([]);
  });
});
