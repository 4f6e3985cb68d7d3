import { describe, expect, it } from 'vitest';
import { requestUndo } from '../../../packages/agent/src/act/index.ts';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { availableMajors, type TestDatabase, withDatabase } from '../../support/index.ts';
import { actingOn } from './acting.ts';
import { stateOf } from './state.ts';

/** Names that would break out of any text that does not quote them. */
const TABLES = `
create schema "S;""--";
create table "S;""--"."T ab;'" (id serial primary key, "a b" int, "c""d" text, "$1" numeric);
insert into "S;""--"."T ab;'" ("a b", "c""d", "$1") select g % 50, 'x' || g, g from generate_series(1, 3000) g;
create index "i ""1" on "S;""--"."T ab;'" ("a b" desc nulls last, lower("c""d")) where "a b" > 3;
alter table "S;""--"."T ab;'" add constraint "k'1" check ("a b" >= 0) not valid;
alter table "S;""--"."T ab;'" alter column "a b" set statistics 77;
create table public.t (id int primary key, a int, b text);
insert into public.t select g, g % 100, 'x' || g from generate_series(1, 3000) g;
create sequence public."s 1";
create table public.numbered (id int);
insert into public.numbered select generate_series(1, 500);
create materialized view public.v as select a, count(*) as n from public.t group by a;
create unique index v_key on public.v (a);`;

const HOSTILE = `"S;""--"."T ab;'"`;

interface Case {
  readonly kind: string;
  readonly statements: readonly string[];
  /** Tells that it was done. */
  readonly done: string;
  /** Whether there is something that takes it back. */
  readonly isUndoable: boolean;
}

const CASES: readonly Case[] = [
  {
    kind: 'create-index',
    statements: [`create index concurrently "n ""1" on ${HOSTILE} ("c""d", "a b")`],
    done: `select indisvalid from pg_index where indexrelid = '"S;""--"."n ""1"'::regclass`,
    isUndoable: true,
  },
  {
    kind: 'drop-index',
    statements: [`drop index concurrently "S;""--"."i ""1"`],
    done: `select to_regclass('"S;""--"."i ""1"') is null`,
    isUndoable: true,
  },
  {
    kind: 'reindex',
    statements: [`reindex index concurrently "S;""--"."i ""1"`],
    done: `select indisvalid from pg_index where indexrelid = '"S;""--"."i ""1"'::regclass`,
    isUndoable: false,
  },
  {
    kind: 'set-storage',
    statements: ['alter table public.t set (fillfactor = 80, autovacuum_enabled = false)', 'vacuum public.t'],
    done: `select reloptions::text like '%fillfactor=80%' from pg_class where oid = 'public.t'::regclass`,
    isUndoable: true,
  },
  {
    kind: 'analyze',
    statements: [`analyze ${HOSTILE} ("a b", "c""d")`],
    done: `select count(*) = 2 from pg_stats where schemaname = 'S;"--' and tablename = 'T ab;'''`,
    isUndoable: false,
  },
  {
    kind: 'vacuum',
    statements: ['vacuum (freeze, analyze) public.t'],
    done: `select reltuples = 3000 from pg_class where oid = 'public.t'::regclass`,
    isUndoable: false,
  },
  {
    kind: 'set-statistics-target',
    statements: [
      `alter table ${HOSTILE} alter column "a b" set statistics 500`,
      `alter table ${HOSTILE} alter column "c""d" set statistics 0`,
      `analyze ${HOSTILE} ("a b")`,
    ],
    done: `select count(*) = 2 from pg_attribute where attrelid = '"S;""--"."T ab;''"'::regclass and attnum > 0 and attstattarget in (0, 500)`,
    isUndoable: true,
  },
  {
    kind: 'create-statistics',
    statements: [
      `create statistics "S;""--"."st;1" (dependencies, ndistinct, mcv) on "a b", "c""d" from ${HOSTILE};`,
      `analyze ${HOSTILE};`,
    ],
    done: `select count(*) = 1 from pg_statistic_ext where stxname = 'st;1'`,
    isUndoable: true,
  },
  {
    kind: 'validate-constraint',
    statements: [`alter table ${HOSTILE} validate constraint "k'1"`],
    done: `select convalidated from pg_constraint where conname = 'k''1'`,
    isUndoable: false,
  },
  {
    kind: 'set-sequence',
    statements: [`select pg_catalog.setval('"public"."s 1"', (select max("id") from "public"."numbered"));`],
    done: `select last_value = 500 and is_called from public."s 1"`,
    isUndoable: true,
  },
  {
    kind: 'create-materialized-view',
    statements: [
      'create materialized view public."V;2" as select a, pg_catalog.count(*) as n, max(lower(b)) as m from public.t group by a;',
      'create unique index "V;2 key" on public."V;2" (a)',
      'analyze public."V;2"',
    ],
    done: `select ispopulated from pg_matviews where matviewname = 'V;2'`,
    isUndoable: true,
  },
  {
    kind: 'refresh-materialized-view',
    statements: ['refresh materialized view concurrently public.v'],
    done: 'select count(*) = 100 from public.v',
    isUndoable: false,
  },
];

