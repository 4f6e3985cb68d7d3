import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  ActionRow,
  ActionsView,
  LedgerRowView,
} from '../../../packages/agent/src/app/views/action-types.ts';
import {
  clientFor,
  createDatabase,
  createRole,
  runOnce,
  serverUrl,
  type TestDatabase,
  temporaryDirectory,
} from '../../support/index.ts';
import { ensureBuilt } from '../support/build.ts';
import { type CliResult, ESCAPE, expectError, runCli } from '../support/cli.ts';

const CREATE = 'create index concurrently orders_customer on public.orders (customer)';
const ACTING = `act_${randomBytes(6).toString('hex')}`;
const PASSWORD = 'hush4711';
/** Each test runs several commands, and each command starts a process. */
const PATIENCE_MS = 240_000;

let db: TestDatabase;
let home: TestDatabase;
let owner: string;
/** Knows the target with and without the role to act with. */
let config: string;
let plainConfig: string;

beforeAll(async () => {
  await ensureBuilt();
  [db, home] = await Promise.all([createDatabase(18), createDatabase(18)]);
  owner = (await createRole(db, { grants: ['create on schema public'] })).name;
  await db.query(`
    create table orders (id int primary key, customer int);
    insert into orders select g, g % 500 from generate_series(1, 20000) g;
    alter table orders owner to ${owner};
    analyze`);
  const { host } = new URL(db.url);
  const act = `act-url = "postgres://${ACTING}:${PASSWORD}@${host}/${db.name}"`;
  config = await configFile(act);
  plainConfig = await configFile('');
}, 180_000);

afterAll(async () => {
  await db.close();
  await home.close();
  await runOnce(serverUrl(18), `drop role if exists ${ACTING}`);
});

async function configFile(own: string): Promise<string> {
  const file = join(await temporaryDirectory(), 'pgsteward.toml');
  await writeFile(
    file,
    `[store]\nurl = "${home.url}"\n[target.shop]\nurl = "${db.url}"\n${own}\n"act.windows" = "0 2 * * * for 1h"\n`,
  );
  return file;
}

function act(args: readonly string[], file = config): Promise<CliResult> {
  return runCli([...args, '--config', file]);
}

/** Runs a command that succeeds, and reads its JSON. */
async function json<T>(args: readonly string[]): Promise<T> {
  const result = await act([...args, '--json']);
  expect(result.code, result.stderr).toBe(0);
  return JSON.parse(result.stdout) as T;
}

/** Proposes an index through the command that applies it, which needs an answer that nobody gives. */
async function proposed(name: string): Promise<ActionRow> {
  const sql = `create index concurrently ${name} on public.orders (customer, id)`;
  expectRefused(await act(['apply', '--target', 'shop', '--sql', sql]), 'there is no terminal');
  const { actions } = await json<ActionsView>(['apply']);
  const own = actions.find(({ object }) => object === `public.${name}`);
  if (own === undefined) throw new Error(`${name} was not proposed`);
  expect(own.state).toBe('proposed');
  return own;
}

function expectRefused({ code, stderr }: CliResult, text: string): void {
  expect(stderr).toContain(text);
  expect(code, stderr).toBe(2);
  expect(stderr).not.toMatch(/\n\s+at /);
}

function indexes(): Promise<readonly unknown[]> {
  return db.query(
    `select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = 'orders'::regclass and i.indisvalid order by 1`,
  );
}

