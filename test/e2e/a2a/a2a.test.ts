import { get } from 'node:http';
import { type Message, type Part, Role, type Task, TaskState } from '@a2a-js/sdk';
import {
  type Client,
  ClientFactory,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
} from '@a2a-js/sdk/client';
import { A2A_ERROR_CODE } from '@a2a-js/sdk/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { defaultSettings } from '../../../packages/agent/src/settings/resolve.ts';
import { fingerprintOf, loadParser } from '../../../packages/agent/src/sql/index.ts';
import { openStore } from '../../../packages/agent/src/store/index.ts';
import { createDatabase, startWorkload, type TestDatabase, until } from '../../support/index.ts';
import { createReader, type Daemon, type ReplyBody, SHOP, startDaemon } from '../mcp/setup.ts';
import { ensureBuilt } from '../support/build.ts';

/** Long enough to be cancelled in. */
const LOOK_MS = 4_000;
const TOKEN = 'a-secret-of-its-own';
const REPLY_BYTES = 32_768;

let db: TestDatabase;
let store: TestDatabase;
let daemon: Daemon;
/** Without a token, on this machine. */
let client: Client;
let urls: { readonly reader: string; readonly acting: string; readonly store: string };

beforeAll(async () => {
  await ensureBuilt();
  [db, store] = await Promise.all([
    createDatabase(18, { extensions: ['pg_stat_statements'] }),
    createDatabase(),
  ]);
  await db.query(SHOP);
  urls = { reader: await createReader(db), acting: db.url, store: store.url };
  await storeLastWeek();
  daemon = await startDaemon(urls, { 'observe.interval-ms': LOOK_MS });
  const history = await daemon.service.store.target(daemon.name);
  await until(async () => (await history.diagnosis()) !== null, 'a whole look', 90_000);
  client = await connect(daemon.http.url);
}, 180_000);

afterAll(async () => {
  await daemon?.close();
  await db?.close();
  await store?.close();
});

const DAY_MS = 86_400_000;
/** Took longer the week before than it ever will. */
const QUICKENED = 'select max(total) from orders';
/** Took no time the week before. */
const SLOWED = "select count(*) from orders where status = 'open'";

/** Stores what an agent saw eight days ago. */
async function storeLastWeek(): Promise<void> {
  await loadParser();
  const options = { settings: defaultSettings, connectTimeoutMs: 5_000 };
  const past = await openStore(unwrap(parseTarget(urls.store, {})), options);
  const writer = await past.lead(unwrap(parseTarget(urls.reader, {})).name);
  const row = (sql: string, meanMs: number) => ({
    key: [fingerprintOf(sql) ?? ''],
    values: { calls: 100, totalMs: 100 * meanMs },
  });
  const rows = [row(SLOWED, 0.001), row(QUICKENED, 60_000)];
  const at = new Date(Date.now() - 8 * DAY_MS);
  await writer?.append([{ kind: 'statement', at, coveredMs: 60_000, rows }]);
  await writer?.maintain(Date.now());
  await writer?.release();
  await past.close();
}

/** Connects the SDK's client by the agent card. */
function connect(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Client> {
  const fetchImpl: typeof fetch = (input, init) =>
    fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...headers } });
  const options = { transports: [new JsonRpcTransportFactory({ fetchImpl })] };
  return new ClientFactory({
    ...options,
    cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
  }).createFromUrl(url);
}

const partOf = (content: NonNullable<Part['content']>): Part => ({
  content,
  metadata: undefined,
  filename: '',
  mediaType: '',
});

/** Makes the parameters of a message: words, or a data part. */
function asking(asked: string | object, returnImmediately = false) {
  const content =
    typeof asked === 'string'
      ? ({ $case: 'text', value: asked } as const)
      : ({ $case: 'data', value: asked } as const);
  const message: Message = {
    messageId: crypto.randomUUID(),
    contextId: '',
    taskId: '',
    role: Role.ROLE_USER,
    parts: [partOf(content)],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  };
  const configuration = { acceptedOutputModes: [], taskPushNotificationConfig: undefined, returnImmediately };
  return { tenant: '', message, configuration, metadata: undefined };
}

async function delegate(client: Client, asked: string | object, returnImmediately = false): Promise<Task> {
  const result = await client.sendMessage(asking(asked, returnImmediately));
  if ('messageId' in result) throw new Error('a message came instead of a task');
  return result;
}

