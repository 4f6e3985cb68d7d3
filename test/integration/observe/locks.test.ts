import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentProgress, systemClock } from '../../../packages/agent/src/kernel/index.ts';
import { OBSERVE_SETTINGS, type Snapshot, takeSnapshot } from '../../../packages/agent/src/observe/index.ts';
import { settingsWith } from '../../support/check.ts';
import { availableMajors, clientFor, createDatabase, type TestDatabase } from '../../support/index.ts';
import { openTestSession } from '../../support/session.ts';

const OBJECTS = `
create table held (id serial primary key, note text, at date default current_date);
create index held_expression on held (lower(note)) where id > 0;
insert into held (note) select repeat('x', 100) from generate_series(1, 20000);
create table free (id serial primary key, held_id int);
insert into free (held_id) select i from generate_series(1, 20000) i;
create table parts (id int generated always as identity, at date, primary key (id, at)) partition by range (at);
create table parts_1 partition of parts for values from ('2024-01-01') to ('2025-01-01');
create table parts_2 partition of parts for values from ('2025-01-01') to ('2026-01-01');
create table uses (parts_id int, held_id int);
insert into uses select i, i from generate_series(1, 100) i;
analyze`;

let db: TestDatabase;
let locker: pg.Client;

async function prepare(major: number): Promise<void> {
  db = await createDatabase(major);
  await db.query(OBJECTS);
  locker = clientFor(db.url);
  await locker.connect();
}

afterEach(async () => {
  await locker.end();
  await db.close();
});

/** Takes a snapshot, within 3 s; `onStep` runs before each part. */
async function snapshot(onStep?: (task: string) => Promise<void>): Promise<Snapshot> {
  const session = await openTestSession(db.url);
  const startMs = performance.now();
  // Holds the next statement back until what the step does is done.
  let ready: Promise<void> = Promise.resolve();
  const slowed = {
    ...session,
    read: async (statement: Parameters<typeof session.read>[0]) => {
      await ready;
      return session.read(statement);
    },
  };
  try {
    const taken = await takeSnapshot(slowed, {
      settings: settingsWith(Object.values(OBSERVE_SETTINGS), { 'observe.bloat-minimum-bytes': 8192 }),
      clock: systemClock,
      onProgress:
        onStep === undefined
          ? silentProgress
          : ({ task }) => {
              ready = ready.then(() => onStep(task));
            },
    });
    expect(performance.now() - startMs).toBeLessThan(3_000);
    return taken;
  } finally {
    await session.close();
  }
}

function lockedNames(taken: Snapshot): readonly string[] {
  const gaps = taken.gaps.filter((gap) => gap.id === 'observe/relation-locked');
  return gaps.map((gap) => gap.reason.replace(/ was skipped.*/, '')).toSorted();
}

/** Parts that could not be read, without those that a primary, an old server or one without extensions never has. */
function missing(taken: Snapshot): readonly string[] {
  return Object.entries(taken.sections)
    .filter(([, section]) => section.status !== 'ok')
    .map(([name]) => name)
    .filter((name) => !['standby', 'io', 'statements', 'statementsInfo', 'bufferCache'].includes(name));
}

function sizesOf(taken: Snapshot): Readonly<Record<string, number | null>> {
  const { tables } = taken.sections;
  if (tables.status !== 'ok') throw new Error(tables.reason);
  return Object.fromEntries(tables.data.map((table) => [table.name, table.heapBytes]));
}

describe.each([...availableMajors()])('a snapshot of PostgreSQL %i', (major) => {
  beforeEach(() => prepare(major));

  it('skips what is held under ACCESS EXCLUSIVE, names it, and measures the rest', async () => {
    await locker.query(
      'begin; lock table held, only parts_1 in access exclusive mode; reindex index free_pkey',
    );
    const taken = await snapshot();
    expect(lockedNames(taken)).toEqual(['public.free_pkey', 'public.held', 'public.parts_1']);
    expect(missing(taken)).toEqual([]);
    expect(sizesOf(taken)).toMatchObject({ held: null, parts_1: null, uses: 8192 });
    expect(sizesOf(taken)['free']).toBeGreaterThan(500_000);
    const { indexes } = taken.sections;
    const expression = indexes.status === 'ok' && indexes.data.find((row) => row.name === 'held_expression');
    expect(expression).toMatchObject({ definition: null, sizeBytes: expect.any(Number) });
  });

  it('skips what somebody merely waits for, since everybody queues behind', async () => {
    const reader = clientFor(db.url);
    await reader.connect();
    await reader.query('begin; select count(*) from held');
    const waiting = locker.query('begin; lock table held in access exclusive mode');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const taken = await snapshot();
    expect(lockedNames(taken)).toEqual(['public.held']);
    expect(taken.gaps[0]?.reason).toContain('waits for');
    expect(missing(taken)).toEqual([]);
    await reader.end();
    await waiting;
  });

  it('skips what a prepared transaction holds', async () => {
    await locker.query(`begin; lock table held in access exclusive mode; prepare transaction 'p${major}'`);
    try {
      const taken = await snapshot();
      expect(lockedNames(taken)).toEqual(['public.held']);
      expect(taken.gaps[0]?.reason).toContain('a prepared transaction holds');
      expect(missing(taken)).toEqual([]);
    } finally {
      await locker.query(`rollback prepared 'p${major}'`);
    }
  });

  it.each(['database', 'partitionedTables', 'tables and indexes', 'columns', 'bloat', 'sequences'])(
    'bears a lock that comes before the part "%s"',
    async (part) => {
      const taken = await snapshot(async (task) => {
        if (task !== part) return;
        await locker.query(
          'begin; lock table held, only parts_1 in access exclusive mode; alter sequence free_id_seq restart with 30000',
        );
      });
      expect(missing(taken)).toEqual([]);
      expect(sizesOf(taken)['uses']).toBe(8192);
    },
  );

  it('bears DDL that never ends on table after table', async () => {
    await locker.query('begin');
    const names = ['held', 'free', 'uses', 'parts_2'];
    const taken = await snapshot(async () => {
      const name = names.pop();
      if (name !== undefined) await locker.query(`lock table ${name} in access exclusive mode`);
    });
    expect(missing(taken)).toEqual([]);
  });
});
