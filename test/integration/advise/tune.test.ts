import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestUndo } from '../../../packages/agent/src/act/index.ts';
import type { Recommendation } from '../../../packages/agent/src/advise/index.ts';
import { runTune } from '../../../packages/agent/src/app/index.ts';
import { silentProgress, systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import {
  renderPgbouncerIni,
  renderTuneSql,
  renderTuneText,
  type TuneReport,
  tuneSchema,
} from '../../../packages/agent/src/report/index.ts';
import {
  availableMajors,
  createDatabase,
  runOnce,
  startTestServer,
  type TestDatabase,
  type TestServer,
} from '../../support/index.ts';
import { actingOn, actSettings } from '../act/acting.ts';

/** A server that is wrong in all that a workload of seconds can show; thresholds are lowered to seconds as well. */
const WRONG = {
  shared_buffers: '8MB',
  max_wal_size: '32MB',
  min_wal_size: '32MB',
  checkpoint_timeout: '5min',
  checkpoint_completion_target: '0.5',
  full_page_writes: 'on',
  effective_cache_size: '64MB',
  max_connections: '60',
  wal_buffers: '64kB',
};
const GIVEN = {
  'target.memory-bytes': '16GB',
  'target.cpus': 4,
  'advise.tune.spill-bytes': '1MB',
  'advise.tune.missed-blocks-count': 1_000,
  'advise.tune.reads-count': 200,
  'advise.tune.table-rows': 50_000,
  'advise.tune.dead-rows': 1_000,
  'advise.tune.wal-per-second-bytes': '1kB',
  'advise.tune.wal-buffers-full-per-second': 0.1,
  'advise.tune.requested-checkpoints-count': 3,
};
const PLANTED = [
  'shared_buffers',
  'work_mem',
  'effective_cache_size',
  'random_page_cost',
  'checkpoint_timeout',
  'max_wal_size',
  'wal_buffers',
  'wal_compression',
  'checkpoint_completion_target',
  'public.lazy',
];
const UNMEASURED: Readonly<Record<string, string>> = {
  effective_cache_size: 'formula',
  checkpoint_completion_target: 'finding',
};
/** All that ALTER SYSTEM wrote, and the storage parameters of the table. */
const WRITTEN = `select name || '=' || setting as item from pg_file_settings where sourcefile like '%auto.conf'
  union all select reloptions::text from pg_class where oid = 'public.lazy'::regclass order by 1`;

describe.each([...availableMajors()])('tune on PostgreSQL %i', (major) => {
  let server: TestServer;
  let db: TestDatabase;
  let report: TuneReport;

  beforeAll(async () => {
    server = await startTestServer({ major, settings: WRONG });
    db = await createDatabase(major, {
      serverUrl: server.connectionUrl(),
      extensions: ['pg_stat_statements', 'pg_buffercache'],
    });
    await plant(db);
    report = await tuneNow(db, { observeMs: 0 });
  }, 120_000);

  afterAll(async () => {
    await db.close();
    await server.close();
  });

  const of = (name: string): Recommendation => {
    const found = report.recommendations.find((one) => nameOf(one) === name);
    if (found === undefined) throw new Error(`nothing about ${name}: ${JSON.stringify(report.unavailable)}`);
    return found;
  };

  it('finds each planted setting, says on what basis, and what a restart needs', () => {
    expect(report.recommendations.map(nameOf)).toEqual(expect.arrayContaining(PLANTED));
    expect(tuneSchema.parse(report)).toEqual(report);
    for (const name of PLANTED) {
      const { basis, needsRestart, risk } = of(name);
      const expected = UNMEASURED[name] ?? 'measured';
      expect(basis, name).toBe(expected);
      expect(needsRestart, name).toBe(name === 'shared_buffers' || name === 'wal_buffers');
      // What was seen for seconds is left to a person.
      if (expected === 'measured') expect(risk.level, name).toBe('high');
    }
  });

  it('sizes work_mem by what statements wrote to temporary files', () => {
    const { proposed, evidence, effect, findings } = of('work_mem');
    expect(Number.parseInt(proposed, 10)).toBeGreaterThanOrEqual(8);
    expect(evidence).toMatchObject({ workMemBytes: 4 * 1024 ** 2, seenIn: 'counters' });
    expect(evidence['sparedRatio']).toBeGreaterThanOrEqual(0.9);
    expect(effect.after).toBeLessThan(effect.before ?? 0);
    expect(findings).toContain('diagnose/spill');
  });

  it('knows from pg_buffercache that the buffers are full, where the server has a summary of them', () => {
    const { evidence } = of('shared_buffers');
    if (major < 16) expect(evidence['unusedBuffersRatio']).toBeNull();
    else expect(evidence['unusedBuffersRatio']).toBeLessThan(0.1);
  });

  it('sizes max_wal_size by the WAL that forced checkpoints', () => {
    const { proposed, evidence, addsBytes } = of('max_wal_size');
    expect(proposed).toMatch(/^\d+(MB|GB)$/);
    expect(evidence['requestedRatio']).toBeGreaterThan(0.3);
    expect(addsBytes).toBeGreaterThan(0);
    expect(of('checkpoint_timeout').proposed).toBe('15min');
  });

  it('tells fast storage by the time that reads took', () => {
    const { proposed, evidence } = of('random_page_cost');
    expect(proposed).toBe('1.1');
    expect(evidence).toMatchObject({ readTimesFrom: major >= 16 ? 'pg_stat_io' : 'pg_stat_database' });
    expect(evidence['randomReadMs']).toBeLessThan(0.5);
    const concurrency = report.recommendations.find(({ setting }) => setting === 'effective_io_concurrency');
    expect(concurrency?.proposed).toBe(major >= 18 ? undefined : '200');
  });

  it('gives hashes as much as newer servers do', () => {
    const found = report.recommendations.find(({ setting }) => setting === 'hash_mem_multiplier');
    expect(found?.proposed).toBe(major === 14 ? '2' : undefined);
  });

  it('gives a large table with many dead rows a scale factor of its own', () => {
    expect(of('public.lazy')).toMatchObject({
      kind: 'set-autovacuum',
      do: ['alter table "public"."lazy" set (autovacuum_vacuum_scale_factor = 0.02);'],
      undo: ['alter table "public"."lazy" reset (autovacuum_vacuum_scale_factor);'],
    });
  });

  it('is carried out by act and taken back to the letter, one after the other', async () => {
    for (const one of report.recommendations) await carryOutAndTakeBack(db, one);
  });

  it('says what it cannot know without the machine, and shows all of it', async () => {
    const blind = await tuneNow(db, { observeMs: 0, settings: { 'target.memory-bytes': 0 } });
    expect(blind.unavailable.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['tune/shared-buffers', 'tune/work-mem']),
    );
    const names = blind.recommendations.map(nameOf);
    expect(names).not.toContain('work_mem');
    expect(names).toContain('max_wal_size');
    const text = renderTuneText(report, { color: false, width: 100 });
    for (const { setting, table } of report.recommendations) expect(text).toContain(table?.name ?? setting);
    const sql = renderTuneSql(report);
    expect(sql).toContain('-- undo: alter system reset "work_mem";');
  });

  it('watches the sessions of a target without a history, and sizes pools by them', async () => {
    const clients = await threeWithWorkers(db.url, major);
    try {
      const busy = clients.map((client) => client.query('select pg_sleep(4)'));
      const watched = await tuneNow(db, { observeMs: 2_500 });
      await Promise.all(busy);
      expect(watched.workload.source).toBe('observed');
      expect(watched.pooler).toMatchObject({
        basis: 'measured',
        pools: [{ database: db.name, user: 'postgres', busyMost: 3, size: 4 }],
        why: expect.stringContaining(', 3 of them active'),
      });
      const ini = renderPgbouncerIni(watched, { host: 'db.example.com', port: 5432 });
      expect(ini).toContain(`${db.name} = host=db.example.com port=5432 dbname=${db.name} pool_size=4`);
    } finally {
      for (const client of clients) await client.end();
    }
  });

  // Last: it ends the sessions of the tests before it.
  it('is carried out as a whole by its own SQL, the server starts with it, and its undo takes all of it back', async () => {
    const settings = report.recommendations.filter(({ kind }) => kind === 'alter-setting');
    const inForce = async (): Promise<readonly string[]> => {
      const names = settings.map(({ setting }) => `'${setting}'`).join(', ');
      const rows = await runOnce(
        db.url,
        `select name || '=' || current_setting(name) as item from pg_settings where name in (${names}) order by 1`,
      );
      return rows.map(({ item }) => String(item));
    };
    const before = await inForce();
    for (const sql of settings.flatMap((one) => one.do)) await runOnce(db.url, sql);
    server = await server.restart();
    expect(await inForce()).toEqual(
      settings.map(({ setting, proposed }) => `${setting}=${proposed}`).toSorted(),
    );
    for (const sql of settings.toReversed().flatMap((one) => one.undo)) await runOnce(db.url, sql);
    server = await server.restart();
    expect(await inForce()).toEqual(before);
  });
});

