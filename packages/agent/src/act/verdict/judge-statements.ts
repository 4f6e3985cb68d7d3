import { type BatchedStatement, sumBatches } from './batches.ts';
import { type Blur, type Comparison, compareBlocks, type Estimate, estimate, intervalOf } from './compare.ts';
import { holmAdjust } from './holm.ts';
import { studentTail } from './student.ts';
import type {
  RatioInterval,
  StatementJudgement,
  StatementPeriod,
  StatementVerdict,
  VerdictLimits,
} from './types.ts';

/** An affected statement, with its comparison where it ran often enough. */
export interface AffectedStatement {
  readonly statement: BatchedStatement;
  readonly time: Comparison | null;
}

/** By what an affected statement is judged. */
export interface Bench {
  readonly limits: VerdictLimits;
  /** Probability of a false revert that is allowed now. */
  readonly alpha: number;
  /** Slow-down that counts as harm. */
  readonly boundRatio: number;
  readonly timeBlur: Blur;
  readonly blocksBlur: Blur;
  /** What the change of load could have done by itself; neither where there are controls. */
  readonly explainedByLoad: { readonly slowdown: boolean; readonly gain: boolean };
}

/**
 * Judges each affected statement. Slower is one that is beyond the bound both as measured and beside the controls,
 * and significantly so; times decide on harm, never blocks.
 */
export function judgeStatements(
  affected: readonly AffectedStatement[],
  bench: Bench,
): readonly StatementVerdict[] {
  const estimates = affected.map(({ time }) => (time === null ? null : estimate(time, bench.timeBlur)));
  const adjusted = holmAdjust(estimates.filter((one) => one !== null).map(slowdownProbability));
  const places = estimates.map((_, index) => estimates.slice(0, index).filter((one) => one !== null).length);
  return affected.map(({ statement }, index) => {
    const one = estimates[index] ?? null;
    const probability = one === null ? null : (adjusted[places[index] ?? 0] ?? 1);
    return verdictOf(statement, { estimate: one, probability }, bench);
  });
}

function verdictOf(
  statement: BatchedStatement,
  measured: { readonly estimate: Estimate | null; readonly probability: number | null },
  bench: Bench,
): StatementVerdict {
  const before = periodOf(statement, 'before');
  const after = periodOf(statement, 'after');
  const time = measured.estimate === null ? null : intervalOf(measured.estimate);
  const blocks = measured.estimate === null ? null : compareBlocks(statement);
  const isSignificant = (measured.probability ?? 1) <= bench.alpha;
  const rawRatio = (after.meanMs ?? 0) / (before.meanMs ?? 1);
  return {
    fingerprint: statement.fingerprint,
    role: statement.role === 'affected-writer' ? 'affected-writer' : 'affected-reader',
    before,
    after,
    time,
    blocks: blocks === null ? null : intervalOf(estimate(blocks, bench.blocksBlur)),
    slowdownProbability: measured.probability,
    judgement: time === null ? sideless(before, after) : judge(time, { rawRatio, isSignificant }, bench),
  };
}

function judge(
  time: RatioInterval,
  { rawRatio, isSignificant }: { readonly rawRatio: number; readonly isSignificant: boolean },
  { limits, boundRatio, explainedByLoad }: Bench,
): StatementJudgement {
  const bound = 1 + boundRatio;
  // As measured too: untouched statements that became faster make nobody slower.
  if (isSignificant && time.ratio >= bound && rawRatio >= bound) {
    return explainedByLoad.slowdown ? 'unclear' : 'slower';
  }
  if (explainedByLoad.gain) return 'unclear';
  if (time.high < 1 && time.ratio <= 1 - limits.smallestGainRatio) return 'faster';
  return time.high < bound ? 'unchanged' : 'unclear';
}

function sideless(before: StatementPeriod, after: StatementPeriod): StatementJudgement {
  if (before.calls === 0 && after.calls > 0) return 'new';
  if (before.calls > 0 && after.calls === 0) return 'gone';
  return 'too-few-calls';
}

/** Probability of a slow-down at least as large where there is none. */
function slowdownProbability({ logRatio, value, df }: Estimate): number {
  if (value === 0) return logRatio > 0 ? 0 : 1;
  return studentTail(logRatio / Math.sqrt(value), df);
}

function periodOf(statement: BatchedStatement, side: 'before' | 'after'): StatementPeriod {
  const { calls, totalMs, blocks, walBytes } = sumBatches(statement[side]);
  if (calls === 0) return { calls, meanMs: null, blocksPerCall: null, walBytesPerCall: null };
  return { calls, meanMs: totalMs / calls, blocksPerCall: blocks / calls, walBytesPerCall: walBytes / calls };
}
