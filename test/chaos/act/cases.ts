import type pg from 'pg';
import { endSessionSql } from '../../../packages/agent/src/sql/index.ts';
import { clientFor, runOnce, type TestDatabase, until } from '../../support/index.ts';

/** Large enough for each change to take some time. */
const ROWS = 20_000;

/** Objects that the cases change, each its own. */
export const OBJECTS = `
create table public.t (id int primary key, a int, b text);
insert into public.t select g, g % 1000, 'x' || g % 77 from generate_series(1, ${ROWS}) g;
create index t_b on public.t (b) include (a);
create index t_a on public.t (a);
create table public.p (at int not null, n int) partition by range (at);
create table public.p_1 partition of public.p for values from (0) to (10000);
create table public.p_2 partition of public.p for values from (10000) to (20000);
insert into public.p select g, g from generate_series(1, 19999) g;
create table public.c (a int);
insert into public.c select generate_series(1, ${ROWS});
alter table public.c add constraint c_positive check (a > 0) not valid;
create sequence public.s;
create materialized view public.v as select a, count(*) as n from public.t group by a;
create unique index v_key on public.v (a);
analyze;`;

/** A change, what tells that it was done, and what brings the beginning back. */
export interface Case {
  readonly kind: string;
  readonly statements: readonly string[] | ((db: TestDatabase) => Promise<Staged>);
  readonly done: string;
  readonly reset: readonly string[];
  readonly isUndoable: boolean;
}

/** A change that is of one round alone. */
export interface Staged {
  readonly statements: readonly string[];
  readonly done: string;
  readonly close: () => Promise<void>;
}

const RELOAD = 'select pg_catalog.pg_reload_conf()';
const isValid = (name: string): string =>
  `select coalesce((select indisvalid from pg_index where indexrelid = to_regclass('public.${name}')), false) as done`;

/** One of each kind that leaves something, and of those that repeat. */
export const CASES: readonly Case[] = [
  {
    kind: 'create-index',
    statements: ['create index concurrently t_ab on public.t (a, b)'],
    done: isValid('t_ab'),
    reset: ['drop index if exists public.t_ab'],
    isUndoable: true,
  },
  {
    kind: 'create-index of partitions',
    statements: [
      'create index p_n on only public.p (n)',
      'create index concurrently p_1_n on public.p_1 (n)',
      'alter index public.p_n attach partition public.p_1_n',
      'create index concurrently p_2_n on public.p_2 (n)',
      'alter index public.p_n attach partition public.p_2_n',
    ],
    done: isValid('p_n'),
    reset: ['drop index if exists public.p_n'],
    isUndoable: true,
  },
  {
    kind: 'drop-index',
    statements: ['drop index concurrently public.t_b'],
    done: `select to_regclass('public.t_b') is null as done`,
    reset: ['create index if not exists t_b on public.t (b) include (a)'],
    isUndoable: true,
  },
  {
    kind: 'reindex',
    statements: ['reindex index concurrently public.t_a'],
    done: isValid('t_a'),
    reset: [],
    isUndoable: false,
  },
  {
    kind: 'set-storage',
    statements: ['alter table public.t set (fillfactor = 80)', 'vacuum public.t'],
    done: `select coalesce(reloptions::text like '%fillfactor=80%', false) as done from pg_class where oid = 'public.t'::regclass`,
    reset: ['alter table public.t reset (fillfactor)'],
    isUndoable: true,
  },
  {
    kind: 'set-statistics-target',
    statements: ['alter table public.t alter column a set statistics 900', 'analyze public.t (a)'],
    done: `select coalesce(attstattarget = 900, false) as done from pg_attribute where attrelid = 'public.t'::regclass and attname = 'a'`,
    reset: ['alter table public.t alter column a set statistics -1'],
    isUndoable: true,
  },
  {
    kind: 'create-statistics',
    statements: ['create statistics public.st (mcv, ndistinct) on a, b from public.t', 'analyze public.t'],
    done: `select exists (select from pg_statistic_ext where stxname = 'st') as done`,
    reset: ['drop statistics if exists public.st'],
    isUndoable: true,
  },
  {
    kind: 'validate-constraint',
    statements: ['alter table public.c validate constraint c_positive'],
    done: `select convalidated as done from pg_constraint where conname = 'c_positive'`,
    reset: [
      'alter table public.c drop constraint c_positive',
      'alter table public.c add constraint c_positive check (a > 0) not valid',
    ],
    isUndoable: false,
  },
  {
    kind: 'set-sequence',
    statements: [`select pg_catalog.setval('"public"."s"', (select max("a") from "public"."c"))`],
    done: `select last_value = ${ROWS} as done from public.s`,
    reset: [`select setval('public.s', 1, false)`],
    isUndoable: true,
  },
  {
    kind: 'alter-setting',
    statements: ['alter system set random_page_cost = 1.5', RELOAD],
    done: `select setting = '1.5' as done from pg_settings where name = 'random_page_cost'`,
    reset: ['alter system reset random_page_cost', RELOAD],
    isUndoable: true,
  },
  {
    kind: 'create-materialized-view',
    statements: [
      'create materialized view public.w as select a, count(*) as n, max(b) as b from public.t group by a',
      'create unique index w_key on public.w (a)',
      'analyze public.w',
    ],
    done: `select to_regclass('public.w_key') is not null as done`,
    reset: ['drop materialized view if exists public.w'],
    isUndoable: true,
  },
  {
    kind: 'refresh-materialized-view',
    statements: ['refresh materialized view concurrently public.v'],
    done: 'select count(*) = 1000 as done from public.v',
    reset: [],
    isUndoable: false,
  },
  {
    kind: 'vacuum',
    statements: ['vacuum (freeze, analyze) public.t'],
    done: 'select true as done',
    reset: [],
    isUndoable: false,
  },
  { kind: 'end-session', statements: stagePileUp, done: '', reset: [], isUndoable: false },
];

/** Statements of a round, what tells that they were done, and what ends the round. */
export async function stage(one: Case, db: TestDatabase): Promise<Staged> {
  if (typeof one.statements === 'function') return one.statements(db);
  return {
    statements: one.statements,
    done: one.done,
    // A target that was stopped lost its connections.
    close: async () => {
      for (const sql of one.reset) await runOnce(db.url, sql);
    },
  };
}

/** A session that holds a row and does nothing, and one that waits for it. */
async function stagePileUp(db: TestDatabase): Promise<Staged> {
  const connect = async (): Promise<pg.Client> => {
    const client = clientFor(db.url);
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const [root, waiter] = [await connect(), await connect()];
  await root.query('begin');
  await root.query('update public.c set a = a where a = 1');
  const { rows } = await root.query<{ pid: number; at: string }>(
    `select pid, to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00') as at from pg_stat_activity where pid = pg_backend_pid()`,
  );
  const { pid, at: connectedAt } = rows[0] ?? { pid: 0, at: '' };
  waiter.query('update public.c set a = a where a = 1').catch(() => undefined);
  await until(
    async () => (await runOnce(db.url, 'select 1 from pg_locks where not granted')).length > 0,
    'the wait',
  );
  return {
    statements: [endSessionSql({ signal: 'terminate', pid, connectedAt })],
    done: `select not exists (select from pg_stat_activity where pid = ${pid} and backend_start = '${connectedAt}') as done`,
    close: async () => {
      await Promise.all([root, waiter].map((client) => client.end().catch(() => undefined)));
    },
  };
}
