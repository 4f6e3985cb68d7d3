import {
  countSetting,
  durationSetting,
  ratioSetting,
  type Setting,
  textSetting,
} from '../../settings/index.ts';

/** Levels to hold, and how much must have run before one is estimated. */
export const OBJECTIVE_SETTINGS: Readonly<
  Record<
    | 'bufferHit'
    | 'bufferHitBlocks'
    | 'indexScanScans'
    | 'indexScan'
    | 'indexScanRows'
    | 'p95'
    | 'p95MinimumCalls'
    | 'availability'
    | 'cacheHit',
    Setting<number>
  > & { readonly classes: Setting<string> }
> = {
  bufferHit: ratioSetting({
    key: 'objective.buffer-hit.ratio',
    summary: 'Share of blocks that should be found in shared buffers.',
    default: 0.98,
    source: 'reference specification: buffer hit above 98 %',
  }),
  bufferHitBlocks: countSetting({
    key: 'objective.buffer-hit.minimum-blocks-count',
    summary: 'Blocks asked for below which the buffer-hit objective is not judged.',
    default: 10_000,
    source: 'about 80 MB: after a start every block is read once before it can be found',
  }),
  indexScan: ratioSetting({
    key: 'objective.index-scan.ratio',
    summary: 'Share of scans of larger tables that should use an index.',
    default: 0.9,
    source: 'reference specification: index-scan ratio above 90 %',
  }),
  indexScanRows: countSetting({
    key: 'objective.index-scan.minimum-rows',
    summary: 'Rows from which a table counts for the index-scan objective.',
    unit: 'rows',
    default: 10_000,
    source: 'PgHero: index usage is judged from 10,000 rows',
  }),
  indexScanScans: countSetting({
    key: 'objective.index-scan.minimum-scans-count',
    summary: 'Scans of those tables below which the index-scan objective is not judged.',
    default: 100,
    source: 'loading a database scans each table once per index',
  }),
  p95: durationSetting({
    key: 'objective.p95.ms',
    summary: 'Time within which 95 of 100 statements should be done.',
    default: 200,
    source: 'reference specification: standard queries p95 below 200 ms',
  }),
  p95MinimumCalls: countSetting({
    key: 'objective.p95.minimum-calls-count',
    summary: 'Calls between the snapshots from which the p95 is that of the interval instead of all time.',
    default: 200,
    source: 'ten calls beyond the quantile',
  }),
  availability: ratioSetting({
    key: 'objective.availability.ratio',
    summary: 'Share of time in which the target should answer.',
    default: 0.9999,
    source: 'reference specification: availability above 99.99 %',
  }),
  cacheHit: ratioSetting({
    key: 'objective.cache-hit.ratio',
    summary: 'Share of look-ups in the cache before the database that should find something.',
    default: 0.95,
    source: 'reference specification: cache hit above 95 %',
  }),
  classes: textSetting({
    key: 'objective.latency-classes',
    summary:
      'Statements with limits of their own, by part of their text: `product-search: product_search_results <= 100; market: market_metrics <= 500` (milliseconds).',
    default: '',
    source: 'reference specification: product search below 100 ms, market aggregation below 500 ms',
  }),
};
