import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { CacheError } from '../errors.ts';
import { holds, type Promised } from './setup.ts';

/** Clock, and end. */
export const CLOCK_CASES: readonly Promised[] = [
  holds('has one clock for all processes', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    const apartMs = Math.abs(one.store.nowMs() - other.store.nowMs());
    assert.ok(apartMs < 50, `${apartMs} ms apart`);
    const beginMs = one.store.nowMs();
    await sleep(50);
    const passedMs = one.store.nowMs() - beginMs;
    assert.ok(passedMs > 30 && passedMs < 2_000, `${passedMs} ms passed in 50`);
  }),
  holds('tells moments of its clock by that of the process', async ({ open }) => {
    const { store } = await open();
    const apartMs = Math.abs(store.toOwnMs(store.nowMs() - 1_000) + 1_000 - performance.now());
    assert.ok(apartMs < 50, `${apartMs} ms apart`);
  }),
  holds('serves until it is closed, and others after that', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    assert.equal(one.store.isServing, true);
    assert.equal(await one.store.opened(1_000), true);
    await one.store.close();
    assert.equal(one.store.isServing, false);
    await assert.rejects(one.store.bump(['t']), (error) => error instanceof CacheError);
    assert.equal(other.store.isServing, true);
    assert.equal((await other.store.bump(['t'])).length, 1);
  }),
];
