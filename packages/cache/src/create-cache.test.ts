import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type Cache, type CacheOptions, createCache, createMemoryBackend, prometheusText } from './index.ts';

const TTL_MS = 60_000;

/** A cache of the process alone, and one over a shared store. */
const KINDS: readonly (readonly [name: string, options: () => Partial<CacheOptions>])[] = [
  ['alone', () => ({})],
  ['over a shared store', () => ({ l2: createMemoryBackend().driver })],
  ['over a shared store, holding nothing', () => ({ l2: createMemoryBackend().driver, l1: false })],
];

function counting(): { readonly load: () => Promise<{ readonly n: number }>; readonly loads: () => number } {
  let loads = 0;
  return {
    load: async () => {
      loads += 1;
      return { n: loads };
    },
    loads: () => loads,
  };
}

describe.each(KINDS)('a cache %s', (_, options) => {
  const open = (more: Partial<CacheOptions> = {}): Cache =>
    createCache({ namespace: 'test', ...options(), ...more });

  it('loads once, and gives the same frozen value to all', async () => {
    const cache = open();
    const { load, loads } = counting();
    const values = await Promise.all(
      Array.from({ length: 50 }, () => cache.wrap('k', { ttlMs: TTL_MS }, load)),
    );
    values.push(await cache.wrap('k', { ttlMs: TTL_MS }, load));
    expect(loads()).toBe(1);
    expect(values.every(({ n }) => n === 1)).toBe(true);
    expect(() => Object.assign(values[0] ?? {}, { n: 2 })).toThrow(TypeError);
  });

  it('does not freeze what the loader keeps', async () => {
    const own = { list: [1] };
    await open().wrap('k', {}, () => own);
    own.list.push(2);
    expect(own.list).toEqual([1, 2]);
  });

  it('loads anew after the time of a value', async () => {
    const cache = open();
    const { load } = counting();
    await cache.wrap('k', { ttlMs: 30 }, load);
    await sleep(50);
    expect(await cache.wrap('k', { ttlMs: 30 }, load)).toEqual({ n: 2 });
  });

  it('gives a stale value at once and loads anew behind it', async () => {
    const cache = open();
    const { load, loads } = counting();
    const read = (): Promise<{ readonly n: number }> => cache.wrap('k', { ttlMs: 30, swrMs: TTL_MS }, load);
    await read();
    await sleep(50);
    expect(await read()).toEqual({ n: 1 });
    await vi.waitFor(() => expect(loads()).toBe(2));
    await vi.waitFor(async () => expect((await read()).n).toBeGreaterThan(1));
    expect(cache.stats().staleHits).toBeGreaterThan(0);
  });

  it('keeps a stale value when the load behind it fails, and says so', async () => {
    const cache = open();
    const errors = vi.fn();
    cache.on('loadError', errors);
    await cache.wrap('k', { ttlMs: 20, swrMs: TTL_MS }, () => 'old');
    await sleep(40);
    const fail = (): never => {
      throw new Error('the database is away');
    };
    expect(await cache.wrap('k', { ttlMs: 20, swrMs: TTL_MS }, fail)).toBe('old');
    await vi.waitFor(() =>
      expect(errors).toHaveBeenCalledWith(expect.objectContaining({ isBackground: true })),
    );
    expect(await cache.wrap('k', { ttlMs: 20, swrMs: TTL_MS }, fail)).toBe('old');
  });

  it('never gives a stale value after an invalidation', async () => {
    const cache = open();
    const { load } = counting();
    const read = (): Promise<unknown> => cache.wrap('k', { ttlMs: 20, swrMs: TTL_MS, tags: ['t'] }, load);
    await read();
    await cache.invalidate(['t']);
    expect(await read()).toEqual({ n: 2 });
  });

  it('refreshes early by luck, the likelier the longer a load takes', async () => {
    const cache = open({ earlyRefreshBeta: 1_000 });
    const { load, loads } = counting();
    const slow = async (): Promise<unknown> => {
      await sleep(20);
      return load();
    };
    await cache.wrap('k', { ttlMs: 5_000 }, slow);
    await vi.waitFor(async () => {
      await cache.wrap('k', { ttlMs: 5_000 }, slow);
      expect(loads()).toBeGreaterThan(1);
    });
  });

  it.each([null, undefined])('keeps %s for its own time', async (nothing) => {
    const cache = open();
    const load = vi.fn(async () => nothing);
    await cache.wrap('k', { ttlMs: TTL_MS, negativeTtlMs: 40 }, load);
    expect(await cache.wrap('k', { ttlMs: TTL_MS, negativeTtlMs: 40 }, load)).toBe(nothing);
    expect(load).toHaveBeenCalledTimes(1);
    await sleep(60);
    await cache.wrap('k', { ttlMs: TTL_MS, negativeTtlMs: 0 }, load);
    await cache.wrap('k', { ttlMs: TTL_MS, negativeTtlMs: 0 }, load);
    expect(load).toHaveBeenCalledTimes(3);
  });
});

