import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second of /proc/stat on every Linux of today. */
const TICKS_PER_SECOND = 100;

/** Processor time of a process and all that it started, those that have ended included, in milliseconds. */
export function treeCpuMs(root: number): number {
  const all = readStats();
  const own = all.get(root);
  const sum = (pid: number): number => {
    const stat = all.get(pid);
    if (stat === undefined) return 0;
    const children = [...all].filter(([, { parent }]) => parent === pid);
    return stat.ownTicks + stat.endedTicks + children.reduce((total, [child]) => total + sum(child), 0);
  };
  return own === undefined ? 0 : (sum(root) * 1_000) / TICKS_PER_SECOND;
}

/** Largest resident set of a process since it began, in bytes. */
export function peakRssBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

interface ProcessStat {
  readonly parent: number;
  readonly ownTicks: number;
  /** Of children that have ended and were waited for. */
  readonly endedTicks: number;
}

function readStats(): ReadonlyMap<number, ProcessStat> {
  const stats = new Map<number, ProcessStat>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The name in brackets may hold blanks.
      const fields = text
        .slice(text.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      stats.set(Number(name), {
        parent: fields[1] ?? 0,
        ownTicks: (fields[11] ?? 0) + (fields[12] ?? 0),
        endedTicks: (fields[13] ?? 0) + (fields[14] ?? 0),
      });
    } catch {
      // It ended meanwhile.
    }
  }
  return stats;
}
