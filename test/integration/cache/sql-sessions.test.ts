import type { SqlSession } from '@pgsteward/cache/sql';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { availableMajors, createRole, type TestDatabase } from '../../support/index.ts';
import { cachedReads, databaseWith, throwRefused } from './sql-database.ts';

const TENANTS = `
create table orders (id int, tenant text, owner text default current_user);
insert into orders select n, 't' || n % 3 from generate_series(1, 9) n;
alter table orders enable row level security;
create policy by_tenant on orders using (tenant = current_setting('app.tenant', true));
grant select on orders to public;
`;

/** Makes a role without a login of its own that the superuser may take; the test's end drops it. */
async function roleIn(db: TestDatabase, name: string): Promise<string> {
  const role = `${db.name}_${name}`;
  await db.query(`create role ${role}`);
  onTestFinished(async () => {
    await db.query(`drop owned by ${role}; drop role ${role}`);
  });
  return role;
}

describe.each(availableMajors())('on PostgreSQL %i, row security', (major) => {
  it('keeps tenants apart, and the owner of the table apart from them', async () => {
    const db = await databaseWith(TENANTS, { major });
    const { sql, cache } = cachedReads(db, { onRefused: throwRefused });
    const role = await roleIn(db, 'app');
    const tenantsOf = async (session: SqlSession): Promise<unknown> =>
      (await sql.query('select distinct tenant from orders order by 1', [], { session })).rows;
    const as = (tenant: string): SqlSession => ({ role, settings: { 'app.tenant': tenant } });
    for (let round = 0; round < 2; round += 1) {
      expect(await tenantsOf(as('t1'))).toEqual([{ tenant: 't1' }]);
      expect(await tenantsOf(as('t2'))).toEqual([{ tenant: 't2' }]);
      expect(await tenantsOf(as('nobody'))).toEqual([]);
      expect(await tenantsOf({ settings: { 'app.tenant': 't1' } })).toHaveLength(3);
    }
    expect(cache.stats()).toMatchObject({ loads: 4, l1Hits: 4 });
  });

  it('is refused where its inputs are not part of the key', async () => {
    const db = await databaseWith(
      `${TENANTS}
      create function me() returns text language plpgsql stable as 'begin return current_setting(''app.me''); end';
      create function you() returns text language sql stable as 'select current_setting(''app.you'')';
      create table members (who text); create table notes (id int); create table mails (id int);
      create table boards (id int); create table clocks (id int);
      alter table notes enable row level security; create policy p on notes using (me() = 'a');
      alter table mails enable row level security; create policy p on mails using (you() = 'a');
      alter table boards enable row level security;
      create policy p on boards using (exists (select from members where who = current_user));
      create policy w on boards for insert with check (random() > 0.5);
      alter table clocks enable row level security; create policy p on clocks using (now() > '2020-01-01');
      grant select on all tables in schema public to public;`,
      { major },
    );
    const { sql } = cachedReads(db);
    const role = await roleIn(db, 'app');
    const explain = async (
      table: string,
      session: SqlSession,
      tags: readonly string[] = [],
    ): Promise<unknown> =>
      (await sql.explain(`select * from ${table}`, [], { session, tags })).reasons.map(
        ({ code, subject }) => `${code} ${subject}`,
      );
    expect(await explain('orders', { role })).toEqual(['UNKNOWN_SETTING app.tenant']);
    expect(await explain('orders', {})).toEqual([]);
    expect(await explain('notes', { role })).toEqual(['UNKNOWN_POLICY_INPUT public.me']);
    expect(await explain('notes', { role }, ['notes'])).toEqual(['UNKNOWN_POLICY_INPUT public.me']);
    expect(await explain('mails', { role })).toEqual(['UNKNOWN_SETTING app.you']);
    expect(await explain('mails', { role, settings: { 'app.you': 'b' } })).toEqual([]);
    expect(await explain('clocks', { role })).toEqual(['CLOCK_FUNCTION now']);
    expect(await explain('boards', { role })).toEqual([]);
    const { dependencies } = await sql.explain('select * from boards', [], { session: { role } });
    expect(dependencies.map(({ table }) => table)).toEqual(['boards', 'members']);
  });

  it('within a view is that of the view owner, unless the view is read with the rights of who asks', async () => {
    const db = await databaseWith(
      `${TENANTS} create view shown as select * from orders; grant select on shown to public`,
      { major },
    );
    const { sql } = cachedReads(db);
    const [role, owner] = [await roleIn(db, 'app'), await roleIn(db, 'owner')];
    const codes = async (): Promise<unknown> =>
      (await sql.explain('select * from shown', [], { session: { role } })).reasons.map(({ code }) => code);
    // The owner is a superuser, past all policies.
    expect(await codes()).toEqual([]);
    await db.query(`alter view shown owner to ${owner}`);
    sql.forget();
    expect(await codes()).toEqual(['UNKNOWN_SETTING']);
    if (major < 15) return;
    await db.query('alter view shown owner to postgres; alter view shown set (security_invoker = true)');
    sql.forget();
    expect(await codes()).toEqual(['UNKNOWN_SETTING']);
  });
});