describe.each(KINDS)('a cache %s, told what to do,', (_, options) => {
  const open = (more: Partial<CacheOptions> = {}): Cache =>
    createCache({ namespace: 'test', ...options(), ...more });

  it('forgets what is deleted, invalidated by user, or all of it', async () => {
    const cache = open();
    const { load } = counting();
    const read = (key: string): Promise<{ readonly n: number }> =>
      cache.wrap(key, { ttlMs: TTL_MS, tags: ['u:7'] }, load);
    await read('a');
    await cache.delete('a');
    expect(await read('a')).toEqual({ n: 2 });
    await cache.invalidateUser(7);
    expect(await read('a')).toEqual({ n: 3 });
    await cache.bumpNamespace();
    expect(await read('a')).toEqual({ n: 4 });
    expect(await read('a')).toEqual({ n: 4 });
  });

  it('sets and gets a value, and what is set beats a load that runs', async () => {
    const cache = open();
    let end: (value: string) => void = () => undefined;
    const loading = cache.wrap(
      'k',
      { ttlMs: TTL_MS },
      () => new Promise<string>((resolve) => (end = resolve)),
    );
    await sleep(10);
    await cache.set('k', 'set', { ttlMs: TTL_MS, tags: ['t'] });
    end('loaded');
    expect(await loading).toBe('loaded');
    expect(await cache.get('k')).toBe('set');
    await cache.invalidate(['t']);
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.get('never')).toBeUndefined();
  });

  it('gives each reader a copy of what cannot be frozen', async () => {
    const cache = open();
    const load = (): Map<string, Date> => new Map([['at', new Date(0)]]);
    const first = await cache.wrap('k', {}, load);
    first.get('at')?.setTime(1);
    first.clear();
    expect(await cache.wrap('k', {}, load)).toEqual(new Map([['at', new Date(0)]]));
  });

  it('bypasses and refreshes where it is told to', async () => {
    const cache = open();
    const { load } = counting();
    await cache.wrap('k', {}, load);
    expect(await cache.wrap('k', { mode: 'bypass' }, load)).toEqual({ n: 2 });
    expect(await cache.wrap('k', {}, load)).toEqual({ n: 1 });
    expect(await cache.wrap('k', { mode: 'refresh' }, load)).toEqual({ n: 3 });
    expect(await cache.wrap('k', {}, load)).toEqual({ n: 3 });
  });

  it('counts hits, misses, loads and what was saved', async () => {
    const cache = open();
    const load = async (): Promise<number> => {
      await sleep(20);
      return 1;
    };
    await Promise.all([cache.wrap('k', {}, load), cache.wrap('k', {}, load)]);
    await cache.wrap('k', {}, load);
    const { l1Hits, l2Hits, misses, joined, loads, loadMs, savedMs, hitRatio } = cache.stats();
    expect({ hits: l1Hits + l2Hits, misses, joined, loads }).toEqual({
      hits: 1,
      misses: 2,
      joined: 1,
      loads: 1,
    });
    expect(hitRatio).toBeCloseTo(1 / 3);
    expect(savedMs).toBeGreaterThan(15);
    expect(Math.abs(loadMs - savedMs)).toBeLessThan(1);
    expect(prometheusText([cache.stats()])).toContain(
      'pgsteward_cache_reads_total{namespace="test",result="miss"} 2\n',
    );
  });
});

