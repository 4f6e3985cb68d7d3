import { describe, expect, it } from 'vitest';
import { notificationWith, second } from './fixtures.ts';
import { createMemoryDeliveryLog, createMemorySilenceStore } from './memory-stores.ts';
import type { Attempt, Delivery } from './types.ts';

const delivery = (id: string, changes: Partial<Delivery> = {}): Delivery => ({
  id,
  channel: 'ops',
  groupKey: 'g',
  notification: notificationWith(),
  enqueuedAt: second(0),
  attemptsCount: 0,
  nextAttemptAt: second(0),
  ...changes,
});
const attempt = (id: string, nextAttemptAt: Date | null): Attempt => ({
  delivery: id,
  channel: 'ops',
  at: second(0),
  status: nextAttemptAt === null ? 'delivered' : 'retry',
  responseStatus: null,
  error: null,
  durationMs: 1,
  attemptsCount: 1,
  nextAttemptAt,
});

describe('the delivery log in memory', () => {
  it('gives of each channel and group the oldest, when its time has come', async () => {
    const log = createMemoryDeliveryLog();
    await log.enqueue([delivery('a'), delivery('b'), delivery('c', { groupKey: 'h' })]);
    const due = async (seconds: number) => (await log.due(second(seconds))).map(({ id }) => id);
    expect(await due(0)).toEqual(['a', 'c']);
    await log.record(attempt('a', second(10)));
    expect(await due(9)).toEqual(['c']);
    expect(await due(10)).toEqual(['a', 'c']);
    await log.record(attempt('a', null));
    expect(await due(10)).toEqual(['b', 'c']);
    expect((await log.due(second(10)))[0]?.attemptsCount).toBe(0);
    expect(log.attempts.map(({ status }) => status)).toEqual(['retry', 'delivered']);
  });

  it('takes the same delivery once', async () => {
    const log = createMemoryDeliveryLog();
    await log.enqueue([delivery('a')]);
    await log.record(attempt('a', null));
    await log.enqueue([delivery('a')]);
    expect(await log.due(second(0))).toEqual([]);
  });
});

describe('the silences in memory', () => {
  it('end early and never later', async () => {
    const store = createMemorySilenceStore();
    const silence = {
      id: 's',
      matchers: [],
      startsAt: second(0),
      endsAt: second(60),
      author: 'a',
      comment: 'c',
    };
    await store.add(silence);
    await store.expire('s', second(90));
    expect(await store.list(second(30))).toEqual([silence]);
    await store.expire('s', second(20));
    expect(await store.list(second(19))).toEqual([{ ...silence, endsAt: second(20) }]);
    expect(await store.list(second(20))).toEqual([]);
  });
});
