import assert from 'node:assert/strict';
import { holds, type Promised } from './setup.ts';
import { HOSTILE_TEXTS } from './value-cases.ts';

/** Versions of tags: what makes an entry dead. */
export const TAG_CASES: readonly Promised[] = [
  holds('gives a tag one version for all until it is bumped', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    const first = await one.store.read('a', ['t', 'u']);
    assert.ok(first.versions.every((version) => Number.isSafeInteger(version) && version > 0));
    assert.deepEqual((await other.store.read('b', ['t', 'u'])).versions, first.versions);
  }),
  holds('raises the version of a bumped tag, and of no other', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    const [namespace = 0, t = 0, u = 0] = (await one.store.read('a', ['t', 'u'])).versions;
    const [bumped = 0] = await other.store.bump(['t']);
    assert.ok(bumped > t);
    assert.deepEqual((await one.store.read('a', ['t', 'u'])).versions, [namespace, bumped, u]);
  }),
  holds('raises versions with every bump, however fast', async ({ open }) => {
    const stores = await Promise.all([open(), open(), open()]);
    const bumps = await Promise.all(
      Array.from({ length: 300 }, (_, index) => stores[index % 3]?.store.bump(['t'])),
    );
    const versions = bumps.flatMap((bump) => bump ?? []);
    assert.equal(new Set(versions).size, 300);
    const last = (await stores[0].store.read('a', ['t'])).versions[1];
    assert.equal(last, Math.max(...versions));
  }),
  holds('bumps many tags at once', async ({ open }) => {
    const { store } = await open();
    const tags = Array.from({ length: 1_201 }, (_, index) => `t:${index}`);
    const versions = await store.bump(tags);
    assert.equal(versions.length, 1_201);
    assert.equal((await store.read('a', ['t:1200'])).versions[1], versions[1_200]);
    assert.deepEqual(await store.bump([]), []);
  }),
  holds('raises the version of the namespace', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    const [before = 0, tag] = (await one.store.read('a', ['t'])).versions;
    const bumped = await other.store.bumpNamespace();
    assert.ok(bumped > before);
    assert.deepEqual((await one.store.read('a', ['t'])).versions, [bumped, tag]);
  }),
  holds('remembers the newest commit that bumped a tag', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    await one.store.bump(['t'], { lsn: 0x16_b374_d848n, xid: 726n });
    await one.store.bump(['u'], { lsn: 5n });
    await one.store.bump(['t']);
    assert.equal((await other.store.read('a', ['t', 'u'])).lsn, 0x16_b374_d848n);
    assert.equal((await other.store.read('a', ['u'])).lsn, 5n);
    assert.equal((await other.store.read('a', ['v'])).lsn, 0n);
  }),
  holds('keeps tags apart, whatever they hold', async ({ open }) => {
    const { store } = await open();
    for (const tag of HOSTILE_TEXTS) {
      const before = (await store.read('a', HOSTILE_TEXTS)).versions;
      await store.bump([tag]);
      const after = (await store.read('a', HOSTILE_TEXTS)).versions;
      const changed = after.flatMap((version, index) => (version === before[index] ? [] : [index]));
      assert.deepEqual(changed, [HOSTILE_TEXTS.indexOf(tag) + 1]);
    }
  }),
  holds('gives a tag that it forgot a version of its own', async ({ open, evictTags, namespace }) => {
    if (evictTags === undefined) return;
    const { store } = await open();
    const [before = 0] = await store.bump(['t']);
    await evictTags(namespace, ['t']);
    const [, after = 0] = (await store.read('a', ['t'])).versions;
    assert.ok(after > before, `${after} after ${before}`);
  }),
];
