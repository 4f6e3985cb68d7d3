import { memoryForSpill } from '../../diagnose/index.ts';
import type { TuneInput } from './types.ts';

const HOUR_MS = 3_600_000;

/** Temporary files of one statement, or of many alike. */
export interface Spill {
  readonly bytes: number;
  /** work_mem with which none of them would have been written. */
  readonly neededBytes: number;
}

/** What was written by statement; where those cannot be read, by the mean file of the database. */
export function spillsOf({ workload, values }: TuneInput): readonly Spill[] {
  if (workload.spills !== null) {
    return workload.spills
      .filter(({ calls }) => calls >= values.spillCalls)
      .map(({ calls, temporaryBytes }) => ({
        bytes: temporaryBytes,
        neededBytes: memoryForSpill(temporaryBytes / calls),
      }));
  }
  const { temporary } = workload;
  if (temporary === null || temporary.filesCount === 0) return [];
  return [{ bytes: temporary.bytes, neededBytes: memoryForSpill(temporary.bytes / temporary.filesCount) }];
}

/** Adds up what was written. */
export function spilledBytes(spills: readonly Spill[]): number {
  return spills.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Gives what was written in an hour; null where nothing was watched. */
export function bytesPerHour({ workload }: TuneInput, bytes: number): number | null {
  return workload.observedMs === 0 ? null : (bytes / workload.observedMs) * HOUR_MS;
}
