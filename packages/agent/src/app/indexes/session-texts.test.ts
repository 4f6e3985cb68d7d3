import { beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf, loadParser } from '../../sql/index.ts';
import { textsByFingerprint } from './session-texts.ts';

beforeAll(loadParser);

describe('the texts of sessions', () => {
  const found = (texts: readonly string[], recorded: string): string | undefined =>
    textsByFingerprint(texts).get(fingerprintOf(recorded));

  it('tell the constants of a statement with parameters', () => {
    const text = `select * from visits where user_id = $1 and at > now() - interval '30 days'`;
    const recorded = 'select * from visits where user_id = $1 and at > now() - $2::interval';
    expect(found([text], recorded)).toBe(text);
  });

  it('tell those of one without parameters when all of its calls agree', () => {
    const recorded = 'select count(*) from visits where at > now() - $1::interval';
    const text = (days: number): string =>
      `select count(*) from visits where at > now() - interval '${days} days'`;
    expect(found([text(7), text(7)], recorded)).toBe(text(7));
    expect(found([text(7)], recorded)).toBeUndefined();
    expect(found([text(7), text(7), text(30)], recorded)).toBeUndefined();
  });

  it('say nothing of what is no statement', () => {
    expect([...textsByFingerprint(['selec nonsense', 'selec nonsense']).keys()]).toEqual([]);
  });
});
