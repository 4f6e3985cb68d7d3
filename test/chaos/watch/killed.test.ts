import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { defaultSettings } from '../../../packages/agent/src/settings/resolve.ts';
import { openStore, type Store } from '../../../packages/agent/src/store/index.ts';
import { ensureBuilt, REPOSITORY } from '../../e2e/support/build.ts';
import { startCli, untilIn } from '../../e2e/support/cli.ts';
import { createDatabase, readerOf, startWorkload, type TestDatabase, until } from '../../support/index.ts';

const STATEMENT = 'select count(*) from pg_class';
const KILLS = 10;
const LATEST_KILL_MS = 2_500;
/** Some die while they seal the hours, the later ones while they seal the day. */
const LATEST_MAINTENANCE_KILL_MS = 500;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let home: TestDatabase;
let store: Store;

beforeAll(async () => {
  await ensureBuilt();
  home = await createDatabase();
  store = await openStore(unwrap(parseTarget(home.url, {})), {
    settings: defaultSettings,
    connectTimeoutMs: 5_000,
  });
}, 180_000);

afterAll(async () => {
  await store.close();
  await home.close();
});

describe('a daemon that is killed', () => {
  it(`keeps what it stored and counts nothing twice, ${KILLS} times`, async () => {
    const target = await createDatabase(18, { extensions: ['pg_stat_statements'] });
    const name = unwrap(parseTarget(target.url, {})).name;
    const { callsOf, events } = readerOf(store, name);
    const workload = startWorkload(target, STATEMENT, 20);
    const args = ['serve', target.url, '--no-http', '--store', home.url];
    const quick = [
      'watch.sessions-every-ms=100',
      'watch.counters-every-ms=1000',
      'watch.budget-ratio=1',
      'watch.planned-statements-count=0',
    ];
    let stored = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const run = await startCli([...args, ...quick.flatMap((setting) => ['--set', setting])]);
      await untilIn(run, () => run.output().stderr.includes('watching'), 60_000);
      // The first ones die while they begin, the later ones in the midst of their rounds.
      if (kill >= KILLS / 2) await until(async () => (await callsOf(STATEMENT)) > stored, 'a round', 60_000);
      const delayMs = Math.random() * LATEST_KILL_MS;
      await sleep(delayMs);
      const before = await callsOf(STATEMENT);
      run.child.kill('SIGKILL');
      await run.ended;
      const after = await callsOf(STATEMENT);
      const context = `kill ${kill} after ${Math.round(delayMs)} ms`;
      expect(before, context).toBeGreaterThanOrEqual(stored);
      expect(after, context).toBeGreaterThanOrEqual(before);
      // The statement that is under way now is counted by the server and not here.
      expect(after, context).toBeLessThanOrEqual(workload.runs + 1);
      stored = after;
    }
    expect(stored).toBeGreaterThan(0);
    const runs = await workload.stop();
    expect(await callsOf(STATEMENT)).toBeLessThanOrEqual(runs);
    for (const kind of ['restart', 'statistics-reset']) expect(await events(kind)).toEqual([]);
    await target.close();
  }, 300_000);

  it('seals many targets at once, each of which needs the same new partitions', async () => {
    const startMs = Date.UTC(2026, 4, 31, 23);
    const names = Array.from({ length: 6 }, (_, index) => `one of many ${index}`);
    const writers = await Promise.all(names.map(lead));
    for (const writer of writers) await writer.append(hourOf(startMs));
    const sealed = await Promise.all(writers.map((writer) => writer.maintain(startMs + 26 * HOUR_MS)));
    expect(sealed.map(({ sealedHours }) => sealedHours)).toEqual(names.map(() => 1));
    await Promise.all(writers.map((writer) => writer.release()));
  });

  it(`rolls up and seals to the same end when its maintenance is killed, ${KILLS} times`, async () => {
    const hours = 27;
    const startMs = Date.UTC(2026, 2, 10);
    const endMs = startMs + hours * HOUR_MS;
    const writer = await store.lead('kept');
    for (let hour = 0; hour < hours; hour += 1) await writer?.append(hourOf(startMs + hour * HOUR_MS));
    await writer?.release();
    const target = await store.target('kept');
    const expected = hours * 60 * 5;
    const expectAll = async (context: string): Promise<void> => {
      const { coveredMs, series } = await target.totals('statement', { fromMs: startMs, toMs: endMs });
      expect({ coveredMs, calls: series.map(({ values }) => values['calls']) }, context).toEqual({
        coveredMs: hours * HOUR_MS,
        calls: Array.from({ length: 150 }, () => expected),
      });
    };
    await expectAll('before');
    for (let kill = 0; kill < KILLS; kill += 1) {
      const killed = await maintainAndKill(endMs + HOUR_MS);
      await expectAll(`kill ${kill} after ${Math.round(killed)} ms`);
    }
    const last = await lead('kept');
    await last.maintain(endMs + HOUR_MS);
    await last.release();
    await expectAll('after the last');
    for (const resolution of ['raw', '5m', '1h'] as const) {
      const { axis, series } = await target.history({
        kind: 'statement',
        keys: [['s7']],
        range: { fromMs: startMs, toMs: endMs },
        resolution,
      });
      expect([resolution, sum(axis.coveredMs), sum(series[0]?.columns['calls'])]).toEqual([
        resolution,
        hours * HOUR_MS,
        expected,
      ]);
    }
    const [left] = await home.query(
      `select count(*)::int as n from pgsteward.block_raw b join pgsteward.family f on f.id = b.family_id
      join pgsteward.target t on t.id = f.target_id where t.name = 'kept'`,
    );
    expect(left).toEqual({ n: 0 });
  }, 90_000);
});

