import type { CacheStats } from '../types.ts';
import { type Metric, metricsOf } from './metrics.ts';

/** Prometheus names a unit in full, and a counter's end. */
const UNITS: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes' };

/**
 * Writes the counters of several caches for Prometheus to scrape.
 * @example
 * app.get('/metrics', (c) => c.text(prometheusText([cache.stats()])));
 * @source Prometheus docs, "Exposition formats"
 */
export function prometheusText(caches: readonly CacheStats[]): string {
  const families = new Map<string, Metric[]>();
  for (const metric of caches.flatMap(metricsOf)) {
    const name = familyName(metric);
    families.set(name, [...(families.get(name) ?? []), metric]);
  }
  return [...families]
    .map(([name, metrics]) => {
      const [first] = metrics;
      const head = `# HELP ${name} ${first?.description}\n# TYPE ${name} ${first?.kind}\n`;
      return head + metrics.map((metric) => `${name}${labels(metric)} ${metric.value}\n`).join('');
    })
    .join('');
}

function familyName({ name, unit, kind }: Metric): string {
  return `${name.replaceAll('.', '_')}${UNITS[unit] ?? ''}${kind === 'counter' ? '_total' : ''}`;
}

function labels({ attributes }: Metric): string {
  // Names and values are ours or a checked namespace: nothing needs escaping.
  const pairs = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`);
  return `{${pairs.join(',')}}`;
}
