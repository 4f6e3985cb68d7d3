import { type Batched, type BatchedStatement, batchStatements, sumBatches } from './batches.ts';
import {
  blurOf,
  type Comparison,
  compareBasket,
  compareBlocks,
  compareTimes,
  estimate,
  intervalOf,
} from './compare.ts';
import { commonShifts, NO_SHIFT, type Shifts, shiftBetween } from './control.ts';
import { type Decision, decide } from './decide.ts';
import { type AffectedStatement, type Bench, judgeStatements } from './judge-statements.ts';
import { latestLook } from './looks.ts';
import { addVariances, type Spread } from './noise.ts';
import { controlSpread } from './spread.ts';
import type { ControlVerdict, StatementVerdict, Verdict, VerdictLimits, VerdictQuestion } from './types.ts';

/** What the controls give to every comparison. */
interface Control {
  readonly shifts: Shifts;
  readonly spread: Spread;
  readonly comparisons: readonly Comparison[];
}

/**
 * Measures what an action did, and says whether it stays.
 *
 * Each affected statement's time per call after ÷ before is taken beside the untouched statements': difference in
 * differences of logarithms, batch of ticks by batch of ticks, so that a load on everything cancels. Its interval
 * comes from the spread between batches, from the likeness of neighbouring batches, and from how differently the
 * untouched statements moved. A setting touches every statement: it is judged against its own past with a wider
 * bound, and not where the load alone explains the change.
 *
 * Asked at any time, as often as wanted: the answer changes at four instants only, and is final at the last.
 * @source J. Angrist and J.-S. Pischke, "Mostly Harmless Econometrics" (2009), chapter 5; the parts name theirs
 */
export function judgeAction(question: VerdictQuestion): Verdict {
  const look = latestLook(question);
  const statements = question.statements.toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  const until = look?.until ?? question.now;
  const batched = batchStatements({ ...question, statements }, until);
  const control = question.promise === 'whole-server' ? null : controlOf(batched, question.limits);
  const isReady = control !== null || look?.isFinal === true || !hasControls(question, batched);
  const loadRatio = loadRatioOf(batched);
  const affected = batched.statements
    .filter(({ role }) => role !== 'control')
    .map((statement) => ({
      statement,
      time: timesOf(statement, question.limits, control?.shifts ?? NO_SHIFT),
    }));
  const bench = benchOf({ question, alpha: isReady ? (look?.alpha ?? 0) : 0, affected, control, loadRatio });
  const rows = judgeStatements(affected, bench).toSorted(worstFirst);
  const effect = effectOf(affected, question, bench);
  const decision =
    look === null || !isReady
      ? waitFor(
          look === null ? 'too early to look' : 'the untouched statements have not run often enough yet',
        )
      : decide({
          promise: question.promise,
          isFinal: look.isFinal,
          limits: question.limits,
          boundRatio: bench.boundRatio,
          statements: rows,
          effect,
          isGainExplainedByLoad: bench.explainedByLoad.gain,
        });
  const verdict = { effect, statements: rows, control: control && controlVerdict(control, bench), loadRatio };
  return { ...decision, ...verdict, method: methodText(question, control, bench.boundRatio) };
}

/** Whether there will be controls once they ran as often as before: until then nothing is judged without them. */
function hasControls({ promise, limits }: VerdictQuestion, { statements }: Batched): boolean {
  const controls = statements.filter(
    ({ role, before }) => role === 'control' && sumBatches(before).calls >= limits.minimumCalls,
  );
  return promise !== 'whole-server' && controls.length >= limits.minimumControls;
}

function waitFor(reason: string): Decision {
  return { outcome: 'wait', reason, recommendation: null };
}

function timesOf(statement: BatchedStatement, limits: VerdictLimits, shifts: Shifts): Comparison | null {
  const sides = [sumBatches(statement.before), sumBatches(statement.after)];
  return sides.some(({ calls }) => calls < limits.minimumCalls) ? null : compareTimes(statement, shifts);
}

function controlOf({ statements }: Batched, limits: VerdictLimits): Control | null {
  const controls = statements.filter(
    (statement) => statement.role === 'control' && timesOf(statement, limits, NO_SHIFT) !== null,
  );
  if (controls.length < limits.minimumControls) return null;
  const shifts = commonShifts(controls);
  const comparisons = controls.flatMap((statement) => compareTimes(statement, shifts) ?? []);
  const blur = blurOf(comparisons, null);
  const noises = comparisons.map((comparison) => estimate(comparison, blur).value);
  return { shifts, comparisons, spread: controlSpread(comparisons, noises, shiftBetween(shifts)) };
}

