import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareVersions } from '../../../packages/agent/src/catalog/index.ts';
import { OBSERVE_SETTINGS, type Snapshot } from '../../../packages/agent/src/observe/index.ts';
import { observe, settingsWith } from '../../support/check.ts';
import {
  availableMajors,
  createDatabase,
  createRole,
  startTestServer,
  type TestDatabase,
} from '../../support/index.ts';

const settings = settingsWith(Object.values(OBSERVE_SETTINGS), {});

/** Takes a snapshot in which each part is there, or says why not and what would help. */
async function snapshotOf(url: string): Promise<Snapshot> {
  const { snapshot } = await observe(url, settings);
  for (const [name, section] of Object.entries(snapshot.sections)) {
    if (section.status === 'ok') continue;
    expect(section.reason, name).not.toBe('');
    expect(section.remedy, name).not.toBe('');
    expect(section.remedy, `${name}: ${section.reason}`).not.toContain('bug');
  }
  for (const gap of snapshot.gaps) expect(gap.remedy, gap.id).not.toContain('bug');
  return snapshot;
}

/** Parts that could not be read, without those that a primary, an old server or one without that extension never has. */
function missing(snapshot: Snapshot): readonly string[] {
  return Object.entries(snapshot.sections)
    .filter(([, section]) => section.status !== 'ok')
    .map(([name]) => name)
    .filter((name) => !['standby', 'io', 'bufferCache', 'settingsFiles'].includes(name));
}

describe.each([...availableMajors()])('a snapshot of PostgreSQL %i', (major) => {
  let db: TestDatabase;

  beforeAll(async () => {
    db = await createDatabase(major, { extensions: ['pg_stat_statements'] });
    await db.query(`
      create schema closed; revoke all on schema closed from public;
      create table closed.secret (id serial primary key, body text, owner_id int);
      create table owner (id int primary key);
      create table guarded (id serial primary key, owner_id int, x text);
      insert into guarded (x) select 'x' from generate_series(1, 200);
      insert into closed.secret (body) select 'x' from generate_series(1, 200);
      alter table guarded enable row level security;
      analyze`);
  });

  afterAll(() => db.close());

  it('by a member of pg_monitor misses nothing', async () => {
    const { url } = await createRole(db, { memberOf: ['pg_monitor'] });
    const snapshot = await snapshotOf(url);
    expect(missing(snapshot)).toEqual([]);
    expect(snapshot.server).toMatchObject({ isSuperuser: false, pooler: 'none' });
    const { sequences } = snapshot.sections;
    expect(sequences.status === 'ok' && sequences.data.map((row) => row.isReadable)).toEqual([false, false]);
  });

  it('reads what is wrong in the configuration files with the grants that it names', async () => {
    const role = await createRole(db, { memberOf: ['pg_monitor'] });
    const { settingsFiles } = (await snapshotOf(role.url)).sections;
    if (settingsFiles.status === 'ok') throw new Error('pg_monitor was enough');
    await db.query(settingsFiles.remedy);
    expect((await snapshotOf(role.url)).sections.settingsFiles.status).toBe('ok');
  });

  it('by a role that may do nothing but log in still shows structure and counters', async () => {
    const { url } = await createRole(db);
    const snapshot = await snapshotOf(url);
    expect(missing(snapshot)).toEqual([]);
    const { tables, columns, statements } = snapshot.sections;
    expect(tables.status === 'ok' && tables.data.map((row) => row.name)).toContain('secret');
    expect(columns.status === 'ok' && columns.data.columns.every((row) => !row.hasStatistics)).toBe(true);
    expect(statements.status === 'ok' && statements.data.length).toBeGreaterThanOrEqual(0);
  });

  it('by a role without SELECT on the tables says so of each column that it would read', async () => {
    const { url } = await createRole(db, {
      memberOf: ['pg_monitor'],
      grants: ['usage on all sequences in schema public'],
    });
    const { sequences } = (await snapshotOf(url)).sections;
    const guarded = sequences.status === 'ok' && sequences.data.find((row) => row.tableName === 'guarded');
    expect(guarded).toMatchObject({
      columnMaximum: null,
      columnMaximumGap: { remedy: expect.stringContaining('select') },
    });
  });

  it('by a role whose defaults are hostile works all the same', async () => {
    const role = await createRole(db, { memberOf: ['pg_monitor'] });
    await db.query(`
      create schema evil;
      create function evil.lower(text) returns text language sql as $$ select 'evil' $$;
      create view evil.pg_class as select 1 as oid;
      grant usage on schema evil to public;
      alter role ${role.name} set search_path = evil, public;
      alter role ${role.name} set statement_timeout = 200;
      alter role ${role.name} set datestyle = 'German, DMY';
      alter role ${role.name} set intervalstyle = 'sql_standard';
      alter role ${role.name} set timezone = 'Asia/Kathmandu';
      alter role ${role.name} set bytea_output = 'escape';
      alter role ${role.name} set extra_float_digits = -15;
      alter role ${role.name} set standard_conforming_strings = off;
      alter role ${role.name} set quote_all_identifiers = on;
      alter role ${role.name} set default_transaction_isolation = serializable;
      alter role ${role.name} set row_security = off;
      alter role ${role.name} set client_encoding = 'LATIN1'`);
    const snapshot = await snapshotOf(role.url);
    expect(missing(snapshot)).toEqual([]);
    const { database } = snapshot.sections;
    const nowMs = database.status === 'ok' ? database.data.now.getTime() : 0;
    expect(Math.abs(nowMs - Date.now())).toBeLessThan(60_000);
  });
});

