import type { VerdictQuestion } from './types.ts';

/** One of the few instants at which an action is judged. */
export interface Look {
  /** What ran later is not looked at. */
  readonly until: Date;
  /** Probability of a false revert that this look may spend. */
  readonly alpha: number;
  readonly isFinal: boolean;
}

/** Shares of the time to verify after which is looked. */
const LOOKS = [1 / 8, 1 / 4, 1 / 2, 1] as const;

/**
 * Finds the latest look that is due. Between two looks the answer stays the same, so that asking more often does not
 * find more by chance: each look spends of the allowed false reverts as much as it waited for.
 * @returns null before the first
 * @source K. K. G. Lan and D. L. DeMets, "Discrete sequential boundaries for clinical trials" (1983), uniform spending
 */
export function latestLook({ appliedAt, now, limits }: VerdictQuestion): Look | null {
  const due = LOOKS.map((share, index) => ({
    alpha: limits.falseRevertRatio * (share - (LOOKS[index - 1] ?? 0)),
    until: new Date(appliedAt.getTime() + share * limits.verifyMs),
    isFinal: share === 1,
  })).filter(({ until }) => until <= now);
  return due.at(-1) ?? null;
}
