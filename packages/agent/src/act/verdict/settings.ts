import {
  countSetting,
  durationSetting,
  ratioSetting,
  type Setting,
  type Settings,
} from '../../settings/index.ts';
import type { VerdictLimits } from './types.ts';

/** When an action is kept and when it is undone. */
export const VERDICT_SETTINGS: Readonly<Record<keyof VerdictLimits, Setting<number>>> = {
  slowdownRatio: ratioSetting({
    key: 'act.verdict.slowdown-ratio',
    summary: 'Slow-down of any affected statement from which an action is undone.',
    default: 0.1,
    minimum: 0.01,
    maximum: 10,
    source: 'below it, users do not tell a slow-down from an ordinary day',
  }),
  uncontrolledSlowdownRatio: ratioSetting({
    key: 'act.verdict.uncontrolled-slowdown-ratio',
    summary: 'The same bound where no untouched statements tell the action from the load.',
    default: 0.2,
    minimum: 0.01,
    maximum: 10,
    source: 'twice the bound with controls: the hour of the day alone moves a statement by some percent',
  }),
  smallestGainRatio: ratioSetting({
    key: 'act.verdict.smallest-gain-ratio',
    summary: 'Share of the time of the readers that an action made for them must save to be kept.',
    default: 0.05,
    source: 'an index costs every writer and a share of memory; less than this does not pay',
  }),
  minimumCalls: countSetting({
    key: 'act.verdict.minimum-calls-count',
    summary: 'Calls of a statement before and after an action below which it is not judged.',
    default: 50,
    minimum: 10,
    source: 'the mean of fewer calls of usual spread is off by more than the bound in most cases',
  }),
  minimumControls: countSetting({
    key: 'act.verdict.minimum-controls-count',
    summary: 'Untouched statements from which their common shift is taken off the affected ones.',
    default: 3,
    minimum: 3,
    source: 'the median of three is the smallest that survives one statement with a trouble of its own',
  }),
  falseRevertRatio: ratioSetting({
    key: 'act.verdict.false-revert-ratio',
    summary: 'Probability that a harmless action is undone, over all statements and looks.',
    default: 0.025,
    minimum: 0.0001,
    maximum: 0.5,
    source: 'one side of the usual 95 % interval',
  }),
  loadFactor: ratioSetting({
    key: 'act.verdict.load-factor',
    summary: 'Change of the call rate that explains a change of times where there are no controls.',
    default: 1.5,
    minimum: 1.05,
    maximum: 100,
    source: 'half as many calls again move the times of a busy server beyond the bound by queueing alone',
  }),
  verifyMs: durationSetting({
    key: 'act.verdict.verify-ms',
    summary: 'Longest time to verify an action; looks are taken after 1/8, 1/4, 1/2 and all of it.',
    default: 3_600_000,
    minimum: 10_000,
    source: 'most statements that matter run 50 times in an hour',
  }),
};

/** Reads the limits of verdicts. */
export function verdictLimits(settings: Settings): VerdictLimits {
  const get = (name: keyof VerdictLimits): number => settings.get(VERDICT_SETTINGS[name]);
  return {
    slowdownRatio: get('slowdownRatio'),
    uncontrolledSlowdownRatio: get('uncontrolledSlowdownRatio'),
    smallestGainRatio: get('smallestGainRatio'),
    minimumCalls: get('minimumCalls'),
    minimumControls: get('minimumControls'),
    falseRevertRatio: get('falseRevertRatio'),
    loadFactor: get('loadFactor'),
    verifyMs: get('verifyMs'),
  };
}