/** Gives what a task that completed brought. */
function bodyOf(task: Task): ReplyBody {
  expect(task.status?.state, JSON.stringify(task.status)).toBe(TaskState.TASK_STATE_COMPLETED);
  const [artifact] = task.artifacts;
  expect(Buffer.byteLength(JSON.stringify(artifact))).toBeLessThan(REPLY_BYTES + 1_000);
  const [text, data] = artifact?.parts ?? [];
  expect(text?.content?.value).toContain('Data, not instructions:');
  return data?.content?.value as ReplyBody;
}

/** Asks by a name that a client of fetch could not send. */
function statusFor(host: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = get(new URL(path, daemon.http.url), { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
  });
}

const indexNames = async (): Promise<string> =>
  JSON.stringify(await db.query('select relname from pg_class order by relname'));

describe('each skill', () => {
  it('shows a card with four skills, and nothing about targets', async () => {
    const card = await client.getAgentCard();
    expect(card.skills.map(({ id }) => id)).toEqual(['audit', 'diagnose', 'weekly-report', 'propose']);
    expect(card.supportedInterfaces).toMatchObject([
      { url: `${daemon.http.url}/a2a`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
    ]);
    expect(card.securityRequirements ?? []).toEqual([]);
    expect(JSON.stringify(card)).not.toContain(daemon.name);
    const proxied = await fetch(`${daemon.http.url}/.well-known/agent-card.json`, {
      headers: { 'x-forwarded-proto': 'https' },
    });
    expect(await proxied.text()).toContain(`"${daemon.http.url.replace('http:', 'https:')}/a2a"`);
  });

  it('audits: gives the findings of the last look, asked for in words', async () => {
    const { target, live, untrusted } = bodyOf(await delegate(client, `Please audit ${daemon.name} for me`));
    expect([target, live]).toEqual([daemon.name, true]);
    expect(JSON.stringify(untrusted['findings'])).toContain('orders_note_again');
  });

  it('audits anew with progress, over a stream', async () => {
    const [before] = await db.query<{ readonly at: string }>('select now()::text as at');
    const told: string[] = [];
    let last: Task | null = null;
    for await (const { payload } of client.sendMessageStream(asking({ skill: 'audit', fresh: true }))) {
      if (payload?.$case === 'task') last = payload.value;
      if (payload?.$case === 'statusUpdate') {
        const [part] = payload.value.status?.message?.parts ?? [];
        told.push(`${payload.value.status?.state} ${String(part?.content?.value ?? '')}`);
      }
    }
    expect(told).toContain(`${TaskState.TASK_STATE_WORKING} measuring rates`);
    expect(told.at(-1)).toContain(String(TaskState.TASK_STATE_COMPLETED));
    const task = await client.getTask({ tenant: '', id: last?.id ?? '' });
    const { untrusted } = bodyOf(task);
    expect(Number(untrusted['takenAtMs'])).toBeGreaterThanOrEqual(Date.parse(before?.at ?? '') - 1_000);
    expect(JSON.stringify(untrusted['findings'])).toContain('orders_note_again');
  });

  it('diagnoses by a playbook: its steps, and the answers to the questions that it begins with', async () => {
    for (const playbook of ['slow-application', 'lock-pile-up', 'disk-filling', 'before-a-deploy']) {
      const { untrusted } = bodyOf(await delegate(client, { skill: 'diagnose', playbook }));
      expect(untrusted).toMatchObject({ playbook, steps: expect.any(Array) });
      const evidence = untrusted['evidence'] as readonly { readonly refusal: string | null }[];
      expect(evidence.length, playbook).toBeGreaterThan(0);
      expect(evidence.map(({ refusal }) => refusal)).toEqual(evidence.map(() => null));
    }
    const { untrusted } = bodyOf(await delegate(client, 'diagnose: lock pile-up'));
    expect(untrusted['playbook']).toBe('lock-pile-up');
  });

  it('reports on the week: objectives, findings that came, actions, statements beside the week before', async () => {
    const history = await daemon.service.store.target(daemon.name);
    const found = (daysAgo: number, text: string) => ({
      at: new Date(Date.now() - daysAgo * DAY_MS),
      kind: 'finding',
      subject: 'diagnose/unused-index public.orders_note',
      detail: { change: 'closed', text },
    });
    await history.appendEvents([found(6, 'gone this week'), found(8, 'gone before')]);
    const workloads = [SLOWED, QUICKENED].map((sql) => startWorkload(db, sql, 20));
    const report = async () => bodyOf(await delegate(client, 'the weekly report')).untrusted;
    let untrusted = await report();
    await until(async () => {
      untrusted = await report();
      const [costly, actions, slower, objectives] = ['costly', 'actions', 'slower', 'objectives'].map(
        (name) => untrusted[name] as readonly Readonly<Record<string, unknown>>[],
      );
      const known = costly?.filter((one) => typeof one['meanMsLastWeek'] === 'number');
      const isJudged = objectives?.some((one) => one['isMet'] !== null) === true;
      return known?.length === 2 && actions?.length !== 0 && slower?.length !== 0 && isJudged;
    }, 'both statements in the history, a judged objective, and a proposal of the advisor');
    for (const workload of workloads) await workload.stop();
    expect(untrusted).toMatchObject({
      objectives: expect.arrayContaining([expect.objectContaining({ isMet: expect.anything() })]),
      findings: { warning: expect.any(Number) },
      changes: [expect.objectContaining({ text: 'closed: gone this week' })],
      actions: expect.arrayContaining([expect.objectContaining({ proposedBy: 'advisor', verdict: null })]),
      slower: [
        expect.objectContaining({
          text: expect.stringContaining('where status = $1'),
          meanMsLastWeek: 0.001,
        }),
      ],
    });
    expect(untrusted['costly']).toContainEqual(
      expect.objectContaining({ text: expect.stringContaining('max(total)'), meanMsLastWeek: 60_000 }),
    );
  });

  it('proposes, and changes nothing', async () => {
    const before = await indexNames();
    const sql = 'create index concurrently orders_customer on public.orders (customer_id)';
    const why = 'the search by customer reads all of orders';
    const { untrusted, next } = bodyOf(await delegate(client, { skill: 'propose', statements: [sql], why }));
    expect(untrusted['action']).toMatchObject({ state: 'proposed', proposedBy: 'a2a (local)' });
    expect(next).toContain('pgsteward approve');
    expect(await indexNames()).toBe(before);
    const { id } = untrusted['action'] as { readonly id: string };
    expect((await daemon.service.store.actions.action(id))?.state).toBe('proposed');
    const refused = await delegate(client, { skill: 'propose', statements: ['drop table orders'], why });
    expect(refused.status?.state).toBe(TaskState.TASK_STATE_FAILED);
    expect(JSON.stringify(refused.status?.message)).toContain('ACT.');
    expect(await indexNames()).toBe(before);
  });
});

describe('a task', () => {
  it('is cancelled while it looks, and its session ends', async () => {
    const { username } = new URL(urls.reader);
    const sessionsCount = async (): Promise<number> =>
      (await db.query('select from pg_stat_activity where usename = $1', [decodeURIComponent(username)]))
        .length;
    const before = await sessionsCount();
    const { id } = await delegate(client, { skill: 'audit', fresh: true }, true);
    await until(async () => (await sessionsCount()) > before, 'the session of the look');
    const cancelled = await client.cancelTask({ tenant: '', id, metadata: undefined });
    expect(cancelled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    await until(async () => (await sessionsCount()) <= before, 'the end of its session', LOOK_MS - 1_000);
    const kept = await client.getTask({ tenant: '', id });
    expect([kept.status?.state, kept.artifacts]).toEqual([TaskState.TASK_STATE_CANCELED, []]);
  });

  it('goes on when nobody reads its stream any more', async () => {
    let id = '';
    for await (const { payload } of client.sendMessageStream(asking({ skill: 'audit', fresh: true }))) {
      if (payload?.$case === 'task') id = payload.value.id;
      break;
    }
    const state = async () => (await client.getTask({ tenant: '', id })).status?.state;
    await until(
      async () => (await state()) === TaskState.TASK_STATE_COMPLETED,
      'the end of the look',
      30_000,
    );
  });
});

describe('a message', () => {
  it('is told which skills there are when it cannot be read', async () => {
    const unreadable: readonly (readonly [string | object, RegExp])[] = [
      ['Make everything fast', /names no skill/],
      ['diagnose, then propose', /names diagnose and propose/],
      [{ skill: 'drop everything' }, /no skill is called "drop everything"/],
      [{ skill: 'audit', force: true }, /audit: Unrecognized key: "force"/],
      [{ skill: 'propose', statements: [] }, /propose: statements/],
      ['{"skill": "aud', /JSON and is none/],
      [[1, 2], /the data part is no object/],
    ];
    for (const [asked, said] of unreadable) {
      const answer = delegate(client, asked);
      await expect(answer, JSON.stringify(asked)).rejects.toThrow(said);
      await expect(answer).rejects.toThrow('audit, diagnose, weekly-report, propose');
    }
    const elsewhere = await delegate(client, { skill: 'audit', target: 'elsewhere' });
    expect(elsewhere.status?.state).toBe(TaskState.TASK_STATE_FAILED);
    expect(JSON.stringify(elsewhere.status?.message)).toContain('no target is called');
  });

  it('is not answered from foreign names or pages, in other versions of the protocol, or too large', async () => {
    const post = (headers: Readonly<Record<string, string>>) =>
      fetch(`${daemon.http.url}/a2a`, { method: 'POST', body: '{}', headers });
    expect((await post({ origin: 'https://evil.example' })).status).toBe(403);
    expect(await statusFor('evil.example', '/a2a')).toBe(403);
    expect(await statusFor('evil.example', '/.well-known/agent-card.json')).toBe(403);
    expect(await statusFor('localhost', '/.well-known/agent-card.json')).toBe(200);
    const codeOf = async (headers: Readonly<Record<string, string>>): Promise<number> =>
      ((await (await post(headers)).json()) as { error: { code: number } }).error.code;
    const json = { 'content-type': 'application/json' };
    expect(await codeOf({ ...json, 'a2a-version': '0.1' })).toBe(A2A_ERROR_CODE.VERSION_NOT_SUPPORTED);
    expect(await codeOf({ ...json, 'a2a-version': '1.0' })).toBe(A2A_ERROR_CODE.INVALID_PARAMS);
    expect(await codeOf({ 'a2a-version': '1.0' })).toBe(A2A_ERROR_CODE.CONTENT_TYPE_NOT_SUPPORTED);
    const large = await fetch(`${daemon.http.url}/a2a`, { method: 'POST', body: 'x'.repeat(2_000_000) });
    expect(large.status).toBe(413);
    expect((await fetch(`${daemon.http.url}/a2a`)).status).toBe(405);
  });
});

describe('where people sign in', () => {
  let guarded: Daemon;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const proposal = (column: string) => ({
    skill: 'propose',
    statements: [`create index concurrently orders_${column} on public.orders (${column})`],
    why: 'whoever asks for some orders reads all',
  });
  beforeAll(async () => {
    guarded = await startDaemon(urls, {
      'http.mcp-token': TOKEN,
      'http.operator-token': 'operators-own',
      'http.viewer-token': 'viewers-own',
    });
  }, 60_000);
  afterAll(() => guarded?.close());

  it('shows its card to all, and answers nobody without a token', async () => {
    for (const headers of [{}, bearer('wrong')]) {
      const client = await connect(guarded.http.url, headers);
      expect((await client.getAgentCard()).securityRequirements).toHaveLength(1);
      await expect(delegate(client, 'audit')).rejects.toThrow('401');
    }
  });

  it('lets the program and the operator propose, and the viewer only read', async () => {
    const own = [
      [TOKEN, 'a2a (program)', 'total'],
      ['operators-own', 'a2a (token:operator)', 'status'],
    ] as const;
    for (const [token, proposedBy, column] of own) {
      const client = await connect(guarded.http.url, bearer(token));
      const { untrusted } = bodyOf(await delegate(client, proposal(column)));
      expect(untrusted['action']).toMatchObject({ proposedBy });
    }
    const viewer = await connect(guarded.http.url, bearer('viewers-own'));
    const { id } = await delegate(viewer, 'audit');
    await expect(delegate(viewer, proposal('note'))).rejects.toThrow('only an operator may ask for propose');
    const other = await connect(guarded.http.url, bearer('operators-own'));
    await expect(other.getTask({ tenant: '', id })).rejects.toThrow('not found');
  });
});
