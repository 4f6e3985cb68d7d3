import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestUndo } from '../../../packages/agent/src/act/index.ts';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import {
  availableMajors,
  createDatabase,
  createRole,
  runOnce,
  startTestServer,
  type TestDatabase,
  type TestServer,
} from '../../support/index.ts';
import { actingOn } from './acting.ts';

const RELOAD = 'select pg_catalog.pg_reload_conf()';
const MEMORY = { 'target.memory-bytes': '8GB' };

/** All that ALTER SYSTEM, databases and roles set, and what is in force of it. */
const WRITTEN = `select 'file ' || name || '=' || setting as item from pg_file_settings where sourcefile like '%auto.conf'
  union all select 'own ' || setdatabase || ' ' || setrole || ' ' || setconfig::text from pg_db_role_setting order by 1`;

describe.each([...availableMajors()])('settings on PostgreSQL %i', (major) => {
  let server: TestServer;
  let db: TestDatabase;

  beforeAll(async () => {
    server = await startTestServer({ major });
    db = await createDatabase(major, { serverUrl: server.connectionUrl() });
  });

  afterAll(async () => {
    await db.close();
    await server.close();
  });

  const show = async (name: string): Promise<unknown> => {
    const [row] = await runOnce(db.url, `select current_setting('${name}') as value`);
    return row?.['value'];
  };

  it.each([
    {
      when: 'nothing stood there',
      former: null,
      name: 'work_mem',
      value: '5MB',
      before: '4MB',
      during: '5MB',
    },
    {
      when: 'a value stood there',
      former: "'7MB'",
      name: 'work_mem',
      value: '6MB',
      before: '7MB',
      during: '6MB',
    },
    {
      when: 'it takes a restart',
      former: null,
      name: 'max_connections',
      value: '90',
      before: '200',
      during: '200',
    },
  ])('are set and put back to the letter: $when', async ({ former, name, value, before, during }) => {
    await db.query(`alter system reset ${name}`);
    if (former !== null) await db.query(`alter system set ${name} = ${former}`);
    await db.query(RELOAD);
    const written = await db.query(WRITTEN);
    const acting = await actingOn(db.url, { settings: MEMORY });
    const verifying = await acting.advance(
      await acting.approved([`alter system set ${name} = '${value}'`, RELOAD]),
    );
    expect(verifying, verifying.note).toMatchObject({ state: 'verifying' });
    if (name === 'max_connections') expect(verifying.note).toContain('restart pending');
    expect(await db.query(WRITTEN)).toContainEqual({ item: `file ${name}=${value}` });
    expect(await show(name)).toBe(during);
    const kept = await acting.advance(verifying);
    const asked = unwrap(await requestUndo(acting.journal, kept.id, { actor: 'anna', now: new Date() }));
    expect(await acting.advance(asked)).toMatchObject({ state: 'reverted', note: 'undone by anna' });
    expect(await db.query(WRITTEN)).toEqual(written);
    expect(await show(name)).toBe(before);
  });

  it.each([
    ['database', (db: TestDatabase) => `database "${db.name}"`],
    ['role', () => 'role "R;""1"'],
    ['role in database', (db: TestDatabase) => `role "R;""1" in database "${db.name}"`],
  ])('are set and put back for a %s', async (_, where) => {
    await db.query(`drop role if exists "R;""1"`);
    await db.query(`create role "R;""1"`);
    const level = where(db);
    for (const former of [null, "'on'"]) {
      if (former !== null) await db.query(`alter ${level} set jit = ${former}`);
      const written = await db.query(WRITTEN);
      const acting = await actingOn(db.url);
      const verifying = await acting.advance(await acting.approved([`alter ${level} set jit = off`]));
      expect(verifying).toMatchObject({
        state: 'verifying',
        note: expect.stringContaining('new sessions take it'),
      });
      expect(JSON.stringify(await db.query(WRITTEN))).toContain('jit=off');
      const kept = await acting.advance(verifying);
      const asked = unwrap(await requestUndo(acting.journal, kept.id, { actor: 'anna', now: new Date() }));
      expect(await acting.advance(asked)).toMatchObject({ state: 'reverted' });
      expect(await db.query(WRITTEN)).toEqual(written);
    }
    await db.query(`alter ${level} reset all`);
  });

  it('that were written and not loaded when the agent died are loaded', async () => {
    const acting = await actingOn(db.url);
    const applying = await acting.begun(['alter system set random_page_cost = 1.25', RELOAD]);
    await db.query('alter system set random_page_cost = 1.25');
    expect(await acting.advance(applying)).toMatchObject({ state: 'verifying' });
    expect(acting.journal.entries.map(({ event }) => event)).toContain('cleaned-up');
    expect(await show('random_page_cost')).toBe('1.25');
    await db.query('alter system reset random_page_cost');
    await db.query(RELOAD);
  });

  it('that would take more memory than there is are refused', async () => {
    const refused = async (setting: string, memory: string | null): Promise<string> => {
      const acting = await actingOn(db.url, {
        settings: memory === null ? {} : { 'target.memory-bytes': memory },
      });
      const ended = await acting.advance(await acting.approved([`alter system set ${setting}`, RELOAD]));
      expect(ended.state).not.toBe('verifying');
      return ended.note;
    };
    expect(await refused("shared_buffers = '5GB'", '8GB')).toContain('more than 40 % of the memory');
    expect(await refused("work_mem = '64MB'", '8GB')).toContain('PostgreSQL could take');
    expect(await refused("maintenance_work_mem = '4GB'", '8GB')).toContain('PostgreSQL could take');
    expect(await refused("work_mem = '64MB'", null)).toContain('target.memory-bytes');
  });

  it('say what a role lacks that may not change them, and what one needs that may', async () => {
    const role = await createRole(db, { memberOf: ['pg_monitor'] });
    const acting = await actingOn(role.url);
    const change = ["alter system set log_temp_files = '1MB'", RELOAD];
    const lacking = await acting.advance(await acting.approved(change));
    expect(lacking).toMatchObject({ state: 'approved' });
    if (major < 15) {
      expect(lacking.note).toContain('only a superuser');
      return;
    }
    expect(lacking.note).toContain(`grant alter system on parameter log_temp_files to ${role.name}`);
    await db.query(`grant alter system on parameter log_temp_files to ${role.name}`);
    expect((await acting.advance(await acting.approved(change))).note).toContain('pg_reload_conf');
    await db.query(`grant execute on function pg_catalog.pg_reload_conf() to ${role.name}`);
    const written = await db.query(WRITTEN);
    const verifying = await acting.advance(await acting.approved(change));
    expect(verifying, verifying.note).toMatchObject({ state: 'verifying' });
    expect(await show('log_temp_files')).toBe('1MB');
    const kept = await acting.advance(verifying);
    const asked = unwrap(await requestUndo(acting.journal, kept.id, { actor: 'anna', now: new Date() }));
    expect(await acting.advance(asked)).toMatchObject({ state: 'reverted' });
    expect(await db.query(WRITTEN)).toEqual(written);
    await db.query(`drop owned by ${role.name}`);
  });
});
