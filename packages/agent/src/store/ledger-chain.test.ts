import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chainHash, checkChain, FIRST_HASH, type LedgerRow } from './ledger-chain.ts';

type Row = Pick<LedgerRow, 'number' | 'entry' | 'hash'>;

function chainOf(entries: readonly string[]): readonly Row[] {
  let head = FIRST_HASH;
  return entries.map((entry, index) => {
    head = chainHash(head, entry);
    return { number: index + 1, entry, hash: head };
  });
}

const entry = fc.string({ unit: 'binary', maxLength: 40 });
const entries = fc.array(entry, { minLength: 1, maxLength: 20 });
const placed = entries.chain((all) => fc.tuple(fc.constant(all), fc.nat(all.length - 1)));

it('is whole as it was written, and stays so when entries are added', () => {
  fc.assert(
    fc.property(entries, entries, (first, more) => {
      expect(checkChain(chainOf(first)).broken).toBeNull();
      const whole = checkChain(chainOf([...first, ...more]));
      expect(whole).toMatchObject({ entriesCount: first.length + more.length, broken: null });
    }),
  );
});

it('tells the place of an edited entry', () => {
  fc.assert(
    fc.property(placed, entry, ([all, at], other) => {
      fc.pre(other !== all[at]);
      const rows = chainOf(all).map((row, index) => (index === at ? { ...row, entry: other } : row));
      expect(checkChain(rows)).toMatchObject({ entriesCount: at, broken: { number: at + 1 } });
    }),
  );
});

it('tells the place of an entry that was edited with its hash: the next one no longer follows', () => {
  fc.assert(
    fc.property(placed, entry, ([all, at], other) => {
      fc.pre(other !== all[at] && at < all.length - 1);
      const rows = chainOf(all);
      const hash = chainHash(rows[at - 1]?.hash ?? FIRST_HASH, other);
      const forged = rows.map((row, index) => (index === at ? { ...row, entry: other, hash } : row));
      expect(checkChain(forged).broken).toMatchObject({ number: at + 2 });
    }),
  );
});

it('tells the place of a removed entry, whether or not the rest is numbered anew', () => {
  fc.assert(
    fc.property(placed, fc.boolean(), ([all, at], isRenumbered) => {
      fc.pre(at < all.length - 1);
      const rest = chainOf(all).filter((_, index) => index !== at);
      const rows = isRenumbered ? rest.map((row, index) => ({ ...row, number: index + 1 })) : rest;
      expect(checkChain(rows).broken).toMatchObject({ number: at + 1 });
    }),
  );
});

it('tells by its head that the end was cut off', () => {
  fc.assert(
    fc.property(placed, ([all, at]) => {
      const rows = chainOf(all);
      const cut = checkChain(rows.slice(0, at));
      expect(cut.broken).toBeNull();
      expect(cut.head).not.toBe(checkChain(rows).head);
    }),
  );
});

it('tells the place of an inserted entry', () => {
  fc.assert(
    fc.property(placed, entry, ([all, at], other) => {
      fc.pre(other !== all[at]);
      const rows = chainOf(all);
      const inserted = [
        ...rows.slice(0, at),
        { number: 0, entry: other, hash: rows[at]?.hash ?? '' },
        ...rows.slice(at),
      ];
      const numbered = inserted.map((row, index) => ({ ...row, number: index + 1 }));
      expect(checkChain(numbered).broken).toMatchObject({ number: at + 1 });
    }),
  );
});

it('tells the first place of two entries that changed theirs', () => {
  fc.assert(
    fc.property(placed, fc.nat(19), ([all, at], with_) => {
      const to = with_ % all.length;
      fc.pre(all[at] !== all[to]);
      const rows = [...chainOf(all)];
      const [one, other] = [rows[at], rows[to]];
      if (one === undefined || other === undefined) return;
      rows[at] = { ...other, number: one.number };
      rows[to] = { ...one, number: other.number };
      expect(checkChain(rows).broken).toMatchObject({ number: Math.min(at, to) + 1 });
    }),
  );
});
