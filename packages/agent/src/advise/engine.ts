import type { Finding } from '../diagnose/index.ts';
import type { Snapshot } from '../observe/index.ts';
import type { Advisor, Proposal } from './types.ts';

/** Proposals, and which of them remedies each finding (same order as the findings given). */
export interface Advice {
  readonly proposals: readonly Proposal[];
  readonly byFinding: readonly (readonly string[])[];
}

/** Asks the advisors for the remedy of each finding; findings that share a remedy share one proposal. */
export function advise(
  advisors: readonly Advisor[],
  findings: readonly Finding[],
  snapshot: Snapshot,
): Advice {
  const proposals = new Map<string, Proposal>();
  const byFinding = findings.map((finding) => {
    const remedies = advisors.filter((advisor) => advisor.remedies.includes(finding.id));
    const draft = remedies
      .map((advisor) => advisor.advise(finding, snapshot))
      .find((found) => found !== null);
    if (draft === undefined || draft === null) return [];
    const earlier = proposals.get(draft.id)?.findings ?? [];
    proposals.set(draft.id, { ...draft, findings: [...new Set([...earlier, finding.id])] });
    return [draft.id];
  });
  return { proposals: [...proposals.values()], byFinding };
}
