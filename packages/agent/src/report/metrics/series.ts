import { metricDefinitions } from './registry.ts';
import type { MetricDefinition, MetricSample, TargetMetrics } from './types.ts';

/** A metric with its values of all targets. */
export interface MetricSeries {
  readonly metric: Pick<MetricDefinition, 'name' | 'help' | 'unit' | 'kind'>;
  /** Each with the label `target`; never empty. */
  readonly samples: readonly MetricSample[];
}

/** Counts what is left out. */
const OMITTED: MetricSeries['metric'] = {
  name: 'pgsteward_metrics_omitted',
  help: 'Series left out because a metric has too many.',
  unit: '{series}',
  kind: 'gauge',
};

/**
 * Gives what targets show, each series with the label `target`.
 * @param mostSeries most series of one metric of one target; what is left out is counted
 */
export function metricSeries(targets: readonly TargetMetrics[], mostSeries: number): readonly MetricSeries[] {
  const omitted: MetricSample[] = [];
  const shown = metricDefinitions.map((metric) => ({
    metric,
    samples: targets.flatMap((from) => {
      const { target } = from;
      const all = metric.samples(from);
      const over = all.length - mostSeries;
      if (over > 0) omitted.push({ labels: { target, metric: metric.name }, value: over });
      return all.slice(0, mostSeries).map((sample) => ({ ...sample, labels: { target, ...sample.labels } }));
    }),
  }));
  return [...shown, { metric: OMITTED, samples: omitted }].filter(({ samples }) => samples.length > 0);
}
