import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stateOf } from '../../integration/act/state.ts';
import {
  createDatabase,
  runOnce,
  startTestServer,
  type TestDatabase,
  type TestServer,
  until,
} from '../../support/index.ts';
import { approved, carryOn, carryToEnd, type Home, openHome } from './agent.ts';
import { CASES, type Case, OBJECTS, stage } from './cases.ts';

/** Each of 13 kinds: 52 crashes. What ends a session has nothing left to end when the server is gone. */
const CRASHES = 4;
const STAGED = CASES.filter(({ kind }) => kind !== 'end-session');

let stored: TestDatabase;
let home: Home;
let server: TestServer;
let url: string;

beforeAll(async () => {
  stored = await createDatabase();
  home = await openHome(stored.url);
  // What a round brought back to the beginning must not be lost with the server.
  server = await startTestServer({ settings: { restart_after_crash: 'on', synchronous_commit: 'on' } });
  url = server.connectionUrl();
  await runOnce(url, OBJECTS);
}, 120_000);

afterAll(async () => {
  await home.store.close();
  await server.close();
  await stored.close();
});

/** Kills the server, or the process that works for the agent, which makes the server start over; or stops it at once. */
async function crash(how: 'kill -9' | 'immediate stop' | 'kill -9 of a backend'): Promise<void> {
  if (how === 'kill -9 of a backend') {
    const rows = await runOnce<{ pid: number }>(
      url,
      `select pid from pg_stat_activity where application_name = 'pgsteward' and pid <> pg_backend_pid() order by backend_start`,
    ).catch(() => []);
    for (const one of rows) kill(one.pid);
  } else {
    process.kill(server.pid, how === 'kill -9' ? 'SIGKILL' : 'SIGQUIT');
    await sleep(50);
    server = await server.restart();
  }
  await until(async () => (await runOnce(url, 'select 1').catch(() => [])).length > 0, 'the server');
}

/** A process that is gone by now needs no kill. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as { readonly code?: string }).code !== 'ESRCH') throw error;
  }
}

const database = (): TestDatabase => ({
  url,
  name: 'postgres',
  major: 18,
  query: (sql, values) => runOnce(url, sql, values),
  close: async () => undefined,
});

async function isDone(one: Case): Promise<boolean> {
  const [row] = await runOnce<{ done: boolean }>(url, one.done);
  return row?.done === true;
}

describe('a target that is killed', () => {
  it.each(STAGED.map((one) => [one.kind, one] as const))(
    `comes back with nothing half done that is not ended: ${CRASHES} times in %s`,
    async (_, one) => {
      const db = database();
      let tookMs = 0;
      for (let round = 0; round <= CRASHES; round += 1) {
        const before = await stateOf(db);
        const staged = await stage(one, db);
        const outcome = round % 2 === 0 ? 'reverted' : 'kept';
        const action = await approved(home, staged.statements);
        const startMs = performance.now();
        const carried = (async () => {
          let current = action;
          while (['approved', 'applying', 'verifying', 'reverting'].includes(current.state)) {
            current = await carryOn(home, url, current, outcome);
          }
        })().catch(() => undefined);
        // The first is left alone, and tells how long the others may live.
        if (round === 0) {
          await carried;
          tookMs = performance.now() - startMs;
        } else {
          await sleep(Math.random() * tookMs);
          await crash(round === 1 ? 'kill -9' : round === 2 ? 'immediate stop' : 'kill -9 of a backend');
          await carried;
        }
        const ended = await carryToEnd(home, url, action.id, outcome);
        const context = `round ${round}, ${ended.state}: ${ended.note}`;
        expect(['kept', 'reverted'], context).toContain(ended.state);
        if (ended.state === 'kept') expect(await isDone(one), context).toBe(true);
        else expect(await stateOf(db), context).toEqual(before);
        expect(
          await runOnce(url, 'select indexrelid::regclass from pg_index where not indisvalid'),
          context,
        ).toEqual([]);
        await staged.close();
      }
      expect(await home.store.actions.checkLedger()).toMatchObject({ broken: null });
    },
    180_000,
  );
});
