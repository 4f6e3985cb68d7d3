import { formatDuration } from '../../kernel/index.ts';
import type { TuneInput } from './types.ts';

const MB = 1024 ** 2;
const GB = 1024 ** 3;

/**
 * Starting points for a machine whose workload nobody has measured.
 * @source pgtune (le0pard/pgtune, src/features/configuration/configurationSlice.js), type "web"
 */
export const FORMULA_SOURCE = 'pgtune, type "web"';

/** A quarter of the memory. */
export function formulaSharedBuffers(memoryBytes: number): number {
  return Math.floor(memoryBytes / 4);
}

/** Three quarters of the memory. */
export function formulaEffectiveCacheSize(memoryBytes: number): number {
  return Math.floor((memoryBytes * 3) / 4);
}

/** A sixteenth of the memory, 8 GB at most. */
export function formulaMaintenanceWorkMem(memoryBytes: number): number {
  return Math.min(Math.floor(memoryBytes / 16), 8 * GB);
}

/** What sessions and workers that each take it three times leave of the memory; 4 MB at least. */
export function formulaWorkMem(
  memoryBytes: number,
  { sharedBuffersBytes, connections, workers }: Readonly<Record<FormulaInput, number>>,
): number {
  const share = (memoryBytes - sharedBuffersBytes) / ((connections + workers) * 3);
  return Math.max(4 * MB, Math.floor(share));
}

type FormulaInput = 'sharedBuffersBytes' | 'connections' | 'workers';

/** 4 GB. */
export const FORMULA_MAX_WAL_BYTES: number = 4 * GB;

/** Costs and concurrency by storage. */
export const FORMULA_STORAGE: Readonly<
  Record<'ssd' | 'hdd', { readonly randomPageCost: number; readonly ioConcurrency: number }>
> = {
  ssd: { randomPageCost: 1.1, ioConcurrency: 200 },
  hdd: { randomPageCost: 4, ioConcurrency: 2 },
};

/** Says why a formula stands in for a measurement. */
export function tooLittle({ workload }: TuneInput): string {
  const { observedMs } = workload;
  return observedMs === 0
    ? 'nothing was measured yet'
    : `the workload was seen for ${formatDuration(observedMs)} only`;
}

/** Whether nobody has chosen a value: a formula does not know better than who has. */
export function isUntouched({ setting }: TuneInput, name: string): boolean {
  return setting(name)?.source === 'default';
}