/** One hour of 150 statements, which lie in two shards. */
function hourOf(startMs: number) {
  const rows = Array.from({ length: 150 }, (_, index) => ({ key: [`s${index}`], values: { calls: 5 } }));
  return Array.from({ length: 60 }, (_, minute) => ({
    kind: 'statement' as const,
    at: new Date(startMs + (minute + 1) * MINUTE_MS),
    coveredMs: MINUTE_MS,
    rows,
  }));
}

function sum(values: Float64Array = new Float64Array()): number {
  return values.reduce((total, value) => total + value, 0);
}

async function lead(name: string) {
  let writer = await store.lead(name);
  await until(async () => {
    writer ??= await store.lead(name);
    return writer !== null;
  }, 'the lead');
  if (writer === null) throw new Error('somebody else leads');
  return writer;
}

/** Runs the store's maintenance in a process of its own, and kills that somewhere in it. @returns after how long */
async function maintainAndKill(nowMs: number): Promise<number> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', MAINTAIN], {
    env: { PATH: process.env['PATH'], STORE_URL: home.url, NOW_MS: String(nowMs) },
    cwd: join(REPOSITORY, 'packages', 'agent'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve) => {
    child.stdout.once('data', () => resolve());
    child.once('close', () => resolve());
  });
  const delayMs = Math.random() * LATEST_MAINTENANCE_KILL_MS;
  await sleep(delayMs);
  child.kill('SIGKILL');
  await ended;
  return delayMs;
}

/** Says when it begins. */
const MAINTAIN = `
  import { openStore } from './dist/store/index.js';
  import { parseTarget } from './dist/postgres/index.js';
  import { defaultSettings } from './dist/settings/resolve.js';
  const { STORE_URL, NOW_MS } = process.env;
  const target = parseTarget(STORE_URL, {}).value;
  const store = await openStore(target, { settings: defaultSettings, connectTimeoutMs: 5000 });
  let writer = null;
  while (writer === null) writer = await store.lead('kept');
  process.stdout.write('begin');
  await writer.maintain(Number(NOW_MS));
  process.exit(0);
`;
