import type { Proposal } from '../../advise/index.ts';
import type { Finding } from '../../diagnose/index.ts';
import type { AdvisedWorkload } from './advise-workload.ts';

/** Proposals with the findings that they remedy, and for each finding (same order) its proposals. */
export interface LinkedProposals {
  readonly proposals: readonly Proposal[];
  readonly byFinding: readonly (readonly string[])[];
}

/** Checks whose findings an index can remedy. */
const REMEDIED: ReadonlySet<string> = new Set([
  'diagnose/missing-index',
  'diagnose/slow-query',
  'diagnose/heavy-query',
]);

/** Links the advised indexes with the findings that they remedy: of their statements, and of tables read without an index. */
export function linkProposals(
  findings: readonly Finding[],
  advised: AdvisedWorkload | null,
): LinkedProposals {
  if (advised === null) return { proposals: [], byFinding: findings.map(() => []) };
  const remedies = new Map<string, ReadonlySet<string>>();
  for (const index of advised.advice.indexes) {
    const { schema, table } = index.definition;
    const proposal = advised.proposals.find((one) => one.id.endsWith(`.${index.name}`));
    if (proposal === undefined) continue;
    remedies.set(proposal.id, new Set([...index.statements, tableKey(schema, table)]));
  }
  const byFinding = findings.map(({ id: check, subject }) => {
    if (!REMEDIED.has(check)) return [];
    const key = subject.kind === 'table' ? tableKey(subject.schema, subject.name) : subject.queryId;
    return key === undefined ? [] : [...remedies].flatMap(([id, keys]) => (keys.has(key) ? [id] : []));
  });
  const proposals = advised.proposals.map((proposal) => ({
    ...proposal,
    findings: [
      ...new Set(
        findings.flatMap((finding, index) =>
          byFinding[index]?.includes(proposal.id) === true ? [finding.id] : [],
        ),
      ),
    ],
  }));
  return {
    proposals,
    byFinding,
  };
}

/** One proposal for each object: what a finding asks for stands before what the workload asks for. */
export function mergeProposals(first: readonly Proposal[], second: readonly Proposal[]): readonly Proposal[] {
  const known = new Set(first.map((proposal) => proposal.id));
  return [...first, ...second.filter((proposal) => !known.has(proposal.id))];
}

function tableKey(schema: string, table: string): string {
  return JSON.stringify([schema, table]);
}
