import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { bytesOf, fillWith, holds, type Promised, textOf } from './setup.ts';

/** Ids and tags that are mistaken for something else by a store that is careless with them. */
export const HOSTILE_TEXTS: readonly string[] = [
  'a',
  'A',
  ' ',
  'a b',
  'a\nb',
  'a\u0000b',
  '{a}',
  '}{',
  '*',
  '?[a-z]',
  ':',
  'é',
  'e\u0301',
  '\ud800',
  '\udc00',
  '🂡',
  '__proto__',
  'constructor',
  "'; flushall --",
  'x'.repeat(256),
];

/** What a store keeps. */
export const VALUE_CASES: readonly Promised[] = [
  holds('has nothing in the beginning', async ({ open }) => {
    const { store } = await open();
    const read = await store.read('a', ['t']);
    assert.equal(read.bytes, null);
    assert.equal(read.versions.length, 2);
    assert.equal(read.lsn, 0n);
  }),
  holds('gives another process the very bytes that one kept', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256);
    await one.store.lease('a', 'token', 5_000);
    assert.equal(await one.store.fill('a', 'token', { bytes, ttlMs: 60_000 }), true);
    assert.deepEqual(Buffer.from((await other.store.read('a', [])).bytes ?? []), Buffer.from(bytes));
    assert.deepEqual(Buffer.from((await other.store.readValue('a')).bytes ?? []), Buffer.from(bytes));
  }),
  holds('forgets a value after its time', async ({ open }) => {
    const { store } = await open();
    await fillWith(store, 'a', 'one', 80);
    await store.put('b', { bytes: bytesOf('two'), ttlMs: 80.5 });
    assert.equal(await textOf(store, 'a'), 'one');
    await sleep(150);
    assert.equal(await textOf(store, 'a'), null);
    assert.equal(await textOf(store, 'b'), null);
  }),
  holds('forgets a value that is deleted, and replaces one that is put', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    await fillWith(one.store, 'a', 'one');
    await other.store.put('a', { bytes: bytesOf('two'), ttlMs: 60_000 });
    assert.equal(await textOf(one.store, 'a'), 'two');
    await other.store.delete('a');
    assert.equal(await textOf(one.store, 'a'), null);
  }),
  holds('keeps ids apart, whatever they hold', async ({ open }) => {
    const { store } = await open();
    for (const id of HOSTILE_TEXTS) await fillWith(store, id, JSON.stringify(id));
    for (const id of HOSTILE_TEXTS) assert.equal(await textOf(store, id), JSON.stringify(id));
  }),
  holds('keeps namespaces apart', async ({ open, namespace }) => {
    const [one, other] = [await open(), await open(`${namespace}-2`)];
    await fillWith(one.store, 'a', 'one');
    assert.equal(await textOf(other.store, 'a'), null);
    const before = await other.store.read('a', ['t']);
    await one.store.bump(['t']);
    await one.store.bumpNamespace();
    assert.deepEqual(await other.store.read('a', ['t']), before);
  }),
  holds('answers many reads at once, each with its own', async ({ open }) => {
    const { store } = await open();
    const ids = Array.from({ length: 250 }, (_, index) => `id-${index}`);
    for (const id of ids) await store.put(id, { bytes: bytesOf(id), ttlMs: 60_000 });
    assert.deepEqual(await Promise.all(ids.map((id) => textOf(store, id))), ids);
  }),
];
