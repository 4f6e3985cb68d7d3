import { type BatchedStatement, sumBatches } from './batches.ts';
import { median, type Weighted, weightedMedian } from './median.ts';
import { callSpread } from './side.ts';

/** Logarithm of what the untouched statements shifted by, in each batch. */
export interface Shifts {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** A shift of nothing, for a server without untouched statements. */
export const NO_SHIFT: Shifts = { before: [], after: [] };

/** Gives the logarithm of the shift from before to after. */
export function shiftBetween({ before, after }: Shifts): number {
  return meanOf(after) - meanOf(before);
}

/** Spread of the times of a statement beyond its calls' own, so that no statement outvotes all others. */
const LEAST_NOISE = 0.05;

/**
 * Finds what the untouched statements have in common, batch by batch: the weighted median of how far each stands off
 * its own level. A load that doubles every time is in here, and so is an hour of backup.
 */
export function commonShifts(controls: readonly BatchedStatement[]): Shifts {
  const levels = controls.map((control) => ({ control, ...levelOf(control) }));
  const shiftsOf = (side: 'before' | 'after'): readonly number[] => {
    const count = controls[0]?.[side].length ?? 0;
    const shifts = Array.from({ length: count }, (_, index) => {
      const seen = levels.flatMap(({ control, level, weight }): readonly Weighted[] => {
        const batch = control[side][index];
        if (batch === undefined || batch.calls === 0 || batch.totalMs <= 0) return [];
        return [{ value: Math.log(batch.totalMs / batch.calls) - level, weight }];
      });
      return seen.length === 0 ? null : weightedMedian(seen);
    });
    const usual = median(shifts.filter((shift) => shift !== null));
    return shifts.map((shift) => shift ?? usual);
  };
  return { before: shiftsOf('before'), after: shiftsOf('after') };
}

/** Level midway between the two sides, whatever the number of calls on either, and how well it is known. */
function levelOf({ before, after }: BatchedStatement): { readonly level: number; readonly weight: number } {
  const sides = [sumBatches(before), sumBatches(after)];
  const spread = Math.max(callSpread(before), callSpread(after));
  const level = sides.reduce((sum, { totalMs, calls }) => sum + Math.log(totalMs / calls) / 2, 0);
  const noise = Math.max(...sides.map(({ calls }) => spread / calls)) * before.length;
  return { level, weight: 1 / (LEAST_NOISE ** 2 + noise) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
