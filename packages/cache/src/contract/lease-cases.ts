import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { bytesOf, holds, type Promised, textOf } from './setup.ts';

const VALUE = { bytes: bytesOf('one'), ttlMs: 60_000 };

/** Who may load, and what becomes of what was loaded. */
export const LEASE_CASES: readonly Promised[] = [
  holds('gives a lease to one of many', async ({ open }) => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => open()));
    const taken = await Promise.all(
      stores.map(({ store }, index) => store.lease('a', `token-${index}`, 5_000)),
    );
    assert.equal(taken.filter(Boolean).length, 1);
  }),
  holds('frees a lease after its time, unless it is renewed', async ({ open }) => {
    const { store } = await open();
    assert.equal(await store.lease('a', 'one', 100), true);
    assert.equal(await store.lease('b', 'one', 100), true);
    assert.equal(await store.renew('b', 'one', 5_000), true);
    await sleep(180);
    assert.equal(await store.lease('a', 'two', 5_000), true);
    assert.equal(await store.lease('b', 'two', 5_000), false);
    assert.equal(await store.renew('a', 'one', 5_000), false);
  }),
  holds('lets only the owner of a lease fill, renew and release', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    await one.store.lease('a', 'one', 5_000);
    assert.equal(await other.store.fill('a', 'two', VALUE), false);
    assert.equal(await other.store.renew('a', 'two', 5_000), false);
    await other.store.release('a', 'two');
    assert.equal(await other.store.lease('a', 'two', 5_000), false);
    assert.equal(await textOf(one.store, 'a'), null);
    assert.equal(await one.store.fill('a', 'one', VALUE), true);
    assert.equal(await textOf(other.store, 'a'), 'one');
  }),
  holds('frees a lease with its value, and without one', async ({ open }) => {
    const { store } = await open();
    await store.lease('a', 'one', 5_000);
    await store.fill('a', 'one', VALUE);
    assert.equal(await store.lease('a', 'two', 5_000), true);
    await store.release('a', 'two');
    assert.equal(await store.lease('a', 'three', 5_000), true);
  }),
  holds('keeps nothing of a load during which the key was deleted', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    await one.store.lease('a', 'one', 5_000);
    await other.store.delete('a');
    assert.equal(await one.store.fill('a', 'one', VALUE), false);
    assert.equal(await textOf(one.store, 'a'), null);
  }),
  holds('keeps nothing of a load during which the key was put', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    await one.store.lease('a', 'one', 5_000);
    await other.store.put('a', { bytes: bytesOf('newer'), ttlMs: 60_000 });
    assert.equal(await one.store.fill('a', 'one', VALUE), false);
    assert.equal(await textOf(one.store, 'a'), 'newer');
  }),
  holds('wakes those who wait when the lease is given back', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    for (const end of ['fill', 'release'] as const) {
      await one.store.lease('a', 'one', 5_000);
      const settled = other.store.settled('a', 5_000);
      assert.equal(await other.store.lease('a', 'two', 5_000), false);
      const beginMs = performance.now();
      await (end === 'fill' ? one.store.fill('a', 'one', VALUE) : one.store.release('a', 'one'));
      await settled;
      assert.ok(performance.now() - beginMs < 1_000, `${end} woke nobody`);
    }
  }),
  holds('lets those who wait go after their time', async ({ open }) => {
    const { store } = await open();
    const beginMs = performance.now();
    await store.settled('a', 60);
    const waitedMs = performance.now() - beginMs;
    assert.ok(waitedMs >= 50 && waitedMs < 2_000, `waited ${waitedMs} ms`);
  }),
];
