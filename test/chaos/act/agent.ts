import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Action,
  type AdvanceOptions,
  admit,
  advance,
  approve,
  type Journal,
  propose,
} from '../../../packages/agent/src/act/index.ts';
import { storeJournal } from '../../../packages/agent/src/app/act/journal.ts';
import { silentProgress, systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { openActingSession, openSession, parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { defaultSettings } from '../../../packages/agent/src/settings/resolve.ts';
import { loadParser } from '../../../packages/agent/src/sql/index.ts';
import { openStore, type Store } from '../../../packages/agent/src/store/index.ts';
import { REPOSITORY } from '../../e2e/support/build.ts';
import { actSettings, draftOf } from '../../integration/act/acting.ts';

const TARGET = 'chaos';
const SETTINGS = { 'act.lock-timeout-ms': 10_000, 'target.memory-bytes': '64GB' };
const ENDS = new Set(['kept', 'reverted', 'failed', 'rejected']);
const END_MS = 60_000;

/** The store of agents, and its journal. */
export interface Home {
  readonly store: Store;
  readonly journal: Journal;
}

/** Opens a store that knows the target. */
export async function openHome(url: string): Promise<Home> {
  await loadParser();
  const store = await openStore(unwrap(parseTarget(url, {})), {
    settings: defaultSettings,
    connectTimeoutMs: 5_000,
  });
  await (await store.lead(TARGET))?.release();
  return { store, journal: storeJournal(store.actions) };
}

/** Writes an approved action down. */
export async function approved({ journal }: Home, statements: readonly string[]): Promise<Action> {
  const admission = { target: TARGET, proposedBy: 'test', now: new Date(), settings: actSettings(SETTINGS) };
  const action = unwrap(admit(draftOf(statements), admission));
  const proposed = await propose(journal, action, new Date());
  if (proposed === null) throw new Error('another action on the same subject is open');
  return unwrap(
    await approve(journal, action.id, { actor: 'anna', now: new Date(), settings: actSettings(SETTINGS) }),
  );
}

/** Carries an action on in this process. @param outcome what the measurement says */
export function carryOn(
  { journal }: Home,
  url: string,
  action: Action,
  outcome: 'kept' | 'reverted',
): Promise<Action> {
  const target = unwrap(parseTarget(url, {}));
  const session = { connectTimeoutMs: 5_000, lockTimeoutMs: 5_000 };
  const options: AdvanceOptions = {
    journal,
    settings: actSettings(SETTINGS),
    clock: systemClock,
    open: async () => ({
      acting: await openActingSession(target, session),
      reader: await openSession(target, session),
    }),
    tryOut: async () => null,
    judge: async () => ({ outcome, text: 'as the test says', verdict: null }),
    onProgress: silentProgress,
    signal: new AbortController().signal,
  };
  return advance(action, options);
}

/** Carries an action on to its end, as the agent that comes after one that died, however often the target goes away. */
export async function carryToEnd(
  home: Home,
  url: string,
  id: string,
  outcome: 'kept' | 'reverted',
): Promise<Action> {
  const endMs = performance.now() + END_MS;
  for (let lastError: unknown = null; performance.now() < endMs; await sleep(20)) {
    const action = await home.journal.find(id);
    if (action === null) throw new Error(`there is no action ${id}`);
    if (ENDS.has(action.state)) return action;
    try {
      await carryOn(home, url, action, outcome);
    } catch (error) {
      lastError = error;
    }
    if (performance.now() >= endMs - 100) throw new Error(`it stays ${action.state}`, { cause: lastError });
  }
  throw new Error('it came to no end');
}

/** An agent in a process of its own, which waits to be told what to carry to its end. */
export interface AgentProcess {
  carry(id: string, outcome: 'kept' | 'reverted'): void;
  kill(): Promise<void>;
  readonly ended: Promise<void>;
}

/** Starts such an agent; it is ready when this resolves. */
export async function startAgent(storeUrl: string, targetUrl: string): Promise<AgentProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', AGENT], {
    env: { PATH: process.env['PATH'], STORE_URL: storeUrl, TARGET_URL: targetUrl },
    cwd: join(REPOSITORY, 'packages', 'agent'),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('close', () => reject(new Error('the agent ended before it began')));
  });
  child.stdin.on('error', () => undefined);
  return {
    carry: (id, outcome) => void child.stdin.write(`${id} ${outcome}\n`),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    ended,
  };
}

/** Says when it is ready; ends when the action has. */
const AGENT = `
  import { createInterface } from 'node:readline';
  import { advance } from './dist/act/index.js';
  import { storeJournal } from './dist/app/act/journal.js';
  import { settingDefinitions } from './dist/app/index.js';
  import { silentProgress, systemClock } from './dist/kernel/index.js';
  import { openActingSession, openSession, parseTarget } from './dist/postgres/index.js';
  import { resolveSettings } from './dist/settings/index.js';
  import { loadParser } from './dist/sql/index.js';
  import { defaultSettings } from './dist/settings/resolve.js';
  import { openStore } from './dist/store/index.js';
  await loadParser();
  const { STORE_URL, TARGET_URL } = process.env;
  const target = parseTarget(TARGET_URL, {}).value;
  const store = await openStore(parseTarget(STORE_URL, {}).value, { settings: defaultSettings, connectTimeoutMs: 5000 });
  const journal = storeJournal(store.actions);
  const flags = new Map(Object.entries(${JSON.stringify(SETTINGS)}).map(([key, value]) => [key, { option: key, value }]));
  const settings = resolveSettings(settingDefinitions, { flags }).value;
  const session = { connectTimeoutMs: 5000, lockTimeoutMs: 5000 };
  const options = (outcome) => ({
    journal, settings, clock: systemClock, onProgress: silentProgress, signal: new AbortController().signal,
    open: async () => ({ acting: await openActingSession(target, session), reader: await openSession(target, session) }),
    tryOut: async () => null,
    judge: async () => ({ outcome, text: 'as the test says', verdict: null }),
  });
  process.stdout.write('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const [id, outcome] = line.split(' ');
    for (;;) {
      const action = await advance(await journal.find(id), options(outcome));
      if (['kept', 'reverted', 'failed', 'rejected'].includes(action.state)) process.exit(0);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
`;