describe.each([...availableMajors()])('extensions of PostgreSQL %i', (major) => {
  it('with pg_stat_statements in another schema', async () => {
    const own = await createDatabase(major);
    try {
      await own.query(`create schema "a;b"; create extension pg_stat_statements schema "a;b"`);
      const { url } = await createRole(own, { memberOf: ['pg_monitor'], grants: ['usage on schema "a;b"'] });
      expect(missing(await snapshotOf(url))).toEqual([]);
      const closed = await createRole(own, { memberOf: ['pg_monitor'] });
      const { statements } = (await snapshotOf(closed.url)).sections;
      expect(statements).toMatchObject({
        status: 'unavailable',
        remedy: expect.stringContaining('usage on schema'),
      });
      if (statements.status === 'unavailable') await own.query(statements.remedy);
      expect(missing(await snapshotOf(closed.url))).toEqual([]);
    } finally {
      await own.close();
    }
  });

  it('with pg_stat_statements older than the server, or no extension at all', async () => {
    const own = await createDatabase(major);
    try {
      const none = (await snapshotOf(own.url)).sections;
      expect(none.statements).toMatchObject({
        status: 'unavailable',
        remedy: 'run: create extension pg_stat_statements;',
      });
      const versions = await own.query<{ readonly version: string }>(
        `select version from pg_available_extension_versions where name = 'pg_stat_statements'`,
      );
      const usable = versions
        .map((row) => row.version)
        .filter((version) => compareVersions(version, '1.6') >= 0);
      expect(usable.length).toBeGreaterThan(1);
      for (const version of usable.toSorted(compareVersions)) {
        await own.query(`create extension pg_stat_statements version '${version}'`);
        const { statements, statementsInfo } = (await snapshotOf(own.url)).sections;
        expect(statements.status, version).toBe(compareVersions(version, '1.8') >= 0 ? 'ok' : 'unavailable');
        expect(statementsInfo.status, version).toBe(
          compareVersions(version, '1.9') >= 0 ? 'ok' : 'unavailable',
        );
        await own.query('drop extension pg_stat_statements');
      }
    } finally {
      await own.close();
    }
  });
});

it('without the preloaded library says what to add', async () => {
  const server = await startTestServer({
    settings: { shared_preload_libraries: '', 'pg_stat_statements.max': '5000' },
  });
  try {
    const own = await createDatabase(18, { serverUrl: server.connectionUrl() });
    const before = (await snapshotOf(own.url)).sections.statements;
    expect(before).toMatchObject({
      status: 'unavailable',
      remedy: expect.stringContaining('shared_preload_libraries'),
    });
    await own.query('create extension pg_stat_statements');
    const after = (await snapshotOf(own.url)).sections.statements;
    expect(after).toMatchObject({
      status: 'unavailable',
      remedy: expect.stringContaining('shared_preload_libraries'),
    });
    await own.close();
  } finally {
    await server.close();
  }
});