async function isTrue(db: TestDatabase, sql: string): Promise<boolean> {
  const [row] = await db.query(sql);
  return Object.values(row ?? {})[0] === true;
}

describe.each([...availableMajors()])('actions on PostgreSQL %i', (major) => {
  it.each(CASES.map((one) => [one.kind, one] as const))('apply and take back: %s', async (kind, one) => {
    await withDatabase(
      async (db) => {
        await db.query(TABLES);
        const before = await stateOf(db);
        const acting = await actingOn(db.url);
        const approved = await acting.approved(one.statements);
        expect(approved.change.kind).toBe(kind);
        const verifying = await acting.advance(approved);
        expect(verifying, verifying.note).toMatchObject({ state: 'verifying' });
        expect(await isTrue(db, one.done), one.done).toBe(true);
        const kept = await acting.advance(verifying);
        expect(kept.state).toBe('kept');
        const asked = await requestUndo(acting.journal, kept.id, { actor: 'anna', now: new Date() });
        if (!one.isUndoable) {
          expect(asked).toMatchObject({ ok: false, error: { code: 'ACT.NOT_UNDOABLE' } });
          return;
        }
        const reverted = await acting.advance(unwrap(asked));
        expect(reverted, reverted.note).toMatchObject({ state: 'reverted' });
        expect(await stateOf(db)).toEqual(before);
        expect((await acting.advance(unwrap(asked))).state).toBe('reverted');
        expect(await stateOf(db)).toEqual(before);
      },
      { major },
    );
  });

  it('drops what an interrupted rebuild left, and nothing that was there before', async () => {
    await withDatabase(
      async (db) => {
        await db.query(`create table public.t (a int); insert into public.t values (1), (1), (2);
          create index i on public.t (a); create index i_ccnew7 on public.t (a)`);
        await db.query(
          `update pg_index set indisvalid = false where indexrelid = 'public.i_ccnew7'::regclass`,
        );
        const acting = await actingOn(db.url);
        const applying = await acting.begun(['reindex index concurrently public.i']);
        await db.query('create index i_ccnew on public.t (a)');
        await db.query(
          `update pg_index set indisvalid = false where indexrelid = 'public.i_ccnew'::regclass`,
        );
        const done = await acting.advance(applying);
        expect(done).toMatchObject({ state: 'verifying' });
        expect(acting.journal.entries.map(({ event }) => event)).toContain('cleaned-up');
        const indexes = await db.query(
          `select indexname as name from pg_indexes where tablename = 't' order by 1`,
        );
        expect(indexes.map(({ name }) => name)).toEqual(['i', 'i_ccnew7']);
      },
      { major },
    );
  });

  it('rebuilds nothing twice: the copy has taken over and only the old one is left', async () => {
    await withDatabase(
      async (db) => {
        await db.query('create table public.t (a int); create index i on public.t (a)');
        const acting = await actingOn(db.url);
        const applying = await acting.begun(['reindex index concurrently public.i']);
        await db.query(`alter index i rename to i_ccold; create index i on public.t (a);
          update pg_index set indisvalid = false where indexrelid = 'public.i_ccold'::regclass`);
        const [{ oid } = { oid: 0 }] = await db.query(`select 'public.i'::regclass::oid::int as oid`);
        expect(await acting.advance(applying)).toMatchObject({ state: 'verifying' });
        expect(
          await db.query(
            `select 'public.i'::regclass::oid::int as oid, to_regclass('public.i_ccold') as old`,
          ),
        ).toEqual([{ oid, old: null }]);
      },
      { major },
    );
  });
});

