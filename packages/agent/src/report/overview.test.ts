import { describe, expect, it } from 'vitest';
import { sampleFinding, sampleProposal, sampleReport } from './fixtures.ts';
import { countSeverities, groupGaps, listSome, nameSeverity, rankProposals } from './overview.ts';

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
