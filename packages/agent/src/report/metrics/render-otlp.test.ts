import { describe, expect, it } from 'vitest';
import { otlpAttributes, otlpPoints, otlpRequestSchema } from '../../../../../test/support/otlp-schema.ts';
import { AGENT_STARTED_AT, silentTarget } from './fixtures.ts';
import { renderOtlp } from './render-otlp.ts';
import { renderPrometheus } from './render-prometheus.ts';
import { NO_START_TIMES } from './start-times.ts';

const OPTIONS = {
  mostSeries: 100,
  resource: { 'service.name': 'pgsteward', 'deployment.environment.name': 'täst' },
  version: '1.2.3',
  starts: NO_START_TIMES,
};

describe('a target as OTLP', () => {
  const { request } = renderOtlp(silentTarget(60), OPTIONS);

  it('is a request of the schema, from this resource and scope', () => {
    const [sent] = otlpRequestSchema.parse(JSON.parse(JSON.stringify(request))).resourceMetrics;
    expect(otlpAttributes(sent?.resource.attributes ?? [])).toEqual(OPTIONS.resource);
    expect(sent?.scopeMetrics.map(({ scope }) => scope)).toEqual([{ name: 'pgsteward', version: '1.2.3' }]);
  });

  it('tells counters as cumulative sums since their start, states as gauges', () => {
    const since = AGENT_STARTED_AT.getTime();
    expect(otlpPoints(request, 'pgsteward_collector_runs_total')[0]).toEqual({
      unit: '{run}',
      kind: 'sum',
      value: 60,
      startMs: since,
      timeMs: since + 60_000,
      attributes: { target: 'shop', collector: 'statements' },
    });
    expect(otlpPoints(request, 'pgsteward_collector_duration_seconds')[0]).toMatchObject({
      unit: 's',
      kind: 'gauge',
      value: 0.012,
    });
    expect(otlpPoints(request, 'pg_up')).toMatchObject([{ value: 0, unit: '' }]);
  });

  it('leaves out what is no number, with its metric', () => {
    expect(otlpPoints(request, 'pgsteward_objective_ratio')).toEqual([]);
  });

  it('names the series of /metrics, all of them and no other', () => {
    const metrics = request.resourceMetrics.flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap((scope) => scope.metrics),
    );
    const text = renderPrometheus([silentTarget(60)], 100);
    const scraped = [...text.matchAll(/^(\w+)\{.* (?!NaN)\S+$/gm)].map((match) => match[1]);
    const sent = metrics.flatMap((metric) => otlpPoints(request, metric.name).map(() => metric.name));
    expect(sent).toEqual(scraped);
  });

  it('counts the series that are too many', () => {
    const short = renderOtlp(silentTarget(60), { ...OPTIONS, mostSeries: 1 }).request;
    expect(otlpPoints(short, 'pgsteward_collector_runs_total')).toHaveLength(1);
    const omitted = otlpPoints(short, 'pgsteward_metrics_omitted');
    expect(omitted.find(({ attributes }) => attributes['metric'] === 'pgsteward_findings')?.value).toBe(2);
  });
});
