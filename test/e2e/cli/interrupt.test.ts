import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientFor, createDatabase, type TestDatabase, temporaryDirectory } from '../../support/index.ts';
import { ensureBuilt } from '../support/build.ts';
import { type CliRun, expectError, ownSessions, startCli, until, untilIn } from '../support/cli.ts';

let db: TestDatabase;

beforeAll(async () => {
  await ensureBuilt();
  db = await createDatabase(18, { extensions: ['pg_stat_statements'] });
}, 180_000);

afterAll(() => db.close());

/** Sessions of pgsteward on the test's database that run a statement, or wait in one, at this moment. */
async function active(waitingFor = '%'): Promise<number> {
  const rows = await db.query<{ readonly n: number }>(
    `select count(*)::int as n from pg_stat_activity
     where application_name = 'pgsteward' and state = 'active' and datname = current_database()
       and coalesce(wait_event_type, '') like $1`,
    [waitingFor],
  );
  return rows[0]?.n ?? -1;
}

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  it('between the two snapshots of an audit ends it with 3 and leaves no session', async () => {
    const run = await startCli(['audit', db.url, '--set', 'observe.interval-ms=20000']);
    await untilIn(run, async () => (await ownSessions(db.url)) === 1 && (await active()) === 0);
    run.child.kill(signal);
    const sentMs = performance.now();
    const result = await run.ended;
    expect(performance.now() - sentMs).toBeLessThan(3_000);
    expectError(result, 'POSTGRES.CANCELLED', 3);
    await until(async () => (await ownSessions(db.url)) === 0);
  });

  it('in a read that takes long cancels it on the server', async () => {
    const blocker = clientFor(db.url);
    await blocker.connect();
    try {
      // Not a catalogue: a new session may have to read each of them before it answers.
      await blocker.query('begin; lock table pg_stat_statements_info in access exclusive mode');
      const run = await startCli(['doctor', db.url, '--set', 'postgres.lock-timeout-ms=60000']);
      await untilIn(run, async () => (await active('Lock')) === 1);
      run.child.kill(signal);
      expectError(await run.ended, 'POSTGRES.CANCELLED', 3);
      await until(async () => (await ownSessions(db.url)) === 0);
    } finally {
      await blocker.end();
    }
  });
});

describe('a demo', () => {
  /** Names of the demos in a state directory, and the processes that still use it. */
  async function remains(state: string): Promise<readonly string[]> {
    const directories = (await readdir(state)).filter((name) => name.startsWith('demo-'));
    return [...directories, ...(await processesWith(state))];
  }

  async function startDemo(state: string, ...args: readonly string[]): Promise<CliRun> {
    await mkdir(state, { recursive: true, mode: 0o711 });
    const size = ['--scale', '0.02', '--seconds', '30'];
    return startCli(['demo', ...size, ...args], { env: { PGSTEWARD_STATE_DIR: state } });
  }

  it.each([
    ['SIGINT', 'initdb' as const],
    ['SIGTERM', 'load' as const],
    ['SIGINT', 'workload' as const],
  ] as const)('that gets %s during %s ends with 3 and leaves nothing', async (signal, moment) => {
    const state = join(await temporaryDirectory(), 'state');
    const run = await startDemo(state);
    await untilIn(run, () => hasReached(state, moment), 40_000);
    run.child.kill(signal);
    const result = await run.ended;
    expect(result.code, result.stderr).toBe(3);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(/^error .*cancelled/);
    expect(await remains(state)).toEqual([]);
  });

  it('that gets a second signal ends at once', async () => {
    const state = join(await temporaryDirectory(), 'state');
    const run = await startDemo(state);
    await untilIn(run, () => hasReached(state, 'load'), 40_000);
    run.child.kill('SIGINT');
    run.child.kill('SIGTERM');
    const sentMs = performance.now();
    const { code } = await run.ended;
    expect([3, 130]).toContain(code);
    expect(performance.now() - sentMs).toBeLessThan(3_000);
    await until(async () => (await processesWith(state)).length === 0);
  });

  it('that was killed is cleared away by the next', async () => {
    const state = join(await temporaryDirectory(), 'state');
    const killed = await startDemo(state);
    await untilIn(killed, () => hasReached(state, 'load'), 40_000);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(await remains(state)).not.toEqual([]);
    const next = await startDemo(state, '--json', '--seconds', '1');
    const result = await next.ended;
    expect(result.code, result.stderr).toBe(0);
    expect(await remains(state)).toEqual([]);
  });

  it('that is to be kept and was cut off in its load starts anew', async () => {
    const state = join(await temporaryDirectory(), 'state');
    const cut = await startDemo(state, '--keep');
    await untilIn(cut, () => hasReached(state, 'load'), 40_000);
    cut.child.kill('SIGKILL');
    await cut.ended;
    const next = await startDemo(state, '--keep', '--seconds', '1');
    await untilIn(next, () => next.output().stderr.includes('Ctrl-C ends the demo'), 60_000);
    next.child.kill('SIGINT');
    const result = await next.ended;
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toContain('diagnose/');
  });
});

type Moment = 'initdb' | 'load' | 'workload';

/** Whether a demo is in a moment of its life, told by what its processes do. */
async function hasReached(state: string, moment: Moment): Promise<boolean> {
  const commands = await processesWith(state);
  if (moment === 'initdb') return commands.length > 0;
  const titles = await childTitles(commands);
  const word =
    moment === 'load' ? /market_research .* (COPY|CREATE|idle in transaction)/ : /market_research .* SELECT/;
  return titles.filter((title) => word.test(title)).length >= (moment === 'load' ? 1 : 3);
}

/** Process ids of the programs whose command line names a directory. */
async function processesWith(directory: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => ((await commandOf(pid)).includes(directory) ? pid : '')),
  );
  return found.filter((pid) => pid !== '');
}

async function childTitles(parents: readonly string[]): Promise<readonly string[]> {
  const children = await Promise.all(
    parents.map((pid) => readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')),
  );
  return Promise.all(children.flatMap((text) => text.trim().split(' ')).map(commandOf));
}

async function commandOf(pid: string): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').then(
    (text) => text.replaceAll('\0', ' '),
    () => '',
  );
}
