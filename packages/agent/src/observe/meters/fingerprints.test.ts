import { describe, expect, it } from 'vitest';
import { createFingerprints } from './fingerprints.ts';

const open = () => createFingerprints((text) => (text.startsWith('broken') ? null : `print of ${text}`));
const sample = (queryId: string | null, query: string | null) => ({ queryId, query });

describe('a statement that a session runs', () => {
  it('goes under its query id until a sample shows its text, and is found again then', () => {
    const fingerprints = open();
    expect(fingerprints.ofSample(sample('7', null))).toBe('id:7');
    expect(fingerprints.isKnown('7')).toBe(false);
    expect(fingerprints.ofSample(sample('7', 'select 1'))).toBe('print of select 1');
    expect(fingerprints.isKnown('7')).toBe(true);
    expect(fingerprints.ofSample(sample('7', null))).toBe('print of select 1');
    expect(fingerprints.resolved('id:7')).toBe('print of select 1');
    expect(fingerprints.resolved('id:8')).toBe('id:8');
  });

  it.each([
    ['one of several', 'begin; update t set a = 1'],
    ['one that may have been cut', `select ${'x'.repeat(1_000)}`],
    ['one that is no statement', 'broken'],
  ])('is not known by the text of %s', (_, text) => {
    expect(open().ofSample(sample('7', text))).toBe('id:7');
  });

  it('is known by its text where there is no query id', () => {
    expect(open().ofSample(sample(null, 'select 1'))).toBe('print of select 1');
    expect(open().ofSample(sample('0', null))).toBe('');
  });
});
