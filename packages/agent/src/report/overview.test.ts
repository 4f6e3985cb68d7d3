import { describe, expect, it } from 'vitest';
import { sampleFinding, sampleProposal, sampleReport } from './fixtures.ts';
import {
  countSeverities,
  formatEffect,
  groupGaps,
  listSome,
  nameSeverity,
  rankProposals,
} from './overview.ts';

describe('overview', () => {
  it('counts and names severities', () => {
    const counts = countSeverities(sampleReport());
    expect(counts).toEqual({ critical: 1, warning: 7, info: 4 });
    expect([nameSeverity('info', 1), nameSeverity('warning', 2), nameSeverity('critical', 2)]).toEqual([
      '1 note',
      '2 warnings',
      '2 critical',
    ]);
  });

  it('ranks a proposal by the worst finding that asks for it', () => {
    const report = sampleReport({
      findings: [
        sampleFinding({ severity: 'warning', proposals: ['a'] }),
        sampleFinding({ severity: 'critical', proposals: ['b'] }),
        sampleFinding({ severity: 'info', proposals: ['c', 'a'] }),
      ],
      proposals: ['d', 'c', 'a', 'b'].map((id) => sampleProposal({ id })),
    });
    expect(rankProposals(report).map((proposal) => proposal.id)).toEqual(['b', 'a', 'c', 'd']);
  });

  it('says an effect only when there is one to say', () => {
    const effect = { metric: 'indexBytes', before: 1024, after: 0, unit: 'bytes', method: 'measured' };
    expect(formatEffect(sampleProposal({ effect }))).toBe('index 1 kB → 0 B');
    expect(formatEffect(sampleProposal({ effect: { ...effect, after: 1024 } }))).toBeNull();
    const flag = { ...effect, metric: 'isValidated', before: 0, after: 1, unit: 'count' };
    expect(formatEffect(sampleProposal({ effect: flag }))).toBe('becomes validated');
  });

  it('groups blind spots by their remedy, each reason and check once', () => {
    const gap = { id: 'diagnose/a', reason: 'no right', remedy: 'grant it' };
    const groups = groupGaps([{ ...gap, remedy: 'wait' }, gap, gap, { ...gap, id: 'diagnose/b' }]);
    expect(groups).toEqual([
      { remedy: 'grant it', reasons: ['no right'], ids: ['diagnose/a', 'diagnose/b'] },
      { remedy: 'wait', reasons: ['no right'], ids: ['diagnose/a'] },
    ]);
    expect(listSome(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
  });
});
