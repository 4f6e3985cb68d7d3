import type { CacheStats } from '../types.ts';

/** One number of a cache, in OpenTelemetry's terms: feed it to an observable counter or gauge. */
export interface Metric {
  /** OpenTelemetry's form: `pgsteward.cache.reads`. */
  readonly name: string;
  readonly description: string;
  readonly kind: 'counter' | 'gauge';
  /** UCUM: `{read}`, `s`, `By`. */
  readonly unit: string;
  readonly value: number;
  readonly attributes: Readonly<Record<string, string>>;
}

type Row = readonly [
  name: string,
  kind: Metric['kind'],
  unit: string,
  description: string,
  points: readonly (readonly [read: (stats: CacheStats) => number, attributes?: Metric['attributes']])[],
];

const ROWS: readonly Row[] = [
  [
    'reads',
    'counter',
    '{read}',
    'Reads by what answered them',
    [
      [(stats) => stats.l1Hits, { result: 'l1' }],
      [(stats) => stats.l2Hits, { result: 'l2' }],
      [(stats) => stats.misses, { result: 'miss' }],
    ],
  ],
  ['stale_hits', 'counter', '{read}', 'Hits on a value past its ttl', [[(stats) => stats.staleHits]]],
  ['joined', 'counter', '{read}', 'Misses that joined a load which ran', [[(stats) => stats.joined]]],
  ['loads', 'counter', '{load}', 'Calls of loaders', [[(stats) => stats.loads]]],
  ['load_errors', 'counter', '{load}', 'Calls of loaders that failed', [[(stats) => stats.loadErrors]]],
  ['load_time', 'counter', 's', 'Time that loaders took', [[(stats) => stats.loadMs / 1_000]]],
  [
    'saved_time',
    'counter',
    's',
    'Time that loaders would have taken for the hits',
    [[(stats) => stats.savedMs / 1_000]],
  ],
  ['refusals', 'counter', '{value}', 'Values given and not kept', [[(stats) => stats.refusals]]],
  ['invalidations', 'counter', '{call}', 'Invalidations', [[(stats) => stats.invalidations]]],
  [
    'deferred_invalidations',
    'gauge',
    '{item}',
    'Invalidations that wait for the shared store',
    [[(stats) => stats.deferredInvalidations]],
  ],
  ['store_errors', 'counter', '{call}', 'What the shared store failed to do', [[(stats) => stats.l2Errors]]],
  ['outages', 'counter', '{outage}', 'Times that the shared store was away', [[(stats) => stats.outages]]],
  ['entries', 'gauge', '{entry}', 'Entries that the process holds', [[(stats) => stats.entries]]],
  ['size', 'gauge', 'By', 'Encoded size of what the process holds', [[(stats) => stats.sizeBytes]]],
  ['evictions', 'counter', '{entry}', 'Entries that made room for others', [[(stats) => stats.evictions]]],
  ['clears', 'counter', '{clear}', 'Times that all entries were dropped', [[(stats) => stats.clears]]],
];

/** Gives the counters as metrics, each with the attribute `namespace`. */
export function metricsOf(stats: CacheStats): readonly Metric[] {
  return ROWS.flatMap(([name, kind, unit, description, points]) =>
    points.map(([read, attributes]) => ({
      name: `pgsteward.cache.${name}`,
      description,
      kind,
      unit,
      value: read(stats),
      attributes: { namespace: stats.namespace, ...attributes },
    })),
  );
}
