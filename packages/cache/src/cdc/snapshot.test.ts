import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extendXid, isVisible, parseSnapshot } from './snapshot.ts';

describe('a snapshot', () => {
  it('sees what is over, and not what runs or comes later', () => {
    const snapshot = parseSnapshot('10:20:10,14,15');
    const seen = Array.from({ length: 22 }, (_, xid) => xid).filter((xid) =>
      isVisible(snapshot, BigInt(xid)),
    );
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 16, 17, 18, 19]);
    expect(parseSnapshot('7:7:')).toEqual({ xmin: 7n, xmax: 7n, running: new Set() });
  });
});

describe('the 32 bits of a transaction', () => {
  it('become those 64 that are nearest, also across an epoch', () => {
    const near = fc.bigInt({ min: 1n << 33n, max: 1n << 60n });
    const distance = fc.bigInt({ min: -(1n << 31n) + 1n, max: (1n << 31n) - 1n });
    fc.assert(
      fc.property(near, distance, (base, apart) => {
        const xid = base + apart;
        expect(extendXid(Number(xid & 0xffff_ffffn), base)).toBe(xid);
      }),
    );
  });
});