/** Opens sessions whose statements each keep a worker busy beside them: it is no connection. */
async function threeWithWorkers(url: string, major: number): Promise<readonly pg.Client[]> {
  const clients = Array.from({ length: 3 }, () => new pg.Client({ connectionString: url }));
  for (const client of clients) {
    await client.connect();
    await client.query(`set ${major < 16 ? 'force_parallel_mode' : 'debug_parallel_query'} = on`);
  }
  return clients;
}

function nameOf({ setting, table }: Recommendation): string {
  return table === null ? setting : `${table.schema}.${table.name}`;
}

/** Has act apply a recommendation and take it back: what stood there before stands there again. */
async function carryOutAndTakeBack(db: TestDatabase, one: Recommendation): Promise<void> {
  const written = await db.query(WRITTEN);
  const acting = await actingOn(db.url, { settings: GIVEN });
  const verifying = await acting.advance(await acting.approved(one.do));
  expect(verifying, `${nameOf(one)}: ${verifying.note}`).toMatchObject({ state: 'verifying' });
  if (one.needsRestart) expect(verifying.note).toContain('restart pending');
  expect(await db.query(WRITTEN), nameOf(one)).not.toEqual(written);
  const kept = await acting.advance(verifying);
  const asked = unwrap(await requestUndo(acting.journal, kept.id, { actor: 'anna', now: new Date() }));
  expect(await acting.advance(asked)).toMatchObject({ state: 'reverted' });
  expect(await db.query(WRITTEN), nameOf(one)).toEqual(written);
}

