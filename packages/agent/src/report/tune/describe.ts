import { countOf, formatBytes, formatDuration } from '../../kernel/index.ts';
import type { TuneReport } from './types.ts';

const SOURCES: Readonly<Record<TuneReport['workload']['source'], string>> = {
  history: 'of history',
  observed: 'of counters, and watched just now',
  counters: 'of counters',
};

/** Says where the measurements come from: `measured over 7 d of history`. */
export function describeWorkload({ workload }: Pick<TuneReport, 'workload'>): string {
  return `measured over ${formatDuration(workload.observedMs)} ${SOURCES[workload.source]}`;
}

/** Says what is known of the machine. */
export function describeMachine({ machine }: Pick<TuneReport, 'machine'>): string {
  const { memoryBytes, cpus, storage, diskBytes } = machine;
  const known = [
    ...(memoryBytes === null ? [] : [`${formatBytes(memoryBytes)} of memory`]),
    ...(cpus === null ? [] : [countOf(cpus, 'processor')]),
    ...(storage === null ? [] : [storage]),
    ...(diskBytes === null ? [] : [`${formatBytes(diskBytes)} of disk`]),
  ];
  return known.length === 0 ? 'machine unknown (--memory, --cpus, --storage)' : known.join(', ');
}
