import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Action } from '../../../packages/agent/src/act/index.ts';
import { ensureBuilt } from '../../e2e/support/build.ts';
import { stateOf } from '../../integration/act/state.ts';
import {
  createDatabase,
  runOnce,
  startTestServer,
  type TestDatabase,
  type TestServer,
} from '../../support/index.ts';
import { type AgentProcess, approved, carryToEnd, type Home, openHome, startAgent } from './agent.ts';
import { CASES, type Case, OBJECTS, type Staged, stage } from './cases.ts';

/** Each of 14 kinds: 56 kills. */
const KILLS = 4;

let stored: TestDatabase;
let home: Home;
let server: TestServer;
let db: TestDatabase;
let waiting: Promise<AgentProcess>;
let kills = 0;

beforeAll(async () => {
  await ensureBuilt();
  stored = await createDatabase();
  home = await openHome(stored.url);
  server = await startTestServer();
  db = await createDatabase(18, { serverUrl: server.connectionUrl() });
  await db.query(OBJECTS);
  waiting = startAgent(stored.url, db.url);
}, 240_000);

afterAll(async () => {
  await (await waiting).kill();
  await home.store.close();
  await db.close();
  await server.close();
  await stored.close();
});

/** The next agent, while the one after it starts. */
async function nextAgent(): Promise<AgentProcess> {
  const agent = await waiting;
  waiting = startAgent(stored.url, db.url);
  return agent;
}

/** Lets an agent carry an action to its end, and tells how long that takes. */
async function undisturbed(one: Case): Promise<number> {
  const staged = await stage(one, db);
  const action = await approved(home, staged.statements);
  const agent = await nextAgent();
  const startMs = performance.now();
  agent.carry(action.id, 'reverted');
  await agent.ended;
  const tookMs = performance.now() - startMs;
  const ended = await home.journal.find(action.id);
  expect(ended?.state, ended?.note).toBe(one.isUndoable ? 'reverted' : 'kept');
  await staged.close();
  return tookMs;
}

/** Whatever the end is, the world is as it says. */
async function expectConsistent(
  one: Case,
  staged: Staged,
  before: readonly string[],
  ended: Action,
): Promise<void> {
  const [world] = await runOnce(db.url, staged.done);
  const context = `${ended.state}: ${ended.note}`;
  if (ended.state === 'kept') expect(world, context).toEqual({ done: true });
  else if (one.isUndoable) expect(await stateOf(db), context).toEqual(before);
  expect(['kept', 'reverted'], context).toContain(ended.state);
  expect(
    await runOnce(db.url, 'select indexrelid::regclass from pg_index where not indisvalid'),
    context,
  ).toEqual([]);
  const [setting] = await runOnce(
    db.url,
    `select count(*)::int as n from pg_file_settings f where f.sourcefile like '%auto.conf' and f.setting <> (select s.setting from pg_settings s where s.name = f.name)`,
  );
  expect(setting, context).toEqual({ n: 0 });
}

describe('an agent that is killed', () => {
  it.each(CASES.map((one) => [one.kind, one] as const))(
    `leaves nothing half done that the next one does not end: ${KILLS} times in %s`,
    async (_, one) => {
      const tookMs = await undisturbed(one);
      for (let kill = 0; kill < KILLS; kill += 1) {
        const before = await stateOf(db);
        const staged = await stage(one, db);
        const outcome = kill % 2 === 0 ? 'reverted' : 'kept';
        const action = await approved(home, staged.statements);
        const agent = await nextAgent();
        agent.carry(action.id, outcome);
        const delayMs = Math.random() * tookMs;
        await sleep(delayMs);
        await agent.kill();
        kills += 1;
        const ended = await carryToEnd(home, db.url, action.id, outcome).catch((error: unknown) => {
          throw new Error(`kill ${kill} after ${Math.round(delayMs)} of ${Math.round(tookMs)} ms`, {
            cause: error,
          });
        });
        await expectConsistent(one, staged, before, ended);
        await staged.close();
      }
      expect(await home.store.actions.checkLedger()).toMatchObject({ broken: null });
    },
    180_000,
  );

  it('was killed at least 50 times', () => {
    expect(kills).toBeGreaterThanOrEqual(50);
  });
});

describe('two agents', () => {
  const CREATE = 'create index concurrently t_two on public.t (b, a)';
  const timesRun = async (): Promise<number> => {
    const rows = await db.query(
      `select coalesce(sum(calls), 0)::int as n from pg_stat_statements where query ilike '%t\\_two on %' and query ilike 'create%'`,
    );
    return Number(rows[0]?.['n']);
  };

  it('of one store run an approved action once', async () => {
    await db.query('create extension if not exists pg_stat_statements');
    const action = await approved(home, [CREATE]);
    const agents = [await nextAgent(), await nextAgent()];
    for (const agent of agents) agent.carry(action.id, 'kept');
    await Promise.all(agents.map(({ ended }) => ended));
    expect(await home.journal.find(action.id)).toMatchObject({ state: 'kept' });
    expect(await timesRun()).toBe(1);
    await db.query('drop index public.t_two; select pg_stat_statements_reset()');
  });

  it('of two stores run the same change once', async () => {
    const otherStored = await createDatabase();
    const otherHome = await openHome(otherStored.url);
    const [action, same] = [await approved(home, [CREATE]), await approved(otherHome, [CREATE])];
    const [agent, other] = [await nextAgent(), await startAgent(otherStored.url, db.url)];
    agent.carry(action.id, 'kept');
    other.carry(same.id, 'kept');
    await Promise.all([agent.ended, other.ended]);
    const states = [await home.journal.find(action.id), await otherHome.journal.find(same.id)];
    expect(states.map((one) => one?.state).toSorted()).toEqual(['failed', 'kept']);
    expect(await timesRun()).toBe(1);
    await otherHome.store.close();
    await otherStored.close();
  });
});