function tuneNow(
  db: TestDatabase,
  given: { readonly observeMs: number; readonly settings?: Readonly<Record<string, unknown>> },
): Promise<TuneReport> {
  return runTune(unwrap(parseTarget(db.url, {})), {
    settings: actSettings({ ...GIVEN, ...given.settings }),
    store: null,
    observeMs: given.observeMs,
    clock: systemClock,
    onProgress: silentProgress,
  });
}

async function plant(db: TestDatabase): Promise<void> {
  await db.query(`create table public.lazy (id int primary key, pad text)`);
  await db.query(
    `insert into public.lazy select g, repeat(md5(g::text), 8) from generate_series(1, 60000) g`,
  );
  await db.query('vacuum analyze public.lazy');
  // WAL for several times max_wal_size, and dead rows.
  for (let round = 0; round < 5; round += 1) {
    await db.query(`update public.lazy set pad = pad || 'x' where id % 10 = ${round}`);
    await db.query(
      `create table public.load_${round} as select g, repeat(md5(g::text), 4) from generate_series(1, 60000) g`,
    );
    await db.query('checkpoint');
  }
  for (let call = 0; call < 6; call += 1) {
    await db.query(
      `select md5(g::text) from generate_series(1, 150000) g order by 1 offset ${149_990 + call}`,
    );
  }
  await db.query('set enable_seqscan = off');
  await db.query('set enable_bitmapscan = off');
  for (let call = 0; call < 3; call += 1) {
    await db.query(
      'select sum(length(pad)) from public.lazy where id in (select (g * 7919) % 60000 from generate_series(1, 40000) g)',
    );
  }
  await runOnce(db.url, 'select pg_stat_force_next_flush()').catch(() => undefined);
  await db.query('select pg_sleep(1)');
}
