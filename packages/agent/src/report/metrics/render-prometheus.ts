import { metricSeries } from './series.ts';
import type { MetricDefinition, MetricSample, TargetMetrics } from './types.ts';

/**
 * Renders targets in the text format of Prometheus, each series with the label `target`.
 * @param mostSeries most series of one metric of one target
 * @source Prometheus docs, "Exposition formats", text format 0.0.4
 */
export function renderPrometheus(targets: readonly TargetMetrics[], mostSeries: number): string {
  const lines = metricSeries(targets, mostSeries).flatMap(({ metric, samples }) => [
    `# HELP ${metric.name} ${escapeHelp(metric.help)}`,
    `# TYPE ${metric.name} ${typeOf(metric)}`,
    ...samples.map((sample) => line(metric.name, sample)),
  ]);
  return `${lines.join('\n')}\n`;
}

/**
 * Counters whose established name does not end in `_total`, and gauges whose name ends in `_count`, are `untyped`, so
 * that they keep the name that dashboards know.
 */
function typeOf({ name, kind }: Pick<MetricDefinition, 'name' | 'kind'>): 'gauge' | 'counter' | 'untyped' {
  if (kind === 'counter') return name.endsWith('_total') ? 'counter' : 'untyped';
  return name.endsWith('_count') ? 'untyped' : 'gauge';
}

function line(name: string, { labels, value }: MetricSample): string {
  const all = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}{${all.join(',')}} ${Number.isFinite(value) ? value : 'NaN'}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
