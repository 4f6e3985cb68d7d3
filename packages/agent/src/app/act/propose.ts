import {
  ACT_SETTINGS,
  type Action,
  type ActionKind,
  admit,
  approve,
  type Journal,
  OPEN_STATES,
  POLICY,
  policyFor,
  propose,
  standingOf,
  subjectOf,
  withdraw,
} from '../../act/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { AuditReport } from '../../report/index.ts';
import type { Settings } from '../../settings/index.ts';

/** Who proposes what an assessment found. */
const ADVISOR = 'advisor';
/** Time in which what was decided is not proposed again. */
const COOL_DOWN_MS = 7 * 86_400_000;
const RISKS = ['low', 'medium', 'high'] as const;
/** Kinds that take each other back. */
const OPPOSITES: Partial<Readonly<Record<ActionKind, ActionKind>>> = {
  'create-index': 'drop-index',
  'drop-index': 'create-index',
};

/** What proposals are taken up with. */
export interface ProposeOptions {
  readonly journal: Journal;
  readonly target: string;
  readonly settings: Settings;
  readonly clock: Clock;
}

/**
 * Takes up what an assessment proposes: each remedy that the owner's policy lets pgsteward propose becomes an action,
 * approved at once where the policy is autopilot. What is no longer proposed and was not decided on is withdrawn.
 */
export async function takeUp(report: AuditReport, options: ProposeOptions): Promise<void> {
  const { journal, target, settings, clock } = options;
  const now = clock.now();
  const open = await journal.list(target, OPEN_STATES);
  const decided = await decidedLately(journal, target, now);
  const subjects = new Set<string>();
  for (const proposal of report.proposals) {
    const admitted = admit(proposal, { target, proposedBy: ADVISOR, now, settings });
    if (!admitted.ok) continue;
    const action = admitted.value;
    const subject = subjectOf(action);
    subjects.add(subject);
    const known = open.find((one) => subjectOf(one) === subject);
    if (known === undefined && decided.has(subject)) continue;
    // What waits already is approved too, once its owner let the policy do so.
    const waiting = known ?? (await propose(journal, action, now));
    const isOwn = waiting?.state === 'proposed' && waiting.proposedBy === ADVISOR;
    if (isOwn && isForAutopilot(waiting, settings)) {
      await approve(journal, waiting.id, { actor: POLICY, now, settings });
    }
  }
  for (const action of open) {
    const isStale =
      action.state === 'proposed' && action.proposedBy === ADVISOR && !subjects.has(subjectOf(action));
    if (isStale) await withdraw(journal, action.id, { actor: ADVISOR, now });
  }
}

/**
 * What a person or a measurement decided stays decided for a while: what was turned down or taken back is not proposed
 * again, and what was kept is not undone by the opposite proposal, or two advisors would build and drop one index in turn.
 * What was withdrawn may come back at any time.
 */
async function decidedLately(journal: Journal, target: string, now: Date): Promise<ReadonlySet<string>> {
  const ended = await journal.list(target, ['reverted', 'failed', 'rejected', 'kept', 'verifying']);
  const lately = ended.filter(
    (one) => standingOf(one) !== 'withdrawn' && now.getTime() - one.changedAt.getTime() < COOL_DOWN_MS,
  );
  return new Set(
    lately.flatMap(({ state, change }) => {
      if (state !== 'kept' && state !== 'verifying') return subjectOf({ change });
      const opposite = OPPOSITES[change.kind];
      return opposite === undefined ? [] : subjectOf({ change: { ...change, kind: opposite } });
    }),
  );
}

/**
 * A policy of autopilot takes no larger risk upon itself than the owner lets it, and does nothing for next to nothing; that,
 * and what cannot be tried, waits for a person.
 */
function isForAutopilot({ change, risk, trial, effect }: Action, settings: Settings): boolean {
  if (trial?.outcome === 'impossible') return false;
  const { metric, before, after } = effect;
  if (metric === 'workloadCost' && before !== null && after !== null) {
    if (before - after < settings.get(ACT_SETTINGS.autopilotGainRatio) * before) return false;
  }
  const limit = RISKS.indexOf(settings.get(ACT_SETTINGS.autopilotRisk));
  return policyFor(change.kind, settings) === 'autopilot' && RISKS.indexOf(risk.level) <= limit;
}