describe.sequential('apply, undo and the ledger', { timeout: PATIENCE_MS }, () => {
  let id = '';

  it('has a role to act with that `role --acting` printed, and that is a member of the owner of the tables', async () => {
    const role = ['role', '--acting', '--print-sql', '--name', ACTING, '--database', db.name];
    const { stdout, code } = await runCli(role);
    expect(code).toBe(0);
    await db.query(stdout);
    await db.query(`alter role ${ACTING} password '${PASSWORD}'; grant ${owner} to ${ACTING}`);
  });

  it('applies a statement with that role, its undo written down before', async () => {
    const { code, stdout, stderr } = await act(['apply', '--target', 'shop', '--sql', CREATE, '--yes']);
    expect(code, stderr).toBe(0);
    for (const text of [CREATE, 'risk', 'is verifying: done in']) expect(stdout).toContain(text);
    expect(stderr).toContain('`pgsteward serve` measures');
    expect(stdout + stderr).not.toContain(PASSWORD);
    expect(stdout).not.toContain(ESCAPE);
    expect(await indexes()).toEqual([{ name: 'orders_customer' }, { name: 'orders_pkey' }]);
    const { actions } = await json<ActionsView>(['apply']);
    expect(actions).toMatchObject([
      { target: 'shop', kind: 'create-index', state: 'verifying', object: 'public.orders_customer' },
    ]);
    expect(actions[0]?.undo).toEqual(['drop index concurrently if exists "public"."orders_customer"']);
    id = actions[0]?.id ?? '';
  });

  it('lists what is open, and refuses the same once more', async () => {
    const { stdout } = await act(['apply']);
    expect(stdout).toContain(id);
    expect(stdout).toContain('verifying');
    expectError(await act(['apply', '--target', 'shop', '--sql', CREATE, '--yes']), 'ACT.WRONG_STATE');
  });

  it('takes it back', async () => {
    expectRefused(await act(['undo', id]), 'there is no terminal');
    expect(await indexes()).toContainEqual({ name: 'orders_customer' });
    const undone = await json<ActionRow>(['undo', id, '--yes']);
    expect(undone).toMatchObject({
      id,
      state: 'reverted',
      standing: 'undone',
      note: expect.stringMatching(/^undone by ./),
    });
    expect(await indexes()).toEqual([{ name: 'orders_pkey' }]);
    expectError(await act(['undo', id, '--yes']), 'ACT.WRONG_STATE');
    // The charts are marked without a daemon.
    const marks = `select detail ->> 'text' as text from pgsteward.event where detail ->> 'action' = $1 order by id`;
    expect(await home.query(marks, [id])).toEqual([{ text: 'applied' }, { text: 'taken back' }]);
  });

  it('tells all of it, and checks that it stands as it was written', async () => {
    const { stdout, code } = await act(['ledger', id]);
    expect(code).toBe(0);
    for (const event of ['proposed', 'approved', 'applying', 'applied', 'reverting', 'reverted']) {
      expect(stdout).toContain(event);
    }
    const entries = await json<readonly LedgerRowView[]>(['ledger', '--limit', '2']);
    expect(entries.map(({ event }) => event)).toEqual(['reverted', 'reverting']);
    expect((await act(['ledger', '--check'])).stdout).toContain('6 entries, each as it was written');
    expectError(await act(['ledger', 'nothing']), 'ACT.NOT_FOUND');
    expectError(await act(['ledger', '--limit', 'many']), 'APP.USAGE');
  });

  it('drops an index only when the target is named, and builds it again', async () => {
    await db.query('create index twin on orders (customer)');
    const drop = ['apply', '--target', 'shop', '--sql', 'drop index concurrently public.twin'];
    expectRefused(await act([...drop, '--yes']), 'this needs --confirm shop');
    const { actions } = await json<ActionsView>(['apply']);
    const own = actions.find(({ object }) => object === 'public.twin')?.id ?? '';
    expectRefused(await act(['apply', own, '--confirm', 'other']), 'the action is for shop');
    expect(await indexes()).toContainEqual({ name: 'twin' });
    const done = await json<ActionRow>(['apply', own, '--confirm', 'shop']);
    expect(done.state).toBe('verifying');
    expect(await indexes()).not.toContainEqual({ name: 'twin' });
    expect((await act(['undo', own, '--yes'])).stdout).toContain('is reverted');
    expect(await indexes()).toContainEqual({ name: 'twin' });
  });
});

describe('an undo that somebody’s lock holds up', { timeout: PATIENCE_MS }, () => {
  it('says so, changes nothing, and is done by the next command', async () => {
    const sql = 'alter table public.orders set (fillfactor = 80)';
    const { id } = await json<ActionRow>(['apply', '--target', 'shop', '--yes', '--sql', sql]);
    const other = clientFor(db.url);
    await other.connect();
    await other.query('begin; lock table orders in access exclusive mode');
    expectError(await act(['undo', id, '--yes', '--set', 'act.lock-timeout-ms=200']), 'ACT.LOCKED');
    await other.end();
    const options = `select reloptions from pg_class where oid = 'orders'::regclass`;
    expect(await db.query(options)).toEqual([{ reloptions: ['fillfactor=80'] }]);
    expect((await act(['apply', id, '--yes'])).stdout).toContain('is reverted: undone by');
    expect(await db.query(options)).toEqual([{ reloptions: null }]);
  });
});

