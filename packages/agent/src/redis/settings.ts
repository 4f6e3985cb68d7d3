import { durationSetting, type Setting, secretSetting, textSetting } from '../settings/index.ts';

/** Settings of the cache before the database. */
export const REDIS_SETTINGS: Readonly<{
  url: Setting<string>;
  metricsUrls: Setting<string>;
  timeoutMs: Setting<number>;
}> = {
  url: secretSetting({
    key: 'cache.redis-url',
    summary:
      'Redis that the application looks in before the database, `redis://user:password@host:6379` or `rediss://` for TLS; empty means none.',
    default: '',
    source: 'PostgreSQL does not know of the cache before it',
  }),
  metricsUrls: textSetting({
    key: 'cache.metrics-urls',
    summary:
      "Where the application's processes export the metrics of @pgsteward/cache for Prometheus, separated by commas: `http://127.0.0.1:3000/metrics`; empty means nowhere.",
    default: '',
    source: 'Redis sees none of the reads that the processes answer themselves',
  }),
  timeoutMs: durationSetting({
    key: 'cache.timeout-ms',
    summary: 'Time within which Redis and the metrics must be reached, and answer.',
    default: 3_000,
    minimum: 100,
    maximum: 30_000,
    source: 'INFO takes less than a millisecond; the rest is the way',
  }),
};
