import { describe, expect, it, vi } from 'vitest';
import { CACHE_ERRORS, CacheError } from './errors.ts';
import { createCache, createMemoryBackend } from './index.ts';

describe('bad input', () => {
  it.each(['', 'a b', 'ä', 'x'.repeat(65), '{a}'])('is refused as a namespace: "%s"', (namespace) => {
    expect(() => createCache({ namespace })).toThrow(
      expect.objectContaining({ code: 'CACHE.INVALID_NAMESPACE' }),
    );
  });

  it.each([
    { maxTtlMs: 0 },
    { leaseMs: Number.NaN },
    { l1: { maxEntries: -1 } },
    { defaults: { ttlMs: -5 } },
  ])('is refused as an option: %o', (options) => {
    expect(() => createCache({ namespace: 'test', ...options })).toThrow(
      expect.objectContaining({ code: 'CACHE.INVALID_OPTION' }),
    );
  });

  const cyclic: unknown[] = ['t'];
  cyclic.push(cyclic);
  it.each([
    ['that hold themselves', cyclic],
    ['that are numbers', [1]],
    ['that are empty', ['']],
    ['that are long', ['x'.repeat(513)]],
    ['that are null', null],
    ['that are a string', 't'],
  ])('is refused as tags %s', async (_, tags) => {
    const cache = createCache({ namespace: 'test' });
    const load = vi.fn(() => 1);
    await expect(cache.wrap('k', { tags: tags as string[] }, load)).rejects.toMatchObject({
      code: 'CACHE.INVALID_TAGS',
    });
    await expect(cache.invalidate(tags as string[])).rejects.toThrow(CacheError);
    expect(load).not.toHaveBeenCalled();
  });

  it.each([[null], [undefined], [Number.NaN], [[]], [['a', Number.POSITIVE_INFINITY]], [['a', null]], [{}]])(
    'is refused as a key: %o',
    async (key) => {
      const cache = createCache({ namespace: 'test' });
      await expect(cache.wrap(key as string, {}, () => 1)).rejects.toMatchObject({
        code: 'CACHE.INVALID_KEY',
      });
    },
  );

  it.each([{ ttlMs: 0 }, { ttlMs: 90_000_000 }, { mode: 'x' as 'cache' }, { maxStalenessMs: -1 }])(
    'is refused as an option of a read: %o',
    async (options) => {
      const cache = createCache({ namespace: 'test' });
      await expect(cache.wrap('k', options, () => 1)).rejects.toMatchObject({ code: 'CACHE.INVALID_OPTION' });
    },
  );

  it.each([
    [() => undefined, 'UNSERIALISABLE'],
    [{ deep: [new (class Order {})()] }, 'UNSERIALISABLE'],
    [Promise.resolve, 'UNSERIALISABLE'],
    ['x'.repeat(10_000_000), 'VALUE_TOO_LARGE'],
  ] as const)('is given, and not kept, as a value', async (value, code) => {
    const backend = createMemoryBackend();
    const cache = createCache({ namespace: 'test', l2: backend.driver });
    const refused = vi.fn();
    cache.on('refused', refused);
    const load = vi.fn(() => value as unknown);
    expect(await cache.wrap('k', {}, load)).toBe(value);
    expect(await cache.wrap('k', {}, load)).toBe(value);
    expect(load).toHaveBeenCalledTimes(2);
    expect(refused.mock.calls[0]?.[0].error.code).toBe(CACHE_ERRORS[code].code);
    expect(cache.stats()).toMatchObject({ refusals: 2, entries: 0 });
    await expect(cache.set('k', value)).rejects.toMatchObject({ code: CACHE_ERRORS[code].code });
    expect(await cache.get('k')).toBeUndefined();
  });
});
