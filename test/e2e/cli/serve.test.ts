import { mkdir } from 'node:fs/promises';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase, temporaryDirectory } from '../../support/index.ts';
import { ensureBuilt } from '../support/build.ts';
import { type CliRun, expectError, ownSessions, runCli, startCli, until, untilIn } from '../support/cli.ts';

const QUICK = [
  '--set',
  'watch.sessions-every-ms=100',
  '--set',
  'watch.counters-every-ms=1000',
  '--port',
  '0',
];

let db: TestDatabase;

beforeAll(async () => {
  await ensureBuilt();
  db = await createDatabase(18, { extensions: ['pg_stat_statements'] });
}, 180_000);

afterAll(() => db.close());

async function serve(state: string, ...args: readonly string[]): Promise<CliRun & { readonly url: string }> {
  await mkdir(state, { recursive: true, mode: 0o711 });
  const run = await startCli(['serve', db.url, ...QUICK, ...args], { env: { PGSTEWARD_STATE_DIR: state } });
  await untilIn(run, () => run.output().stdout.includes('http://'), 60_000);
  return { ...run, url: run.output().stdout.trim() };
}

/** Number of ticks of the sessions' chart. */
async function ticks(url: string): Promise<number> {
  const fleet = (await (await fetch(`${url}/api/fleet`)).json()) as readonly { readonly name: string }[];
  const name = encodeURIComponent(fleet[0]?.name ?? '');
  const response = await fetch(`${url}/api/targets/${name}/charts/connections`);
  const view = (await response.json()) as {
    readonly charts: readonly { readonly atMs: readonly number[] }[];
  };
  return view.charts[0]?.atMs.length ?? 0;
}

describe('serve', () => {
  it('gives way to the database where both stand on one machine', async () => {
    const run = await serve(join(await temporaryDirectory(), 'state'));
    expect(getPriority(run.child.pid ?? 0)).toBe(constants.priority.PRIORITY_BELOW_NORMAL);
    run.child.kill('SIGTERM');
    expect((await run.ended).code).toBe(0);
  }, 120_000);

  it('keeps an embedded history over kill -9 and SIGTERM, and leaves no session', async () => {
    const state = join(await temporaryDirectory(), 'state');
    const first = await serve(state);
    await untilIn(first, async () => (await ticks(first.url)) >= 1, 40_000);
    first.child.kill('SIGKILL');
    await first.ended;

    const second = await serve(state);
    expect(await ticks(second.url)).toBeGreaterThanOrEqual(1);
    const before = await ticks(second.url);
    await untilIn(second, async () => (await ticks(second.url)) > before, 40_000);
    second.child.kill('SIGTERM');
    const sentMs = performance.now();
    const result = await second.ended;
    expect(result.code, result.stderr).toBe(0);
    expect(performance.now() - sentMs).toBeLessThan(15_000);
    expect(result.stderr).toContain('storing the last of what was read');
    await until(async () => (await ownSessions(db.url)) === 0);
  });

  it('goes on while the target cannot be reached, and says so', async () => {
    const state = join(await temporaryDirectory(), 'state');
    await mkdir(state, { recursive: true, mode: 0o711 });
    const run = await startCli(['serve', 'postgres://nobody@127.0.0.1:9/nothing', ...QUICK], {
      env: { PGSTEWARD_STATE_DIR: state },
    });
    await untilIn(run, () => run.output().stderr.includes('no answer from the target'), 60_000);
    const url = run.output().stdout.trim();
    const fleet = (await (await fetch(`${url}/api/fleet`)).json()) as readonly { readonly score: number }[];
    expect(fleet[0]).toMatchObject({ state: 'connecting', score: 0 });
    await sleep(100);
    run.child.kill('SIGINT');
    expect((await run.ended).code).toBe(0);
  });

  it('refuses to be reached by others without a rule who may come in', async () => {
    const home = await createDatabase();
    const result = await runCli(['serve', db.url, '--store', home.url, '--host', '0.0.0.0', '--port', '0']);
    expectError(result, 'HTTP.NO_ACCESS_RULE', 2);
    await home.close();
  });

  it('refuses two targets of one name', async () => {
    expectError(await runCli(['serve', db.url, db.url]), 'APP.USAGE', 2);
  });
});
