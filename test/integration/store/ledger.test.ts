import { afterAll, beforeAll, expect, it } from 'vitest';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { defaultSettings } from '../../../packages/agent/src/settings/resolve.ts';
import { openStore, type Store } from '../../../packages/agent/src/store/index.ts';
import { createDatabase, type TestDatabase } from '../../support/index.ts';

let home: TestDatabase;
let stores: readonly Store[];

const open = (): Promise<Store> =>
  openStore(unwrap(parseTarget(home.url, {})), { settings: defaultSettings, connectTimeoutMs: 5_000 });

beforeAll(async () => {
  home = await createDatabase();
  stores = [await open(), await open(), await open()];
  const writer = await stores[0]?.lead('t');
  await writer?.release();
});

afterAll(async () => {
  for (const store of stores) await store.close();
  await home.close();
});

function change(id: string, from: string | null, state: string) {
  const action = { id, target: 't', subject: `s/${id}`, state, changedAt: new Date(), body: { id } };
  return { action, from, entry: JSON.stringify({ id, from, to: state }), event: null };
}

it('is one chain of all that several agents write at once', async () => {
  const writes = stores.flatMap((store, agent) =>
    Array.from({ length: 20 }, (_, index) =>
      store.actions.record(change(`a${agent}-${index}`, null, 'proposed')),
    ),
  );
  expect((await Promise.all(writes)).every(Boolean)).toBe(true);
  expect(await stores[0]?.actions.checkLedger()).toMatchObject({ entriesCount: 60, broken: null });
});

it('tells once of a move that several agents try at once', async () => {
  const before = await stores[0]?.actions.checkLedger();
  await stores[0]?.actions.record(change('one', null, 'approved'));
  const moved = await Promise.all(
    stores.map((store) => store.actions.record(change('one', 'approved', 'applying'))),
  );
  expect(moved.filter(Boolean)).toHaveLength(1);
  expect(await stores[1]?.actions.checkLedger()).toMatchObject({
    entriesCount: (before?.entriesCount ?? 0) + 2,
    broken: null,
  });
});

it('marks the charts with what the ledger says was done, and with nothing that it does not', async () => {
  const [store] = stores;
  const at = new Date();
  const event = { at, kind: 'action', subject: 'an index', detail: { text: 'applied', action: 'marked' } };
  const applied = { ...change('marked', 'applying', 'verifying'), event };
  // Not in the state that it must be in: neither a move, nor an entry, nor a mark.
  expect(await store?.actions.record(applied)).toBe(false);
  await store?.actions.record(change('marked', null, 'applying'));
  expect(await store?.actions.record(applied)).toBe(true);
  const history = await store?.target('t');
  const range = { fromMs: at.getTime() - 1, toMs: at.getTime() };
  expect(await history?.events(range)).toEqual([event]);
});

it('refuses a second open action on a subject', async () => {
  const other = change('other', null, 'proposed');
  const same = { ...other, action: { ...other.action, subject: 's/one' } };
  expect(await stores[0]?.actions.record(same)).toBe(false);
  expect(await stores[0]?.actions.checkLedger()).toMatchObject({ broken: null });
});

it('refuses update, delete and truncate', async () => {
  for (const sql of [
    `update pgsteward.ledger set entry = '' where number = 1`,
    'delete from pgsteward.ledger where number = 1',
    'truncate pgsteward.ledger',
    'truncate pgsteward.ledger cascade',
  ]) {
    await expect(home.query(sql), sql).rejects.toThrow('the ledger can only grow');
  }
});

it('shows the place where somebody got round that', async () => {
  await home.query('alter table pgsteward.ledger disable trigger all');
  const [row] = await home.query('select entry from pgsteward.ledger where number = 7');
  await home.query(`update pgsteward.ledger set entry = 'forged' where number = 7`);
  expect(await stores[0]?.actions.checkLedger()).toMatchObject({
    broken: { number: 7, why: 'is not what was written' },
  });
  await home.query('update pgsteward.ledger set entry = $1 where number = 7', [row?.['entry']]);
  expect(await stores[0]?.actions.checkLedger()).toMatchObject({ broken: null });
});
