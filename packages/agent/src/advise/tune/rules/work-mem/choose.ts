import type { Spill } from '../../spills.ts';

const MB = 1024 ** 2;

/** A work_mem, and the share of the temporary files that it spares. */
export interface WorkMemChoice {
  readonly bytes: number;
  readonly coverageRatio: number;
}

/**
 * Chooses the smallest work_mem that spares the wanted share of the temporary files; where that is more than may be had, the
 * one that spares the most of what can be.
 * @returns whole megabytes, a power of two where that may be had; null when nothing can be spared
 */
export function chooseWorkMem(
  spills: readonly Spill[],
  { mostBytes, coverageRatio }: { readonly mostBytes: number; readonly coverageRatio: number },
): WorkMemChoice | null {
  const most = Math.floor(mostBytes / MB) * MB;
  const total = spills.reduce((sum, { bytes }) => sum + bytes, 0);
  let covered = 0;
  let neededBytes = 0;
  for (const spill of spills.toSorted((a, b) => a.neededBytes - b.neededBytes)) {
    if (spill.neededBytes > most || covered >= total * coverageRatio) break;
    covered += spill.bytes;
    neededBytes = spill.neededBytes;
  }
  if (covered === 0) return null;
  const bytes = Math.min(most, 2 ** Math.ceil(Math.log2(Math.max(1, neededBytes / MB))) * MB);
  const spared = spills.filter((spill) => spill.neededBytes <= bytes);
  return { bytes, coverageRatio: spared.reduce((sum, spill) => sum + spill.bytes, 0) / total };
}
