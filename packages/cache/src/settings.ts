import { CACHE_ERRORS, failure } from './errors.ts';
import type { CacheOptions } from './types.ts';

/** A number that shapes a cache, where it comes from, and what it may be. */
export interface CacheDefault {
  readonly unit: 'ms' | 'bytes' | 'count' | 'ratio';
  readonly value: number;
  readonly minimum: number;
  readonly summary: string;
  /** Why this value. */
  readonly source: string;
}

/** A number of {@link CacheOptions}; a dot leads into a group. */
export type CacheNumber =
  | 'ttlMs'
  | 'swrMs'
  | 'negativeTtlMs'
  | 'loaderTimeoutMs'
  | 'maxTtlMs'
  | 'maxValueBytes'
  | 'compressAboveBytes'
  | 'leaseMs'
  | 'waitMs'
  | 'earlyRefreshBeta'
  | 'l1.maxEntries'
  | 'l1.maxBytes'
  | 'l1.maxAgeMs'
  | 'outage.maxConcurrentLoads'
  | 'outage.maxWaitingLoads';

/** The numbers of a cache that nobody set, by their option. */
export const CACHE_DEFAULTS: Readonly<Record<CacheNumber, CacheDefault>> = {
  ttlMs: {
    unit: 'ms',
    value: 60_000,
    minimum: 1,
    summary: 'how long a value is fresh',
    source: 'a guess that hurts nobody: name it for each value',
  },
  swrMs: {
    unit: 'ms',
    value: 0,
    minimum: 0,
    summary: 'how long after that it is given while it is loaded anew',
    source: 'RFC 5861, which makes it a choice of the value',
  },
  negativeTtlMs: {
    unit: 'ms',
    value: 10_000,
    minimum: 0,
    summary: 'how long null is kept',
    source: 'RFC 2308 advises to keep negative answers shorter than positive ones',
  },
  loaderTimeoutMs: {
    unit: 'ms',
    value: 30_000,
    minimum: 0,
    summary: 'how long a loader may take',
    source: 'above the 5 s of a slow report, below the 60 s at which proxies give up',
  },
  maxTtlMs: {
    unit: 'ms',
    value: 86_400_000,
    minimum: 1,
    summary: 'no entry lives longer; tags are remembered twice as long',
    source: 'a day: longer-lived results are tables',
  },
  maxValueBytes: {
    unit: 'bytes',
    value: 1_048_576,
    minimum: 1,
    summary: 'a larger value is not kept',
    source: 'at 1 MB a parse takes 5 ms, in which the process does nothing else',
  },
  compressAboveBytes: {
    unit: 'bytes',
    value: 8_192,
    minimum: 0,
    summary: 'larger values are compressed in the shared store (brotli 1)',
    source: 'measured: 226 KB of rows to 8.4 KB in 0.3 ms; below 8 KB the bytes cost less than the time',
  },
  leaseMs: {
    unit: 'ms',
    value: 3_000,
    minimum: 30,
    summary: 'how long a loader that died holds the others up',
    source: 'renewed each third of it while the loader lives',
  },
  waitMs: {
    unit: 'ms',
    value: 5_000,
    minimum: 0,
    summary: 'how long to wait for the load of another process',
    source: 'above one lease, so that one death is survived without a second load',
  },
  earlyRefreshBeta: {
    unit: 'ratio',
    value: 1,
    minimum: 0,
    summary: 'eagerness of early refresh',
    source: 'Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention (VLDB 2015)',
  },
  'l1.maxEntries': {
    unit: 'count',
    value: 10_000,
    minimum: 1,
    summary: 'entries that a process holds',
    source: 'with the limit on bytes, whichever comes first',
  },
  'l1.maxBytes': {
    unit: 'bytes',
    value: 67_108_864,
    minimum: 1,
    summary: 'bytes that a process holds, encoded; decoded they are about three times that',
    source: 'an eighth of a container of 2 GB when decoded',
  },
  'l1.maxAgeMs': {
    unit: 'ms',
    value: 5_000,
    minimum: 0,
    summary: 'no value is given longer without asking the shared store',
    source: 'bounds what a lost message can do',
  },
  'outage.maxConcurrentLoads': {
    unit: 'count',
    value: 5,
    minimum: 1,
    summary: 'loads at once while the shared store is away',
    source: 'half of the 10 connections of a pg.Pool',
  },
  'outage.maxWaitingLoads': {
    unit: 'count',
    value: 1_000,
    minimum: 0,
    summary: 'loads that wait for their turn meanwhile',
    source: 'beyond it an error at once is kinder than one after a minute',
  },
};

/** Every number of a cache. */
export type CacheSettings = Readonly<Record<CacheNumber, number>>;

/** Fills in what was not given. @throws CACHE.INVALID_OPTION */
export function resolveSettings(options: CacheOptions): CacheSettings {
  const l1 = options.l1 === false ? {} : options.l1;
  const given: Readonly<Record<CacheNumber, number | undefined>> = {
    ttlMs: options.defaults?.ttlMs,
    swrMs: options.defaults?.swrMs,
    negativeTtlMs: options.defaults?.negativeTtlMs,
    loaderTimeoutMs: options.defaults?.loaderTimeoutMs,
    maxTtlMs: options.maxTtlMs,
    maxValueBytes: options.maxValueBytes,
    compressAboveBytes: options.compressAboveBytes,
    leaseMs: options.leaseMs,
    waitMs: options.waitMs,
    earlyRefreshBeta: options.earlyRefreshBeta,
    'l1.maxEntries': l1?.maxEntries,
    'l1.maxBytes': l1?.maxBytes,
    'l1.maxAgeMs': l1?.maxAgeMs,
    'outage.maxConcurrentLoads': options.outage?.maxConcurrentLoads,
    'outage.maxWaitingLoads': options.outage?.maxWaitingLoads,
  };
  const names = Object.keys(given) as CacheNumber[];
  return Object.fromEntries(
    names.map((name) => [name, checkNumber(name, given[name] ?? CACHE_DEFAULTS[name].value)]),
  ) as CacheSettings;
}

/** Checks a number against the least that its option takes. @throws CACHE.INVALID_OPTION */
export function checkNumber(option: CacheNumber, value: number): number {
  const { minimum, unit } = CACHE_DEFAULTS[option];
  if (Number.isFinite(value) && value >= minimum) return value;
  const expected = `It is a number of ${minimum} or more${unit === 'ratio' ? '' : ` (${unit})`}`;
  throw failure(CACHE_ERRORS.INVALID_OPTION, { option, value: String(value), expected });
}
