import { advise, advisors } from '../advise/index.ts';
import { computeObjectives, diagnose } from '../diagnose/index.ts';
import type { Clock, ProgressListener } from '../kernel/index.ts';
import type { Observation } from '../observe/index.ts';
import type { Session } from '../postgres/index.ts';
import type { AuditReport } from '../report/index.ts';
import type { Settings } from '../settings/index.ts';
import { openAuditPlanning } from './indexes/audit-indexes.ts';
import { linkProposals, mergeProposals } from './indexes/link-proposals.ts';
import { checks } from './registries.ts';
import { assessSettings } from './tune/assess-settings.ts';

/** What an assessment is made with. */
export interface AssessOptions {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

/** What is wrong with a target, and what would mend it. */
export type Assessment = Pick<AuditReport, 'findings' | 'proposals' | 'objectives' | 'unavailable'>;

/**
 * Diagnoses what was observed and advises: plans the statements in a shadow, and looks for the indexes and the settings that
 * the workload wants.
 * @param session with the target, for what the shadow is made of
 * @throws POSTGRES.* when the target is lost on the way
 */
export async function assess(
  session: Session,
  observed: Observation,
  options: AssessOptions,
): Promise<Assessment> {
  const { settings } = options;
  const planning = await openAuditPlanning(session, observed, options);
  try {
    const observation = { ...observed, plans: planning.plans };
    const diagnosis = diagnose(checks, observation, settings);
    const advice = advise(advisors, diagnosis.findings, observed.snapshot);
    const proposed = linkProposals(diagnosis.findings, await planning.advise());
    const tuned = assessSettings(observation, diagnosis.findings, settings);
    return {
      findings: diagnosis.findings.map((finding, index) => ({
        ...finding,
        proposals: [...new Set([advice, proposed, tuned].flatMap(({ byFinding }) => byFinding[index] ?? []))],
      })),
      proposals: mergeProposals(mergeProposals(advice.proposals, proposed.proposals), tuned.proposals),
      objectives: computeObjectives(observation, settings),
      unavailable: [...observed.snapshot.gaps, ...diagnosis.unavailable, ...planning.gaps],
    };
  } finally {
    await planning.close();
  }
}
