import { type MetricSeries, metricSeries } from './series.ts';
import { type StartClock, type StartTimes, startClock } from './start-times.ts';
import type { MetricSample, TargetMetrics } from './types.ts';

/** A request of OTLP metrics as JSON: ExportMetricsServiceRequest. */
export interface OtlpRequest {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string; readonly version: string };
      readonly metrics: readonly OtlpMetric[];
    }[];
  }[];
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}

type OtlpMetric = {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
} & (
  | { readonly gauge: { readonly dataPoints: readonly OtlpPoint[] } }
  | {
      readonly sum: {
        readonly dataPoints: readonly OtlpPoint[];
        readonly aggregationTemporality: number;
        readonly isMonotonic: boolean;
      };
    }
);

interface OtlpPoint {
  readonly attributes: readonly OtlpAttribute[];
  /** Nanoseconds since 1970, in decimal digits; only of counters. */
  readonly startTimeUnixNano?: string;
  readonly timeUnixNano: string;
  readonly asDouble: number;
}

/** What a request says beside the metrics. */
export interface OtlpOptions {
  /** Most series of one metric. */
  readonly mostSeries: number;
  /** Who sends. */
  readonly resource: Readonly<Record<string, string>>;
  readonly version: string;
  /** What receivers were told of this target before. */
  readonly starts: StartTimes;
}

/** AGGREGATION_TEMPORALITY_CUMULATIVE: JSON carries enums as numbers. */
const CUMULATIVE = 2;

/**
 * Renders a target as OTLP metrics, under the names and labels of `/metrics`.
 * @returns the request, and the start times to compare the next with once it has arrived
 * @source opentelemetry-proto 1.x, metrics/v1/metrics.proto; OTLP specification, "JSON Protobuf Encoding"
 */
export function renderOtlp(
  from: TargetMetrics,
  { mostSeries, resource, version, starts }: OtlpOptions,
): { readonly request: OtlpRequest; readonly starts: StartTimes } {
  const clock = startClock(starts, from);
  const metrics = metricSeries([from], mostSeries).flatMap(({ metric, samples }) => {
    const finite = samples.filter(({ value }) => Number.isFinite(value));
    return finite.length === 0 ? [] : [metricOf({ metric, samples: finite }, clock, from.readAt)];
  });
  const scope = { name: 'pgsteward', version };
  const request = {
    resourceMetrics: [
      { resource: { attributes: attributesOf(resource) }, scopeMetrics: [{ scope, metrics }] },
    ],
  };
  return { request, starts: clock.next() };
}

function metricOf({ metric, samples }: MetricSeries, clock: StartClock, readAt: Date): OtlpMetric {
  const { name, help: description, unit, kind } = metric;
  const timeUnixNano = nanoseconds(readAt.getTime());
  const pointOf = ({ labels, value }: MetricSample): OtlpPoint => ({
    attributes: attributesOf(labels),
    timeUnixNano,
    asDouble: value,
  });
  if (kind === 'gauge') return { name, description, unit, gauge: { dataPoints: samples.map(pointOf) } };
  const dataPoints = samples.map((sample) => ({
    ...pointOf(sample),
    startTimeUnixNano: nanoseconds(clock.startOf(name, sample)),
  }));
  return {
    name,
    description,
    unit,
    sum: { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic: true },
  };
}

function attributesOf(labels: Readonly<Record<string, string>>): readonly OtlpAttribute[] {
  return Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

/** A number of nanoseconds is beyond what a double holds exactly: JSON carries it as text. */
function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}
