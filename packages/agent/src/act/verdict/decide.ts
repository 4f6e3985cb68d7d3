import { formatRatio } from '../../kernel/index.ts';
import type { ActionPromise, RatioInterval, StatementVerdict, Verdict, VerdictLimits } from './types.ts';
import { changeWords, countWords } from './words.ts';

/** All that an outcome depends on. */
export interface Evidence {
  readonly promise: ActionPromise;
  readonly isFinal: boolean;
  readonly limits: VerdictLimits;
  readonly boundRatio: number;
  readonly statements: readonly StatementVerdict[];
  readonly effect: Verdict['effect'];
  readonly isGainExplainedByLoad: boolean;
}

/** What is to become of the action. */
export type Decision = Pick<Verdict, 'outcome' | 'reason' | 'recommendation'>;

/**
 * Decides. Harm undoes at any look. An early keep needs every affected statement cleared; the last look is content
 * with the promise kept and no harm shown. Worse times never lead to a better outcome.
 */
export function decide(evidence: Evidence): Decision {
  const { statements, isFinal, boundRatio } = evidence;
  const worst = statements.find(({ judgement }) => judgement === 'slower');
  if (worst?.time) {
    const times = changeWords(worst.time);
    const reason = `statement ${worst.fingerprint} became ${times}, beyond the bound of ${formatRatio(boundRatio)}`;
    return { outcome: 'reverted', reason, recommendation: null };
  }
  if (!isFinal) return decideEarly(evidence);
  return evidence.promise === 'faster-readers' ? decideGain(evidence) : decideHarmless(evidence);
}

function decideEarly(evidence: Evidence): Decision {
  const { statements } = evidence;
  const isClear = ({ judgement }: StatementVerdict): boolean =>
    judgement === 'faster' || judgement === 'unchanged' || judgement === 'new';
  const open = statements.filter((statement) => !isClear(statement));
  const isProven = evidence.promise === 'faster-readers' ? hasGained(evidence) : evidence.effect !== null;
  if (isProven && open.length === 0) return kept(evidence);
  const reason =
    open.length > 0
      ? `${countWords(open.length)} of the action cannot be judged yet`
      : 'the gain of the readers cannot be told from chance yet';
  return { outcome: 'wait', reason, recommendation: null };
}

/** An index or a view has to earn its keep. */
function decideGain(evidence: Evidence): Decision {
  const { effect, limits } = evidence;
  if (effect === null) {
    // Reports run rarely; the prediction it was made for still stands, and nothing speaks against it.
    return inconclusive('the readers ran too rarely to be judged', 'keep');
  }
  if (hasGained(evidence)) return kept(evidence);
  const smallest = 1 - limits.smallestGainRatio;
  const isBlocksGainOpen = effect.blocks !== null && effect.blocks.low <= smallest;
  if (effect.time.low > smallest && !isBlocksGainOpen) {
    const reason = `the readers did not gain: ${changeWords(effect.time)}, and ${formatRatio(limits.smallestGainRatio)} were asked for`;
    return { outcome: 'reverted', reason, recommendation: null };
  }
  return inconclusive(
    `the readers came out ${changeWords(effect.time)}, which may be chance`,
    effect.time.ratio <= smallest ? 'keep' : 'revert',
  );
}

/** A dropped index, statistics, a vacuum, a setting: enough that nothing was harmed. */
function decideHarmless(evidence: Evidence): Decision {
  const { effect, promise, boundRatio, statements } = evidence;
  // A setting is judged without controls and easily undone: what was known before is the safer place.
  const otherwise = promise === 'whole-server' ? 'revert' : 'keep';
  if (effect === null) return inconclusive('no affected statement ran often enough to be judged', otherwise);
  const suspects = statements.filter((statement) => isSuspect(statement, boundRatio));
  const suspect = suspects.find((statement) => hasMoreWork(statement, boundRatio)) ?? suspects[0];
  if (suspect?.time) {
    const isWork = hasMoreWork(suspect, boundRatio);
    const work = isWork ? 'reads more blocks and ' : '';
    const reason = `statement ${suspect.fingerprint} ${work}came out ${changeWords(suspect.time)}, which may be chance`;
    return inconclusive(reason, isWork ? 'revert' : otherwise);
  }
  if (effect.time.high < 1 + boundRatio && !evidence.isGainExplainedByLoad) return kept(evidence);
  return inconclusive(
    `the affected statements came out ${changeWords(effect.time)}, which may be chance`,
    otherwise,
  );
}

/** Slower beyond the bound as far as one can tell, and would be found so if it were the only statement; or does more work. */
function isSuspect(statement: StatementVerdict, boundRatio: number): boolean {
  const { judgement, time } = statement;
  if (judgement !== 'unclear' || time === null || time.ratio < 1 + boundRatio) return false;
  return time.low > 1 || hasMoreWork(statement, boundRatio);
}

/** Noise in the times does not explain the blocks. */
function hasMoreWork({ blocks }: StatementVerdict, boundRatio: number): boolean {
  return blocks !== null && blocks.low > 1 + boundRatio;
}

/** Times show the gain, or blocks do where times are too noisy to and show no loss. */
function hasGained({ effect, limits, isGainExplainedByLoad }: Evidence): boolean {
  if (effect === null) return false;
  const isGain = ({ ratio, high }: RatioInterval): boolean =>
    high < 1 && ratio <= 1 - limits.smallestGainRatio;
  if (isGain(effect.time) && !isGainExplainedByLoad) return true;
  return effect.blocks !== null && isGain(effect.blocks) && effect.time.ratio <= 1;
}

function kept({ effect, statements }: Evidence): Decision {
  const unjudged = statements.filter(
    ({ judgement }) => judgement === 'too-few-calls' || judgement === 'unclear',
  );
  const rest = unjudged.length === 0 ? '' : `; ${countWords(unjudged.length)} could not be cleared`;
  const change = effect === null ? 'unharmed' : changeWords(effect.time);
  return {
    outcome: 'kept',
    reason: `the affected statements came out ${change}${rest}`,
    recommendation: null,
  };
}

function inconclusive(reason: string, recommendation: 'keep' | 'revert'): Decision {
  return { outcome: 'inconclusive', reason, recommendation };
}
