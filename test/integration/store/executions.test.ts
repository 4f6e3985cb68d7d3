import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { defaultSettings } from '../../../packages/agent/src/settings/resolve.ts';
import {
  type HistoryWriter,
  openStore,
  type Store,
  type StoredExecution,
} from '../../../packages/agent/src/store/index.ts';
import { createDatabase, type TestDatabase } from '../../support/index.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 2, 10, 9, 0, 0);

const execution = (minute: number, durationMs: number, fingerprint = 'a'): StoredExecution => ({
  fingerprint,
  at: new Date(NOW + minute * 60_000),
  durationMs,
  user: 'shop',
  application: null,
  hash: 'h',
  body: { minute },
});

describe.sequential('executions in the store', () => {
  let db: TestDatabase;
  let store: Store;
  let writer: HistoryWriter;

  const kept = async (fingerprint = 'a') => (await store.target('shop')).executions(fingerprint);

  beforeAll(async () => {
    db = await createDatabase();
    store = await openStore(unwrap(parseTarget(db.url, {})), {
      settings: defaultSettings,
      connectTimeoutMs: 5_000,
    });
    const leading = await store.lead('shop');
    if (leading === null) throw new Error('somebody else leads');
    writer = leading;
  });

  afterAll(async () => {
    await writer.release();
    await store.close();
    await db.close();
  });

  it('are the ten latest and the five slowest of a statement, each once', async () => {
    const slow = [0, 1, 2, 3, 4, 5].map((minute) => execution(minute, 1_000 + minute));
    const quick = Array.from({ length: 20 }, (_, index) => execution(10 + index, index));
    await writer.saveExecutions(slow);
    await writer.saveExecutions(quick);
    await writer.saveExecutions(quick.slice(-3));
    await writer.saveExecutions([execution(0, 1, 'b')]);
    const executions = await kept();
    expect(executions.map(({ durationMs }) => durationMs)).toEqual([
      ...[19, 18, 17, 16, 15, 14, 13, 12, 11, 10],
      ...[1_005, 1_004, 1_003, 1_002, 1_001],
    ]);
    expect(executions[0]).toEqual(execution(29, 19));
    expect(await kept('b')).toHaveLength(1);
  });

  it('take any text that a statement can hold', async () => {
    const hostile = `${String.raw`a\u0000b`}\u0000\ud800c"`;
    await writer.saveExecutions([{ ...execution(0, 1, 'hostile'), body: { hostile } }]);
    expect(await kept('hostile')).toMatchObject([{ body: { hostile: String.raw`a\u0000bc"` } }]);
    const at = new Date(NOW);
    const plan = { hash: 'h', source: 'generic', firstSeen: at, lastSeen: at, totalCost: 1 } as const;
    await writer.savePlans([{ ...plan, fingerprint: 'hostile', body: { hostile } }]);
    expect(await (await store.target('shop')).plans('hostile')).toMatchObject([
      { body: { hostile: String.raw`a\u0000bc"` } },
    ]);
  });

  it('go when what was read then is dropped', async () => {
    await writer.maintain(NOW + 13 * DAY_MS);
    expect(await kept('b')).toHaveLength(1);
    await writer.maintain(NOW + 15 * DAY_MS);
    expect(await kept('b')).toEqual([]);
  });
});