describe('a session', () => {
  it('decides which table a name means', async () => {
    const db = await databaseWith(`create schema a; create schema "B c";
      create table a.t as select 'a' as v; create table "B c".t as select 'b' as v;`);
    const { sql } = cachedReads(db, { onRefused: throwRefused });
    const read = async (...searchPath: string[]): Promise<unknown> =>
      (await sql.query('select v from t', [], { session: { searchPath } })).rows[0]?.['v'];
    for (let round = 0; round < 2; round += 1) {
      expect(await read('a')).toBe('a');
      expect(await read('B c', 'a')).toBe('b');
    }
    await expect(read()).rejects.toMatchObject({ code: '42P01' });
  });

  it('decides how a moment is written', async () => {
    const { sql } = cachedReads(await databaseWith(''), { onRefused: throwRefused });
    const read = async (settings: Record<string, string>): Promise<unknown> =>
      (
        await sql.query(`select '2026-01-02 03:04:05+00'::timestamptz::text as v`, [], {
          session: { settings },
        })
      ).rows[0];
    for (let round = 0; round < 2; round += 1) {
      expect(await read({ TimeZone: 'Asia/Tokyo' })).toEqual({ v: '2026-01-02 12:04:05+09' });
      expect(await read({ TimeZone: 'UTC' })).toEqual({ v: '2026-01-02 03:04:05+00' });
      expect(await read({ TimeZone: 'UTC', DateStyle: 'German' })).toEqual({ v: '02.01.2026 03:04:05 UTC' });
    }
  });

  it('is what the key says, whatever a connection was left with', async () => {
    const db = await databaseWith(`create schema other; create table t as select 'public' as v;
      create table other.t as select 'other' as v`);
    const { sql, pool, cache } = cachedReads(db, { pool: { max: 1 }, onRefused: throwRefused });
    const read = async (): Promise<unknown> =>
      (await sql.query(`select v, now()::text from t`, [], { ttlMs: 60_000 })).rows[0];
    const first = await read();
    await pool.query(
      `set search_path = other; set timezone = 'Asia/Tokyo'; create temp table t as select 'own' as v`,
    );
    await cache.bumpNamespace();
    expect(await read()).toMatchObject({ v: 'public' });
    expect(first).toMatchObject({ v: 'public' });
    // And the connection keeps what it had.
    expect((await pool.query('show search_path')).rows).toEqual([{ search_path: 'other' }]);
  });

  it('names no setting that has an option of its own, and only texts', async () => {
    const { sql } = cachedReads(await databaseWith(''));
    for (const settings of [{ search_path: 'a' }, { ROLE: 'a' }, { 'app.n': 7 as unknown as string }]) {
      await expect(sql.query('select 1', [], { session: { settings } })).rejects.toMatchObject({
        code: 'CACHE.INVALID_OPTION',
      });
    }
  });

  it('never shares an answer with another', async () => {
    const db = await databaseWith(TENANTS);
    const plain = cachedReads(db, { onRefused: throwRefused });
    const roles = [await roleIn(db, 'a'), await roleIn(db, 'b'), undefined];
    const login = await createRole(db);
    const other = cachedReads({ ...db, url: login.url }, { cache: plain.cache, onRefused: throwRefused });
    const text = `select current_user::text as role, session_user::text as login, current_setting('app.tenant') as tenant,
      current_setting('TimeZone') as zone, current_setting('search_path') as path, (select count(*)::int from orders) as seen`;
    const sessions = fc.record({
      isOther: fc.boolean(),
      role: fc.constantFrom(...roles),
      tenant: fc.constantFrom('t0', 't1', "t'; reset role; --", ''),
      zone: fc.constantFrom('UTC', 'Asia/Tokyo'),
      path: fc.constantFrom(['public'], ['public', 'a"b']),
    });
    await fc.assert(
      fc.asyncProperty(sessions, async ({ isOther, role, tenant, zone, path }) => {
        const session: SqlSession = {
          ...(role === undefined || isOther ? {} : { role }),
          searchPath: path,
          settings: { 'app.tenant': tenant, TimeZone: zone },
        };
        const { rows } = await (isOther ? other : plain).sql.query(text, [], { session });
        const user = isOther ? login.name : 'postgres';
        const isPastPolicies = !isOther && role === undefined;
        expect(rows).toEqual([
          {
            role: isOther ? login.name : (role ?? user),
            login: user,
            tenant,
            zone,
            path: `${path.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ')}, pg_temp`,
            seen: isPastPolicies ? 9 : /^t\d$/.test(tenant) ? 3 : 0,
          },
        ]);
      }),
      { numRuns: 300 },
    );
    expect(plain.cache.stats().l1Hits).toBeGreaterThan(100);
  });
});
