import assert from 'node:assert/strict';
import type { StoreEvent, Watermark } from '../l2/types.ts';
import { bytesOf, holds, type Promised, soon } from './setup.ts';

/** What a store tells other processes. */
export const EVENT_CASES: readonly Promised[] = [
  holds('tells every process of invalidations, in order', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    const [t = 0, hostile = 0] = await one.store.bump(['t', 'a "b" {c}\n']);
    const namespace = await one.store.bumpNamespace();
    await one.store.delete('a');
    await one.store.put('b', { bytes: bytesOf('b'), ttlMs: 60_000 });
    const expected: readonly StoreEvent[] = [
      {
        kind: 'invalidated',
        tags: [
          ['t', t],
          ['a "b" {c}\n', hostile],
        ],
      },
      { kind: 'namespace', version: namespace },
      { kind: 'deleted', id: 'a' },
      { kind: 'deleted', id: 'b' },
    ];
    const heard = (): readonly StoreEvent[] =>
      other.events.filter(({ kind }) => ['invalidated', 'namespace', 'deleted'].includes(kind));
    await soon(() => heard().length === expected.length);
    assert.deepEqual(heard(), expected);
  }),
  holds('tells nobody of his own deletions', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    await one.store.delete('a');
    assert.ok(await soon(() => other.events.some(({ kind }) => kind === 'deleted')));
    await one.store.bump(['t']);
    await soon(() => one.events.some(({ kind }) => kind === 'invalidated'));
    assert.equal(
      one.events.some(({ kind }) => kind === 'deleted'),
      false,
    );
  }),
  holds('moves the watermark after the invalidations before it', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    const reached = (): Watermark | null => other.store.watermark;
    assert.equal(reached(), null);
    await one.store.bump(['t'], { lsn: 41n });
    await one.store.advance(42n);
    assert.ok(await soon(() => reached()?.lsn === 42n));
    const kinds = other.events.map(({ kind }) => kind);
    assert.ok(kinds.indexOf('watermark') > kinds.indexOf('invalidated'));
    const ageMs = other.store.nowMs() - (reached()?.atMs ?? 0);
    assert.ok(ageMs > -1_000 && ageMs < 5_000, `the watermark is ${ageMs} ms old`);
    const late = await open();
    assert.ok(late.store.watermark === null || late.store.watermark.lsn === 42n);
  }),
  holds('dates a watermark as its worker says, and never ahead of the clock', async ({ open }) => {
    const { store } = await open();
    const atMs = Math.floor(store.nowMs()) - 60_000;
    await store.advance(42n, atMs);
    assert.ok(await soon(() => store.watermark?.atMs === atMs));
    await store.advance(43n, store.nowMs() + 60_000);
    assert.ok(await soon(() => store.watermark?.lsn === 43n));
    assert.ok((store.watermark?.atMs ?? 0) < store.nowMs() + 1_000);
  }),
];
