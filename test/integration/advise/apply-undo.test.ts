import { describe, expect, it } from 'vitest';
import { advise, advisors, type Proposal } from '../../../packages/agent/src/advise/index.ts';
import { checks, type Finding, runOne } from '../../../packages/agent/src/diagnose/index.ts';
import { OBSERVE_SETTINGS } from '../../../packages/agent/src/observe/index.ts';
import { observe, settingsWith } from '../../support/check.ts';
import { availableMajors, type TestDatabase, withDatabase } from '../../support/index.ts';

/** What a proposal may change: indexes, storage parameters, constraints, sequences. */
const STATE = `
select pg_get_indexdef(c.oid) || ' ' || i.indisvalid as item
  from pg_index i join pg_class c on c.oid = i.indexrelid where c.relnamespace = 'public'::regnamespace
union all select relname || ' ' || coalesce(reloptions::text, '-') from pg_class
  where relnamespace = 'public'::regnamespace and relkind = 'r'
union all select sequencename || ' ' || coalesce(last_value, 0) from pg_sequences
  where schemaname = 'public' and sequencename <> 'T;1_id_seq'
order by 1`;

/** Observes, diagnoses with one check and advises. */
async function proposalsFor(
  db: TestDatabase,
  checkId: string,
  overrides: Readonly<Record<string, unknown>>,
): Promise<{ readonly findings: readonly Finding[]; readonly proposals: readonly Proposal[] }> {
  const check = checks.find((candidate) => candidate.id === checkId);
  if (check === undefined) throw new Error(`no check ${checkId}`);
  const definitions = [...Object.values(OBSERVE_SETTINGS), ...Object.values(check.settings)];
  const settings = settingsWith(definitions, overrides);
  const observation = await observe(db.url, settings);
  const { findings } = runOne(check, observation, settings);
  return { findings, proposals: advise(advisors, findings, observation.snapshot).proposals };
}

/** PostgreSQL 14 sends its counters at most twice a second, with the next statement. */
async function flushStatistics(db: TestDatabase): Promise<void> {
  if (db.major >= 15) {
    await db.query('select pg_stat_force_next_flush()');
    return;
  }
  for (let round = 0; round < 2; round += 1) await db.query('select pg_sleep(0.6)');
}

async function runAll(db: TestDatabase, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await db.query(statement);
}

interface Case {
  readonly check: string;
  readonly plant: readonly string[];
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Whether undo brings the very state from before back. */
  readonly isUndoable: boolean;
}

const FILL = 'insert into "T;1" select i, i, i from generate_series(1, 12000) i';

const CASES: readonly Case[] = [
  {
    check: 'diagnose/duplicate-index',
    plant: [
      'create table "T;1" (id int, "a b" int, c int)',
      'create index "i""1" on "T;1" ("a b")',
      'create index i2 on "T;1" ("a b")',
    ],
    isUndoable: true,
  },
  {
    check: 'diagnose/redundant-index',
    plant: [
      'create table "T;1" (id int, "a b" int, c int)',
      FILL,
      'create index i1 on "T;1" ("a b")',
      'create index i2 on "T;1" ("a b", c)',
    ],
    isUndoable: true,
  },
  {
    check: 'diagnose/unused-index',
    plant: [
      'create table "T;1" (id int, "a b" int, c int)',
      FILL,
      'create index i1 on "T;1" ("a b" desc) include (c) where c > 5',
    ],
    overrides: { 'diagnose.unused-index.minimum-bytes': 0 },
    isUndoable: true,
  },
  {
    check: 'diagnose/unindexed-foreign-key',
    plant: [
      'create table p (id int primary key)',
      'insert into p select generate_series(1, 12000)',
      'create table "T;1" (id int, "a b" int references p, c int)',
      FILL,
      'analyze',
    ],
    isUndoable: true,
  },
  {
    check: 'diagnose/not-validated-constraint',
    plant: [
      'create table "T;1" (id int, "a b" int, c int)',
      'alter table "T;1" add constraint "c""x" check (c > 0) not valid',
    ],
    isUndoable: false,
  },
  {
    check: 'diagnose/stale-statistics',
    plant: ['create table "T;1" (id int, "a b" int, c int) with (autovacuum_enabled = false)', FILL],
    isUndoable: false,
  },
  {
    check: 'diagnose/vacuum-overdue',
    plant: [
      'create table "T;1" (id int, "a b" int, c int) with (autovacuum_enabled = false)',
      FILL,
      'update "T;1" set c = c + 1',
    ],
    isUndoable: true,
  },
  {
    check: 'diagnose/sequence-behind',
    plant: [
      'create table "T;1" (id serial primary key, "a b" int, c int)',
      `select nextval('"T;1_id_seq"')`,
      FILL,
    ],
    isUndoable: true,
  },
];

describe.each([...availableMajors()])('proposals on PostgreSQL %i', (major) => {
  it.each(CASES.map((one) => [one.check, one] as const))('remedies and takes back %s', async (_, one) => {
    await withDatabase(
      async (db) => {
        await runAll(db, one.plant);
        await flushStatistics(db);
        const before = await db.query(STATE);
        const { findings, proposals } = await proposalsFor(db, one.check, one.overrides ?? {});
        expect(findings.length, 'findings').toBeGreaterThan(0);
        expect(proposals.length, 'proposals').toBeGreaterThan(0);
        await runAll(
          db,
          proposals.flatMap((proposal) => proposal.do),
        );
        await flushStatistics(db);
        const after = await proposalsFor(db, one.check, one.overrides ?? {});
        expect(after.proposals.map((proposal) => proposal.id)).toEqual([]);
        await runAll(
          db,
          proposals.toReversed().flatMap((proposal) => proposal.undo),
        );
        if (one.isUndoable) expect(await db.query(STATE)).toEqual(before);
      },
      { major },
    );
  });
});