function benchOf(given: {
  readonly question: VerdictQuestion;
  readonly alpha: number;
  readonly affected: readonly AffectedStatement[];
  readonly control: Control | null;
  readonly loadRatio: number | null;
}): Bench {
  const { question, alpha, affected, control, loadRatio } = given;
  const { limits } = question;
  const times = affected.flatMap(({ time }) => time ?? []);
  const blocks = affected.flatMap(({ statement, time }) => (time && compareBlocks(statement)) ?? []);
  // One way only: a harmful setting slows the calls of waiting clients down, and must not be excused by that.
  const isFreeToJudge = control !== null || loadRatio === null;
  return {
    limits,
    alpha,
    boundRatio: control === null ? limits.uncontrolledSlowdownRatio : limits.slowdownRatio,
    timeBlur: blurOf([...times, ...(control?.comparisons ?? [])], control?.spread ?? null),
    blocksBlur: blurOf(blocks, null),
    explainedByLoad: {
      slowdown: !isFreeToJudge && loadRatio > limits.loadFactor,
      gain: !isFreeToJudge && loadRatio < 1 / limits.loadFactor,
    },
  };
}

function effectOf(
  affected: readonly AffectedStatement[],
  { promise }: VerdictQuestion,
  bench: Bench,
): Verdict['effect'] {
  const concerned = affected.filter(
    ({ statement }) => promise !== 'faster-readers' || statement.role === 'affected-reader',
  );
  const time = compareBasket(
    concerned.flatMap(({ statement, time: comparison }) => (comparison ? { statement, comparison } : [])),
  );
  if (time === null) return null;
  const blocks = compareBasket(
    concerned.flatMap(({ statement, time: timed }) => {
      const comparison = timed && compareBlocks(statement);
      return comparison ? { statement, comparison } : [];
    }),
  );
  return {
    time: intervalOf(estimate(time, bench.timeBlur)),
    blocks: blocks && intervalOf(estimate(blocks, bench.blocksBlur)),
  };
}

function controlVerdict({ shifts, spread }: Control, { timeBlur }: Bench): ControlVerdict {
  const sides = (
    [
      [shifts.before, timeBlur.before],
      [shifts.after, timeBlur.after],
    ] as const
  ).map(([values, correlation]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const alike = (1 + correlation) / (1 - correlation);
    const value = (squares * alike) / (values.length * (values.length - 1));
    return { value, df: Math.max(1, values.length / alike - 1) };
  });
  const between = { ...spread.variance, value: (spread.variance.value * Math.PI) / 2 / spread.statements };
  const variance = addVariances([...sides, between]);
  return {
    shift: intervalOf({ logRatio: shiftBetween(shifts), ...variance }),
    statements: spread.statements,
    spread: Math.sqrt(spread.variance.value),
  };
}

function loadRatioOf({ statements, beforeMs, afterMs }: Batched): number | null {
  const calls = (side: 'before' | 'after'): number =>
    statements.reduce((sum, statement) => sum + sumBatches(statement[side]).calls, 0);
  const before = calls('before') / beforeMs;
  const after = calls('after') / afterMs;
  return before > 0 && after > 0 ? after / before : null;
}

function worstFirst(a: StatementVerdict, b: StatementVerdict): number {
  return (b.time?.ratio ?? 0) - (a.time?.ratio ?? 0) || (a.fingerprint < b.fingerprint ? -1 : 1);
}

function methodText(
  { limits, tickMs }: VerdictQuestion,
  control: Control | null,
  boundRatio: number,
): string {
  const beside =
    control === null
      ? 'against the own past of each statement, without controls, and not where the call rate explains the change'
      : `beside ${control.spread.statements} untouched statements (difference in differences of logarithms)`;
  return `Time per call after ÷ before ${beside}; at most 16 batches of ticks of ${tickMs / 1000} s on either side, 95 % intervals by Student's distribution with allowance for alike neighbours; slower beyond ${Math.round(boundRatio * 100)} % at ${limits.falseRevertRatio} over all statements (Holm) and four looks; at least ${limits.minimumCalls} calls on either side.`;
}