it('fails and leaves nothing where rows break the uniqueness of what is rebuilt', async () => {
  await withDatabase(async (db) => {
    await db.query('create table public.t (a int); insert into public.t values (1), (1)');
    await db.query('create unique index concurrently i on public.t (a)').catch(() => undefined);
    const acting = await actingOn(db.url);
    const failed = await acting.advance(await acting.approved(['reindex index concurrently public.i']));
    expect(failed).toMatchObject({
      state: 'failed',
      note: expect.stringContaining('could not create unique index'),
    });
    const indexes = await db.query(`select indexname as name from pg_indexes where tablename = 't'`);
    expect(indexes).toEqual([{ name: 'i' }]);
  });
});

it('does not take a sequence back from which somebody drew', async () => {
  await withDatabase(async (db) => {
    await db.query(TABLES);
    const acting = await actingOn(db.url, {
      judge: () => ({ outcome: 'reverted', text: 'as the test says', verdict: null }),
    });
    const sql = `select pg_catalog.setval('"public"."s 1"', (select max("id") from "public"."numbered"))`;
    const verifying = await acting.advance(await acting.approved([sql]));
    await db.query(`select nextval('public."s 1"')`);
    expect(await acting.advance(verifying)).toMatchObject({
      state: 'failed',
      note: expect.stringContaining('values were drawn'),
    });
    expect(await db.query('select last_value::int as n from public."s 1"')).toEqual([{ n: 501 }]);
  });
});

const REFUSED: readonly (readonly [string, readonly string[], string])[] = [
  ['reindex of nothing', ['reindex index concurrently public.nothing'], 'there is no index'],
  ['a drop that would block the table', ['drop index public.v_key'], 'only a concurrent drop'],
  ['a constraint that is valid', [`alter table public.t validate constraint t_pkey`], 'valid already'],
  ['statistics that are there', ['create statistics public.known on a, b from public.t'], 'exists already'],
  [
    'a column that is not there',
    ['alter table public.t alter column nix set statistics 5'],
    'there is no column',
  ],
  ['a table that is not there', ['analyze public.nix'], 'there is no table'],
  [
    'a sequence that is past its column',
    [`select pg_catalog.setval('"public"."ahead"', (select max("id") from "public"."numbered"))`],
    'past the values',
  ],
  [
    'a sequence that counts down',
    [`select pg_catalog.setval('"public"."down"', (select max("id") from "public"."numbered"))`],
    'counts down',
  ],
  ['a view that is there', ['create materialized view public.v as select 1 as a'], 'exists already'],
  [
    'a view that calls what has side effects',
    [`create materialized view public.w as select pg_catalog.set_config('a.b', 'c', false) as a`],
    'side effects: set_config',
  ],
  [
    'a view that reads files',
    [`create materialized view public.w as select pg_read_file('/etc/passwd') as a`],
    'side effects: pg_read_file',
  ],
  ['a refresh of a table', ['refresh materialized view public.t'], 'there is no materialized view'],
];

it.each(REFUSED)('begins nothing for %s', async (_, statements, reason) => {
  await withDatabase(async (db) => {
    await db.query(`${TABLES} create statistics public.known on a, b from public.t; create sequence public.ahead start 1000;
      select nextval('public.ahead'); create sequence public.down increment -1`);
    const acting = await actingOn(db.url);
    const failed = await acting.advance(await acting.approved(statements));
    expect(failed).toMatchObject({ state: 'failed', note: expect.stringContaining(reason) });
    expect(acting.journal.entries.map(({ event }) => event)).not.toContain('applying');
  });
});