describe.sequential('decisions', { timeout: PATIENCE_MS }, () => {
  it('approve an action for the daemon, postpone it to a window, and turn it down', async () => {
    const { id } = await proposed('decided');
    const later = await json<ActionRow>(['approve', id, '--postpone']);
    expect(later).toMatchObject({ state: 'approved', note: expect.stringContaining('not before') });
    expect(new Date(later.notBeforeMs ?? 0).toISOString()).toMatch(/T02:00:00.000Z$/);
    expect(later.notBeforeMs).toBeGreaterThan(Date.now());
    expect(await json<ActionRow>(['approve', id])).toMatchObject({ state: 'approved', notBeforeMs: null });
    expectRefused(await act(['reject', id]), '--reason');
    const rejected = await act(['reject', id, '--reason', 'too large']);
    expect(rejected.stdout).toContain('too large');
    expectError(await act(['approve', id]), 'ACT.WRONG_STATE');
    expect(await indexes()).not.toContainEqual({ name: 'decided' });
  });

  it('are not postponed where there is no window, instead of being approved at once', async () => {
    const { id } = await proposed('windowless');
    const unwindowed = join(await temporaryDirectory(), 'pgsteward.toml');
    await writeFile(unwindowed, `[store]\nurl = "${home.url}"\n[target.shop]\nurl = "${db.url}"\n`);
    expectError(await act(['approve', id, '--postpone'], unwindowed), 'ACT.NO_WINDOW');
    const { actions } = await json<ActionsView>(['apply']);
    expect(actions.find((one) => one.id === id)?.state).toBe('proposed');
    await act(['reject', id, '--reason', 'a test']);
  });

  it('hand over a token, which approves nothing by itself', async () => {
    const { id } = await proposed('by_token');
    const { stdout, stderr, code } = await act(['approve', id, '--token']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^pgs_[\w-]{32}\n$/);
    expect(stderr).toContain('holds until');
    const { actions } = await json<ActionsView>(['apply']);
    expect(actions.find((one) => one.id === id)?.state).toBe('proposed');
    const [kept] = await home.query<{ hashes: string }>(
      `select string_agg(t::text, ' ') as hashes from pgsteward.approval_token t`,
    );
    expect(kept?.hashes).not.toContain(stdout.trim().slice(4));
    await act(['reject', id, '--reason', 'a test']);
  });
});

describe('what is refused leaves nothing behind', { timeout: PATIENCE_MS }, () => {
  async function ledgerLength(): Promise<number> {
    return (await json<readonly unknown[]>(['ledger', '--limit', '5000'])).length;
  }

  it('without a role to act with nothing is proposed, approved or begun to be undone', async () => {
    const { id } = await proposed('roleless');
    const before = await ledgerLength();
    const apply = ['apply', '--target', 'shop', '--yes'];
    expectError(await act([...apply, '--sql', CREATE], plainConfig), 'ACT.NO_ACTING_ROLE');
    expectError(await act(['apply', id, '--yes'], plainConfig), 'ACT.NO_ACTING_ROLE');
    expectError(await act(['undo', id], plainConfig), 'ACT.NO_ACTING_ROLE');
    expect(await ledgerLength()).toBe(before);
    await act(['reject', id, '--reason', 'a test']);
  });

  it.each([
    'drop table public.orders',
    'create index concurrently x on orders (id)',
    'create index x on public.orders (id)',
    'drop index concurrently public.orders_pkey cascade',
    'alter table public.orders set (fillfactor = 80); drop table public.orders',
    'select 1',
    'nonsense',
  ])('%s', async (sql) => {
    expectError(await act(['apply', '--target', 'shop', '--yes', '--sql', sql]), 'ACT.UNSUPPORTED');
  });

  it('what the owner said is never touched', async () => {
    const own = await configFile(
      `act-url = "postgres://${ACTING}:${PASSWORD}@${new URL(db.url).host}/${db.name}"\n"act.never-touch" = "public.ord*"`,
    );
    const result = await act(['apply', '--target', 'shop', '--yes', '--sql', CREATE], own);
    expectError(result, 'ACT.REFUSED_BY_POLICY');
  });

  it('what the policy only lets be proposed nobody approves or applies', async () => {
    const { id } = await proposed('shown_only');
    const before = await ledgerLength();
    const verbs = [
      ['apply', id, '--yes'],
      ['approve', id],
      ['approve', id, '--token'],
      ['approve', id, '--postpone'],
    ];
    for (const verb of verbs) {
      const result = await act([...verb, '--set', 'act.policy.create-index=propose']);
      expectRefused(result, 'ACT.REFUSED_BY_POLICY');
      expect(result.stderr).toContain('act.policy.create-index is propose');
    }
    expect(await ledgerLength()).toBe(before);
    expect(await indexes()).not.toContainEqual({ name: 'shown_only' });
    await act(['reject', id, '--reason', 'a test']);
  });

  it.each([
    ['approve', []],
    ['reject', ['--reason', 'x']],
    ['undo', []],
    ['apply', []],
  ] as const)('%s of an unknown action', async (command, more) => {
    expectError(await act([command, 'nothing', ...more]), 'ACT.NOT_FOUND');
  });
});

describe('the ledger', { timeout: PATIENCE_MS }, () => {
  it('says which entry somebody changed who may change everything', async () => {
    const entries = await json<readonly LedgerRowView[]>(['ledger', '--limit', '5000']);
    await expect(home.query('update pgsteward.ledger set entry = entry')).rejects.toThrow('can only grow');
    await home.query(`set session_replication_role = replica;
      update pgsteward.ledger set entry = replace(entry, 'approved', 'approvED') where number = 2;
      reset session_replication_role`);
    const { code, stdout } = await act(['ledger', '--check']);
    expect(code).toBe(4);
    expect(stdout).toContain('entry 2 is not what was written');
    const checked = await act(['ledger', '--check', '--json']);
    expect(JSON.parse(checked.stdout)).toMatchObject({ broken: { number: 2 }, entriesCount: 1 });
    expect(entries.length).toBeGreaterThan(2);
  });
});
