import { durationSetting, type Setting, secretSetting, textSetting } from '../../settings/index.ts';

const MINUTE_MS = 60_000;

/** Settings of the metrics that are sent by OTLP. */
export const OTLP_SETTINGS: Readonly<{
  endpoint: Setting<string>;
  metricsEndpoint: Setting<string>;
  headers: Setting<string>;
  resourceAttributes: Setting<string>;
  everyMs: Setting<number>;
  timeoutMs: Setting<number>;
}> = {
  endpoint: textSetting({
    key: 'otlp.endpoint',
    summary: 'OTLP/HTTP receiver that metrics are sent to, without /v1/metrics; empty sends none.',
    default: '',
    source: 'OpenTelemetry specification, "OTLP Exporter Configuration"',
    standardVariables: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
  }),
  metricsEndpoint: textSetting({
    key: 'otlp.metrics-endpoint',
    summary: 'Whole address that metrics are sent to, where it is not otlp.endpoint with /v1/metrics.',
    default: '',
    source: 'OpenTelemetry specification, "OTLP Exporter Configuration": used as it is',
    standardVariables: ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'],
  }),
  headers: secretSetting({
    key: 'otlp.headers',
    summary: 'Headers for the receiver, such as its token: name=value, separated by commas, percent-encoded.',
    default: '',
    source: 'OpenTelemetry specification, "Specifying headers via environment variables"',
    standardVariables: ['OTEL_EXPORTER_OTLP_METRICS_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS'],
  }),
  resourceAttributes: textSetting({
    key: 'otlp.resource-attributes',
    summary: 'What else is said of the sender: key=value, separated by commas, percent-encoded.',
    default: '',
    source: 'OpenTelemetry specification, "Resource SDK": an environment or a cluster is named here',
    standardVariables: ['OTEL_RESOURCE_ATTRIBUTES'],
  }),
  everyMs: durationSetting({
    key: 'otlp.every-ms',
    summary: 'Time between two readings of a target that are sent.',
    default: MINUTE_MS,
    minimum: 1_000,
    maximum: 60 * MINUTE_MS,
    source: 'OpenTelemetry specification: a periodic reader exports each minute',
    standardVariables: ['OTEL_METRIC_EXPORT_INTERVAL'],
  }),
  timeoutMs: durationSetting({
    key: 'otlp.timeout-ms',
    summary: 'Longest time that one attempt to send may take.',
    default: 10_000,
    minimum: 100,
    maximum: 2 * MINUTE_MS,
    source: 'OpenTelemetry specification, "OTLP Exporter Configuration": 10 s',
    standardVariables: ['OTEL_EXPORTER_OTLP_METRICS_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT'],
  }),
};
