import { groupBy } from '../../kernel/index.ts';
import type { SeriesTotal, Store, TargetHistory } from '../../store/index.ts';
import { dimensionOf, PLACES, stack } from './load.ts';
import type { LoadDimension, StatementLoadView, ViewRange } from './types.ts';

/** What is asked of a statement: what it waits for, and who calls it. */
const DIMENSIONS: readonly LoadDimension[] = ['wait', 'user', 'application'];
const SHOWN_PARTS = 8;

/** Reads the load that one statement makes; null when no sample saw it. */
export async function readStatementLoad(
  store: Store,
  target: TargetHistory,
  { range, fingerprint }: { readonly range: ViewRange; readonly fingerprint: string },
): Promise<StatementLoadView | null> {
  const [activity, sampled, sampling] = await Promise.all([
    target.totals('activity', range),
    target.totals('sampling', range),
    target.history({ kind: 'sampling', range }),
  ]);
  const own = activity.series.filter(({ key }) => key[PLACES.query] === fingerprint);
  if (own.length === 0) return null;
  const keys = own.map(({ key }) => key);
  const byWait = (key: readonly string[]): string => dimensionOf(key, 'wait');
  const history = await target.history({ kind: 'activity', keys, range, groupBy: byWait });
  const samples = sampled.series[0]?.values['samples'] ?? 0;
  const seenIn = (series: readonly SeriesTotal[]): number =>
    series.reduce((sum, { values }) => sum + (values['samples'] ?? 0), 0);
  const all = seenIn(own);
  return {
    chart: await stack(store, { activity: history, sampling, by: 'wait' }),
    by: DIMENSIONS.map((dimension) => ({
      dimension,
      parts: [...groupBy(own, ({ key }) => dimensionOf(key, dimension))]
        .map(([name, series]) => ({ name, seen: seenIn(series) }))
        .toSorted((a, b) => b.seen - a.seen)
        .slice(0, SHOWN_PARTS)
        .map(({ name, seen }) => ({
          name,
          activeSessions: samples === 0 ? 0 : seen / samples,
          share: all === 0 ? 0 : seen / all,
        })),
    })),
  };
}
