import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { defaultSettings } from '../../../packages/agent/src/settings/resolve.ts';
import { openStore, type Store } from '../../../packages/agent/src/store/index.ts';
import { createDatabase, type TestDatabase } from '../../support/index.ts';

const AT = Date.UTC(2026, 2, 10, 9, 0, 0);

describe('the writer of a target and what else it keeps', () => {
  let db: TestDatabase;
  let store: Store;

  const open = (): Promise<Store> =>
    openStore(unwrap(parseTarget(db.url, {})), { settings: defaultSettings, connectTimeoutMs: 5_000 });
  const lead = async (from: Store) => {
    const writer = await from.lead('shop');
    if (writer === null) throw new Error('somebody else leads');
    return writer;
  };
  const latestMs = async () => (await (await store.target('shop')).span('statement'))?.toMs;
  const batch = (at: number, calls: number) => ({
    kind: 'statement' as const,
    at: new Date(at),
    coveredMs: 60_000,
    rows: [{ key: ['a'], values: { calls } }],
  });

  beforeAll(async () => {
    db = await createDatabase();
    store = await open();
  });

  afterAll(async () => {
    await store.close();
    await db.close();
  });

  it('is one agent, and another as soon as that is gone', async () => {
    const writer = await lead(store);
    const other = await open();
    expect(await other.lead('shop')).toBeNull();
    await writer.release();
    const next = await lead(other);
    await next.append([batch(AT, 100)]);
    expect(await latestMs()).toBe(AT);
    await expect(writer.append([batch(AT + 60_000, 1)])).rejects.toThrow();
    const { series } = await (await store.target('shop')).totals('statement', {
      fromMs: AT - 60_000,
      toMs: AT + 60_000,
    });
    expect(series).toMatchObject([{ key: ['a'], values: { calls: 100 } }]);
    await next.release();
    await other.close();
  });

  it('stores two batches of one millisecond, and all batches that it is given or none', async () => {
    const writer = await lead(store);
    const doubled = batch(AT + 120_000, 5);
    await writer.append([doubled, doubled]);
    expect(await latestMs()).toBe(AT + 120_001);
    const wrong = { ...batch(AT + 180_000, 5), at: new Date(Number.NaN) };
    await expect(writer.append([batch(AT + 180_000, 5), wrong])).rejects.toThrow();
    expect(await latestMs()).toBe(AT + 120_001);
    const { series } = await (await store.target('shop')).totals('statement', {
      fromMs: AT + 60_000,
      toMs: AT + 240_000,
    });
    expect(series).toMatchObject([{ values: { calls: 10 } }]);
    await writer.release();
  });

  it('keeps events and texts', async () => {
    const writer = await lead(store);
    const at = new Date(AT + 5);
    const event = { at, kind: 'deploy', subject: 'v42', detail: { by: 'ann' } };
    await writer.append([], { events: [event], mark: 'first' });
    await writer.keepTexts(new Map([['f1', 'select \u0000 1']]));
    await writer.keepTexts(new Map([['f1', 'another']]));
    const target = await store.target('shop');
    expect(await target.written()).toBe('first');
    expect(await target.events({ fromMs: AT, toMs: AT + 10 })).toEqual([event]);
    expect(await store.statementTexts(['f1', 'f2'])).toEqual(new Map([['f1', 'select  1']]));
    await writer.release();
  });

  it('refuses a store that a newer pgsteward made', async () => {
    await db.query(`insert into pgsteward.migration (number, name) values (999, 'later')`);
    await expect(open()).rejects.toMatchObject({ code: 'STORE.TOO_NEW' });
    await db.query('delete from pgsteward.migration where number = 999');
  });
});
