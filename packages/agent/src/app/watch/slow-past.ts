import type { HistoryFacts, MatviewPast } from '../../observe/index.ts';
import type { SeriesHistory, TargetHistory } from '../../store/index.ts';

/** A season; further back a target was another one. */
const SEASON_MS = 90 * 86_400_000;

/** Reads how large the database was, hour by hour. */
export async function databaseBytesOf(
  target: TargetHistory,
  nowMs: number,
): Promise<HistoryFacts['databaseBytes']> {
  const range = { fromMs: nowMs - SEASON_MS, toMs: nowMs };
  const { axis, series } = await target.history({ kind: 'server', range, resolution: '1h' });
  const bytes = series[0]?.columns['databaseBytes'] ?? new Float64Array(0);
  return [...bytes].flatMap((value, tick) =>
    // A size that could not be read is stored as 0.
    value > 0 ? [{ atMs: axis.atMs[tick] ?? 0, value }] : [],
  );
}

/** Reads when each materialized view was last refreshed: when another transaction stood in its row for the first time. */
export async function matviewsOf(target: TargetHistory, nowMs: number): Promise<readonly MatviewPast[]> {
  const range = { fromMs: nowMs - SEASON_MS, toMs: nowMs };
  const { axis, series } = await target.history({ kind: 'matview', range, resolution: '1h' });
  return series.flatMap((one) => pastOf(one, axis.atMs, nowMs));
}

function pastOf(
  { key: [schema = '', name = ''], columns }: SeriesHistory,
  atMs: Float64Array,
  nowMs: number,
): readonly MatviewPast[] {
  const xids = columns['refreshXid'] ?? new Float64Array(0);
  const last = xids.findLastIndex((xid) => !Number.isNaN(xid));
  const refreshXid = xids[last];
  if (refreshXid === undefined) return [];
  const before = xids.findLastIndex((xid) => !Number.isNaN(xid) && xid !== refreshXid);
  const first = xids.findIndex((xid, tick) => tick > before && !Number.isNaN(xid));
  // An hour of the history is called by its end: the refresh was before.
  const ageMs = Math.max(0, nowMs - (atMs[first] ?? nowMs));
  return [{ schema, name, refreshXid, ageMs, isRefreshSeen: before >= 0 }];
}
