import * as z from 'zod';

/*
 * ExportMetricsServiceRequest as JSON, as far as gauges and sums go: nothing else may stand in it. Written after
 * opentelemetry-proto (collector/metrics/v1, metrics/v1, common/v1, resource/v1) and the JSON mapping of proto3 with
 * OTLP's own rules: lowerCamelCase names, numbers for enums, text for 64-bit integers.
 */

const nanoseconds = z.string().regex(/^\d{19}$/);
const attributes = z
  .array(z.strictObject({ key: z.string().min(1), value: z.strictObject({ stringValue: z.string() }) }))
  .refine((all) => new Set(all.map(({ key }) => key)).size === all.length, 'keys are unique');
const gaugePoint = z.strictObject({ attributes, timeUnixNano: nanoseconds, asDouble: z.number() });
const sumPoint = gaugePoint
  .extend({ startTimeUnixNano: nanoseconds })
  .refine((point) => BigInt(point.startTimeUnixNano) <= BigInt(point.timeUnixNano), 'starts before it ends');
const metricName = z.string().regex(/^[A-Za-z][A-Za-z0-9_./-]{0,254}$/);
const described = { name: metricName, description: z.string().min(1), unit: z.string().max(63) };
const metric = z.union([
  z.strictObject({ ...described, gauge: z.strictObject({ dataPoints: z.array(gaugePoint).min(1) }) }),
  z.strictObject({
    ...described,
    sum: z.strictObject({
      dataPoints: z.array(sumPoint).min(1),
      aggregationTemporality: z.literal(2),
      isMonotonic: z.literal(true),
    }),
  }),
]);

/** The request that OTLP/HTTP receivers of metrics take. */
export const otlpRequestSchema = z.strictObject({
  resourceMetrics: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeMetrics: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string(), version: z.string() }),
          metrics: z
            .array(metric)
            .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'names are unique'),
        }),
      ),
    }),
  ),
});

/** A point of a metric, as a test looks at it. */
export interface OtlpSeen {
  readonly unit: string;
  readonly kind: 'gauge' | 'sum';
  readonly value: number;
  /** In milliseconds; NaN for gauges. */
  readonly startMs: number;
  readonly timeMs: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Checks a request, and gives the points of one metric. */
export function otlpPoints(body: unknown, name: string): readonly OtlpSeen[] {
  const request = otlpRequestSchema.parse(body);
  const metrics = request.resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap((scope) => scope.metrics),
  );
  const found = metrics.find((one) => one.name === name);
  if (found === undefined) return [];
  const points = 'sum' in found ? found.sum.dataPoints : found.gauge.dataPoints;
  return points.map((point) => ({
    unit: found.unit,
    kind: 'sum' in found ? 'sum' : 'gauge',
    value: point.asDouble,
    startMs: 'startTimeUnixNano' in point ? milliseconds(String(point.startTimeUnixNano)) : Number.NaN,
    timeMs: milliseconds(point.timeUnixNano),
    attributes: otlpAttributes(point.attributes),
  }));
}

/** Gives attributes by key. */
export function otlpAttributes(
  list: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(list.map(({ key, value }) => [key, value.stringValue]));
}

function milliseconds(nanosecondsText: string): number {
  return Number(BigInt(nanosecondsText) / 1_000_000n);
}
