import { describe, expect, it } from 'vitest';
import { describeField, formatEvidence, formatThreshold, tellingEvidence } from './evidence.ts';
import { sampleFinding } from './fixtures.ts';

describe('evidence', () => {
  it('names a field without its unit and shows the value in it', () => {
    const rows: readonly (readonly [string, number, string, string])[] = [
      ['meanMs', 1234, 'mean', '1.23 s'],
      ['sizeBytes', 1_048_576, 'size', '1 MB'],
      ['hitRatio', 0.9997, 'hit ratio', '99.97 %'],
      ['deadRows', 1_200_000, 'dead rows', '1.2 M'],
      ['scansCount', 0, 'scans', '0'],
      ['walBytesPerSecond', 2048, 'wal', '2 kB/s'],
      ['rows', 12, 'rows', '12'],
      ['pid', 1_234_567, 'pid', '1234567'],
    ];
    for (const [field, value, label, shown] of rows) {
      expect([describeField(field), formatEvidence(field, value)]).toEqual([label, shown]);
    }
  });

  it('shows what is no number, and says unknown rather than nothing', () => {
    expect(formatEvidence('lastVacuum', null)).toBe('unknown');
    expect(formatEvidence('meanMs', Number.NaN)).toBe('unknown');
    expect(formatEvidence('isOn', false)).toBe('no');
    expect(formatEvidence('columns', ['a', 'b\u001b'])).toBe('a, b\\u001b');
    expect(formatEvidence('columns', [])).toBe('none');
    expect(formatEvidence('newestFrom', '2026-11-01T00:00:00.000Z')).toBe('2026-11-01 00:00:00 UTC');
    expect(describeField('isValidated')).toBe('validated');
  });

  it('reads the unit of a threshold from its key', () => {
    expect(formatThreshold({ key: 'diagnose.unused-index.minimum-bytes', value: 1024 })).toBe('1 kB');
    expect(formatThreshold({ key: 'diagnose.wraparound.warning-ratio', value: 0.5 })).toBe('50 %');
    expect(formatThreshold({ key: 'diagnose.x.names', value: undefined })).toBe('none');
  });

  it('tells short and known values only', () => {
    const finding = sampleFinding({
      evidence: { lastVacuum: null, query: 'x'.repeat(80), meanMs: 3, callsCount: 2 },
    });
    expect(tellingEvidence(finding, 1)).toEqual([['mean', '3 ms']]);
  });
});