describe('a loader', () => {
  it('that throws reaches all who wait, and nothing is kept', async () => {
    const cache = createCache({ namespace: 'test' });
    const reason = new Error('relation does not exist');
    const fail = vi.fn(async () => {
      throw reason;
    });
    const reads = await Promise.allSettled([cache.wrap('k', {}, fail), cache.wrap('k', {}, fail)]);
    expect(reads.map((read) => read.status === 'rejected' && read.reason)).toEqual([reason, reason]);
    expect(fail).toHaveBeenCalledTimes(1);
    expect(await cache.wrap('k', {}, () => 'v')).toBe('v');
  });

  it('that never ends is given up after its time, and told so', async () => {
    const cache = createCache({ namespace: 'test', l2: createMemoryBackend().driver });
    let signal: AbortSignal | undefined;
    const error = await cache
      .wrap('k', { loaderTimeoutMs: 30 }, (context) => {
        signal = context.signal;
        return new Promise(() => undefined);
      })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'CACHE.LOADER_TIMEOUT' });
    expect(signal?.aborted).toBe(true);
    expect(await cache.wrap('k', {}, () => 'v')).toBe('v');
  });

  it('may be told to stop by the end of the cache', async () => {
    const cache = createCache({ namespace: 'test' });
    const aborted = cache.wrap(
      'k',
      {},
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await cache.close();
    await expect(aborted).rejects.toMatchObject({ code: 'CACHE.CLOSED' });
    await expect(cache.wrap('k', {}, () => 1)).rejects.toMatchObject({ code: 'CACHE.CLOSED' });
  });
});

describe('what a process holds', () => {
  it('stays within its limits, and keeps what is read', async () => {
    const cache = createCache({ namespace: 'test', l1: { maxEntries: 10 } });
    const evicted: string[] = [];
    cache.on('evict', ({ key }) => evicted.push(key));
    for (let index = 0; index < 100; index += 1) {
      await cache.wrap(`k${index}`, {}, () => index);
      cache.peek('k0');
    }
    expect(cache.stats()).toMatchObject({ entries: 10, evictions: 90 });
    expect(evicted).not.toContain('k0');
    expect(cache.peek('k0')).toBe(0);
  });

  it('counts bytes, and holds nothing larger than all of them', async () => {
    const cache = createCache({ namespace: 'test', l1: { maxBytes: 1_000 } });
    await cache.wrap('large', {}, () => 'x'.repeat(2_000));
    expect(cache.stats()).toMatchObject({ entries: 0, sizeBytes: 0, evictions: 1 });
    await cache.wrap('a', {}, () => 'x'.repeat(600));
    await cache.wrap('b', {}, () => 'x'.repeat(600));
    expect(cache.stats().entries).toBe(1);
    expect(cache.stats().sizeBytes).toBeLessThan(1_000);
  });
});

describe('a read that joins the look of another at the shared store', () => {
  it('is given nothing older than its own bound', async () => {
    const { driver } = createMemoryBackend();
    const [one, other] = [
      createCache({ namespace: 'test', l2: driver }),
      createCache({ namespace: 'test', l2: driver, l1: false }),
    ];
    await one.wrap('k', {}, () => 'old');
    await sleep(50);
    const unbounded = other.wrap('k', {}, () => 'unused');
    const bounded = other.wrap('k', { maxStalenessMs: 20 }, () => 'new');
    expect([await unbounded, await bounded]).toEqual(['old', 'new']);
  });
});
