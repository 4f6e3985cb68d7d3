import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentProgress, systemClock } from '../../../packages/agent/src/kernel/index.ts';
import { type Mirror, readMirror } from '../../../packages/agent/src/whatif/index.ts';
import { availableMajors, createDatabase, type TestDatabase } from '../../support/index.ts';
import { openTestSession } from '../../support/session.ts';

const SCHEMA = [
  'create extension pageinspect',
  'create table grown (id bigint primary key, at timestamptz, half int)',
  `insert into grown select i, now() - i * interval '1 minute', i % 7 from generate_series(1, 60000) i`,
  // Grows the primary key past what a packed root would hold, without another level.
  'update grown set half = half + 1',
  'create index packed on grown (half, id)',
  'create index later on grown (at desc nulls last) where half > 0',
  'create index small on grown (half) where half > 6',
  `create table texts ("Name ""x""" text)`,
  `insert into texts select repeat(md5(i::text), 2) from generate_series(1, 15000) i`,
  `create index hostile on texts ("Name ""x""" desc)`,
  'create index expressed on texts (lower("Name ""x"""))',
  'create index other_order on texts ("Name ""x""" text_pattern_ops)',
  'vacuum analyze grown, texts',
];

describe.each(availableMajors())('heights of btrees on PostgreSQL %i', (major) => {
  let database: TestDatabase;
  let mirror: Mirror;

  beforeAll(async () => {
    database = await createDatabase(major);
    for (const sql of SCHEMA) await database.query(sql);
    const session = await openTestSession(database.url);
    mirror = await readMirror(session, { clock: systemClock, onProgress: silentProgress });
    await session.close();
  }, 60_000);

  afterAll(() => database?.close());

  it('are read from the planner as the metapages have them', async () => {
    const told = mirror.relations.filter((relation) => relation.treeHeight !== null);
    expect(told.map((relation) => relation.name).toSorted()).toEqual([
      'expressed',
      'grown_pkey',
      'hostile',
      'later',
      'packed',
    ]);
    for (const { name, treeHeight } of told) {
      const [row] = await database.query<{ level: string }>(`select level from bt_metap('${name}')`);
      expect(treeHeight, name).toBe(Number(row?.level));
    }
  });
});
