import { type BuiltInRule, defineRule } from './define-rule.ts';

const MINUTE_MS = 60_000;

/** Rules about the cache before a target; blind nowhere but where there is one. */
export const CACHE_RULES: readonly BuiltInRule[] = [
  defineRule({
    id: 'cache-down',
    title: 'Cache does not answer',
    measurement: 'cache-failed-ratio',
    meaning: 'Share of the looks at the cache that failed',
    direction: 'above',
    unit: 'ratio',
    thresholds: { critical: { value: 0.5, source: 'awesome-prometheus-alerts: redis_up == 0' } },
    forMs: MINUTE_MS,
    summary: '{cache} before {target} does not answer: all that it kept away reaches the database',
    finding: null,
  }),
  defineRule({
    id: 'cache-memory',
    title: 'Cache is full',
    measurement: 'cache-memory-used-ratio',
    meaning: 'Share of the maxmemory of the cache that is used',
    direction: 'above',
    unit: 'ratio',
    thresholds: {
      warning: { value: 0.9, source: 'awesome-prometheus-alerts: used memory above 90 % of maxmemory' },
    },
    forMs: 2 * MINUTE_MS,
    summary: '{cache} before {target} uses {value} of its maxmemory (more than {threshold})',
    finding: null,
  }),
  defineRule({
    id: 'cache-rejected-connections',
    title: 'Cache refuses connections',
    measurement: 'cache-rejected-connections-count',
    meaning: 'Connections that the cache refused in the last five minutes',
    direction: 'above',
    unit: 'count',
    thresholds: { warning: { value: 5, source: 'awesome-prometheus-alerts: more than 5 rejected' } },
    forMs: 0,
    summary: '{cache} before {target} refused {value} connections in five minutes: raise maxclients',
    finding: null,
  }),
];
