import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Action, admit, approve, POLICY, propose } from '../../../packages/agent/src/act/index.ts';
import { createActing } from '../../../packages/agent/src/app/act/act-round.ts';
import { storeJournal } from '../../../packages/agent/src/app/act/journal.ts';
import { findAction, postponeAction } from '../../../packages/agent/src/app/index.ts';
import { type Clock, systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { loadParser } from '../../../packages/agent/src/sql/index.ts';
import { openStore, type Store } from '../../../packages/agent/src/store/index.ts';
import { createDatabase, type TestDatabase } from '../../support/index.ts';
import { actSettings, draftOf } from './acting.ts';

const TARGET = 'shop';
const AUTOPILOT = { 'act.policy.create-index': 'autopilot' };
const NIGHTLY = { 'act.windows': '0 2 * * * for 1h in UTC' };

let target: TestDatabase;
let home: TestDatabase;
let store: Store;
/** Set by hand: days pass in a moment. */
let now: Date;
const clock: Clock = { ...systemClock, now: () => now };

beforeAll(async () => {
  await loadParser();
  [target, home] = await Promise.all([createDatabase(), createDatabase()]);
  await target.query(
    'create table t (id int primary key, a int, b int); create table u (id int); create table v (id int)',
  );
  const options = { settings: actSettings(), connectTimeoutMs: 5_000 };
  store = await openStore(unwrap(parseTarget(home.url, {})), options);
  await store.target(TARGET);
});

afterAll(async () => {
  await store.close();
  await target.close();
  await home.close();
});

beforeEach(() => {
  now = new Date('2026-03-10T12:00:00Z');
});

/** One round of the daemon under such settings. */
async function round(values: Readonly<Record<string, unknown>>): Promise<void> {
  const acting = createActing(
    {
      target: unwrap(parseTarget(target.url, {}, TARGET)),
      actingTarget: unwrap(parseTarget(target.url, {}, TARGET)),
      poolers: [],
      store,
      settings: actSettings(values),
      clock,
      signal: new AbortController().signal,
      random: Math.random,
      log: () => undefined,
    },
    // Nothing is proposed by itself.
    { latest: () => null, round: () => ({ id: 'none', everyMs: 1_000, run: async () => null }) },
  );
  expect(await acting.round.run()).toBeNull();
}

async function proposed(sql: string): Promise<Action> {
  const draft = draftOf([sql]);
  const admission = { target: TARGET, proposedBy: 'test', now, settings: actSettings() };
  const action = unwrap(admit(draft, admission));
  await propose(storeJournal(store.actions), action, now);
  return action;
}

const stateOf = async ({ id }: Action): Promise<string> => unwrap(await findAction(store, id)).state;

it('leaves a postponed action alone until its window opens, and again once the window has closed', async () => {
  const action = await proposed('create index concurrently t_a on public.t (a)');
  const settings = actSettings(NIGHTLY);
  const postponed = unwrap(await postponeAction({ store, settings, clock }, action.id, 'anna'));
  expect(postponed.approval?.notBefore).toEqual(new Date('2026-03-11T02:00:00Z'));
  // Nobody was there in the first window.
  for (const at of ['2026-03-10T12:01', '2026-03-11T01:59', '2026-03-11T03:01', '2026-03-12T01:59']) {
    now = new Date(`${at}:00Z`);
    await round(NIGHTLY);
    expect(await stateOf(action), at).toBe('approved');
  }
  now = new Date('2026-03-12T02:01:00Z');
  await round(NIGHTLY);
  expect(await stateOf(action)).toBe('verifying');
  await target.query('drop index t_a');
});

it('lets an approval of the policy lapse while the policy is no longer autopilot', async () => {
  const action = await proposed('create index concurrently t_b on public.t (b)');
  const settings = actSettings(AUTOPILOT);
  unwrap(await approve(storeJournal(store.actions), action.id, { actor: POLICY, now, settings }));
  // Long after what was applied before on the table was measured.
  now = new Date('2026-03-20T12:00:00Z');
  for (const level of ['approve', 'propose', 'observe']) {
    await round({ 'act.policy.create-index': level });
    expect(await stateOf(action), level).toBe('approved');
  }
  await round(AUTOPILOT);
  expect(await stateOf(action)).toBe('verifying');
});

it('goes on with others while one waits for what may never come', async () => {
  const settings = actSettings();
  const waiting = await proposed('create index concurrently u_id on public.u (id)');
  now = new Date(now.getTime() + 1_000);
  const next = await proposed('analyze public.v');
  for (const { id } of [waiting, next]) {
    unwrap(await approve(storeJournal(store.actions), id, { actor: 'anna', now, settings }));
  }
  await round({ 'act.policy.create-index': 'propose' });
  expect(unwrap(await findAction(store, waiting.id))).toMatchObject({
    state: 'approved',
    note: 'act.policy.create-index is propose: nothing is applied',
  });
  expect(await stateOf(next)).toBe('verifying');
});
