import type { CacheNamespace } from '../../report/index.ts';

/** A number of the exposition: its name, its labels and its value. */
interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

const PREFIX = 'pgsteward_cache_';

/**
 * Reads what @pgsteward/cache exports, by namespace; metrics of others are left out.
 * @param texts what each process exports
 * @source Prometheus docs, "Exposition formats"
 */
export function readCacheMetrics(texts: readonly string[]): readonly CacheNamespace[] {
  const samples = texts.flatMap((text) => text.split('\n').flatMap(readSample));
  const names = [...new Set(samples.flatMap(({ labels }) => labels.get('namespace') ?? []))];
  return names
    .map((namespace) => {
      const own = samples.filter(({ labels }) => labels.get('namespace') === namespace);
      const sum = (name: string, result?: string): number =>
        own
          .filter((one) => one.name === `${PREFIX}${name}`)
          .filter(({ labels }) => result === undefined || labels.get('result') === result)
          .reduce((total, { value }) => total + value, 0);
      const processHits = sum('reads_total', 'l1');
      const sharedHits = sum('reads_total', 'l2');
      const misses = sum('reads_total', 'miss');
      const reads = processHits + sharedHits + misses;
      const loads = sum('loads_total');
      return {
        namespace,
        processHits,
        sharedHits,
        misses,
        hitRatio: reads === 0 ? null : (processHits + sharedHits) / reads,
        loads,
        loadErrors: sum('load_errors_total'),
        loadMeanMs: loads === 0 ? null : (1_000 * sum('load_time_seconds_total')) / loads,
        refusals: sum('refusals_total'),
        invalidations: sum('invalidations_total'),
        evictions: sum('evictions_total'),
        storeErrors: sum('store_errors_total'),
      };
    })
    .toSorted((a, b) => b.misses - a.misses);
}

const LINE = /^(pgsteward_cache_\w+)\{([^}]*)\} (\S+)/;

function readSample(line: string): readonly Sample[] {
  const [, name = '', inside = '', value = ''] = LINE.exec(line) ?? [];
  if (name === '' || !Number.isFinite(Number(value))) return [];
  const labels = new Map(
    [...inside.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', text = '']) => [label, text] as const),
  );
  return [{ name, labels, value: Number(value) }];
}
