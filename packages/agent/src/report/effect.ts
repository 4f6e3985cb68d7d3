import type { Effect } from '../advise/index.ts';
import { escapeControls, formatCount, formatUnit, type Unit } from '../kernel/index.ts';
import { describeField } from './evidence.ts';

/**
 * What effects change, by a plain name, in the order in which it matters to those who use the database: who waits, what
 * statements cost, what the server writes, the space. Others are named by their words alone.
 */
const METRICS: ReadonlyMap<string, string> = new Map([
  ['longestWaitMs', 'longest wait'],
  ['nextValue', 'next value of the sequence'],
  ['workloadCost', 'planned cost of the statements'],
  ['rowsReadPerReferencedDelete', 'rows read for each referenced row that is deleted'],
  ['misestimateFactor', 'rows misestimated by'],
  ['hitRatio', 'pages found in memory'],
  ['temporaryBytesPerHour', 'temporary files in an hour'],
  ['deadRows', 'dead rows'],
  ['modifiedRowsSinceAnalyze', 'rows changed since they were analyzed'],
  ['requestedCheckpointsRatio', 'checkpoints that came early'],
  ['walBytesPerSecond', 'WAL written'],
  ['buffersFullPerSecond', 'WAL buffers found full'],
  ['indexBytes', 'index'],
  ['maintenanceWorkMemBytes', 'maintenance_work_mem'],
  ['effectiveCacheSizeBytes', 'effective_cache_size'],
  ['maxWalSizeBytes', 'max_wal_size'],
  ['maxConnections', 'max_connections'],
  ['randomPageCost', 'random_page_cost'],
]);

const UNITS: readonly string[] = [
  'ms',
  'bytes',
  'ratio',
  'count',
  'rows',
  'perSecond',
  'bytesPerSecond',
  'cost',
] satisfies readonly Unit[];

/**
 * Shows a predicted effect: `index 12 MB → 0 B`, or `dead rows: now 12,000` where one side is not known; null when both
 * sides are the same or unknown.
 */
export function formatEffect({ effect }: { readonly effect: Effect }): string | null {
  const { metric, before, after, unit } = effect;
  // Nothing is said by unknown → unknown, nor by 0 B → 0 B.
  if (before === after) return null;
  const name = METRICS.get(metric) ?? describeField(metric);
  if (/^(is|has)[A-Z]/.test(metric)) return after === 1 ? `becomes ${name}` : `no longer ${name}`;
  if (after === null) return `${name}: now ${figure(before ?? 0, unit)}`;
  return before === null
    ? `${name}: then ${figure(after, unit)}`
    : `${name} ${figure(before, unit)} → ${figure(after, unit)}`;
}

function figure(value: number, unit: string): string {
  if (unit === 'switch') return value === 0 ? 'off' : 'on';
  if (unit === 'factor') return `${formatCount(value)}×`;
  return UNITS.includes(unit) ? formatUnit(value, unit as Unit) : escapeControls(`${value} ${unit}`);
}

/** Orders effects: what matters more to those who use the database first, the larger of two on the same metric first. */
export function compareEffects(a: Effect, b: Effect): number {
  return placeOf(a) - placeOf(b) || sizeOf(b) - sizeOf(a);
}

function placeOf({ metric }: Effect): number {
  const place = [...METRICS.keys()].indexOf(metric);
  return place < 0 ? METRICS.size : place;
}

/** All that is there may go where the prediction does not say what stays. */
function sizeOf({ before, after }: Effect): number {
  return Math.abs((before ?? 0) - (after ?? 0));
}
