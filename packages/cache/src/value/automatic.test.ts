import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { automaticCodec } from './automatic.ts';
import { openEnvelope, sealEnvelope } from './envelope.ts';

function roundTrip(value: unknown): unknown {
  return automaticCodec.decode(automaticCodec.encode(value));
}

describe('the automatic codec', () => {
  it('gives back what it was given, whatever it is', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        expect(roundTrip(value)).toEqual(value);
      }),
    );
  });

  it.each([
    Number.NaN,
    -0,
    10n ** 30n,
    new Date(8.64e15),
    [undefined, 1],
    new Uint8Array([0, 255]),
    '\ud800',
    JSON.parse('{"__proto__": 1}'),
  ])('keeps %o', (value) => {
    expect(Object.is(roundTrip(value), value) || expect(roundTrip(value)).toEqual(value)).toBeTruthy();
  });

  it('keeps cycles', () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const back = roundTrip(cyclic) as typeof cyclic;
    expect(back.self).toBe(back);
  });

  it.each([
    [{ a: { b: () => 1 } }, 'value.a.b', 'a function'],
    [[1, Symbol('x')], 'value', 'a symbol'],
    [{ list: [new URL('http://x')] }, 'value.list[0]', 'an instance of URL'],
    [Promise.resolve(), 'value', 'an instance of Promise'],
  ])('refuses %o with the place', (value, path, what) => {
    expect(() => automaticCodec.encode(value)).toThrow(
      expect.objectContaining({
        code: 'CACHE.UNSERIALISABLE',
        message: expect.stringContaining(`${path}`) && expect.stringContaining(what),
      }),
    );
  });

  it('refuses what is nested too deeply', () => {
    let deep: unknown = [];
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(() => automaticCodec.encode(deep)).toThrow(
      expect.objectContaining({ code: 'CACHE.UNSERIALISABLE' }),
    );
  });
});

describe('an envelope', () => {
  const facts = {
    codec: 'auto',
    loadedAtMs: 1_795_982_085_436,
    softMs: 1_795_982_085_500,
    hardMs: 1_795_982_085_600,
    loadMs: 12.25,
    lsn: 0x16_b374_d848n,
    versions: [1_795_982_085_436_137, 1_795_982_085_436_138],
    tags: JSON.stringify(['a "b"\n', '\ud800']),
  };

  it.each([10, 100_000])('gives back all that was put in, %d bytes of it', async (size) => {
    const body = Buffer.alloc(size, 'ab\n');
    const sealed = await sealEnvelope({ ...facts, body }, 8_192);
    expect(openEnvelope(sealed, 200_000)).toEqual({ ...facts, body });
    expect(sealed.byteLength).toBeLessThan(1_000);
  });

  it('opens nothing that is not ours, cut short, or unpacks to more than it may', async () => {
    const sealed = await sealEnvelope({ ...facts, body: Buffer.alloc(100_000) }, 8_192);
    expect(openEnvelope(sealed, 99_999)).toBeNull();
    expect(openEnvelope(sealed.subarray(0, sealed.length - 3), 200_000)).toBeNull();
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(openEnvelope(bytes, 1_000)).toBeNull();
      }),
    );
  });
});
