import { describe, expect, it } from 'vitest';
import { unwrap } from '../../kernel/index.ts';
import { second } from '../fixtures.ts';
import type { Silence } from '../types.ts';
import { createSilence, silenceOf } from './silences.ts';

const given: Omit<Silence, 'id'> = {
  matchers: [{ label: 'target', operator: '=', value: 'shop' }],
  startsAt: second(10),
  endsAt: second(20),
  author: 'ada',
  comment: 'upgrade',
};

describe('a silence', () => {
  it('mutes what it matches from its beginning to before its end', () => {
    const silence = unwrap(createSilence(given, second(0)));
    const at = (seconds: number) => silenceOf({ target: 'shop' }, [silence], second(seconds));
    expect([9, 10, 19, 20].map((seconds) => at(seconds)?.id ?? null)).toEqual([
      null,
      silence.id,
      silence.id,
      null,
    ]);
    expect(silenceOf({ target: 'billing' }, [silence], second(15))).toBeNull();
  });

  it('has another id when it is another', () => {
    const ids = [given, { ...given, comment: 'other' }].map(
      (one) => unwrap(createSilence(one, second(0))).id,
    );
    expect(new Set(ids).size).toBe(2);
  });

  it.each<[string, Partial<Silence>, string]>([
    ['without a matcher', { matchers: [] }, 'every alert'],
    [
      'that matches whatever is absent',
      { matchers: [{ label: 'slot', operator: '!=', value: 'a' }] },
      'every alert',
    ],
    ['that ends before it begins', { endsAt: second(10) }, 'not after its beginning'],
    ['that is over', { startsAt: second(-20), endsAt: second(0) }, 'has passed'],
    ['of nobody', { author: ' ' }, 'author'],
    ['without a reason', { comment: '' }, 'comment'],
  ])('is refused %s', (_, changes, reason) => {
    const created = createSilence({ ...given, ...changes }, second(0));
    expect(created.ok ? '' : created.error.why).toContain(reason);
  });
});
