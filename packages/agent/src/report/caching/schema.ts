import * as z from 'zod';
import { gapSchema, measured, number, selfLoadSchema, targetSchema, text, texts } from '../json/parts.ts';
import type { CacheAdviceReport, CacheStatusReport } from './types.ts';

const judged = {
  id: text('Query id, or the fingerprint of a statement that is counted no more.'),
  sql: text('Its text as pg_stat_statements shows it; empty where it is hidden.'),
  callsPerDay: number('Calls in a day, at the rate that was seen.'),
  meanMs: number('Mean execution time, in milliseconds.'),
  timeRatio: number('Share of the execution time of all statements, 0..1.'),
};

const candidate = z
  .object({
    ...judged,
    tables: texts('Tables that it reads.'),
    invalidation: z.enum(['row', 'table', 'time']).meta({
      description: 'row, table: a change of its row or of its tables drops it; time: only its time does.',
    }),
    ttlMs: number('Time after which a result goes in any case, in milliseconds.'),
    hitRatio: number('Predicted share of reads that find a result, 0..1.'),
    lowHitRatio: number('The same where nothing that cannot be counted repeats.'),
    highHitRatio: number('The same where all of it goes with what can be counted.'),
    isConditional: z.boolean().meta({
      description: 'Whether the low one is too low: try it, and keep it if the counters of the cache agree.',
    }),
    keysCount: number('Different results that counted parameters make.'),
    changesPerSecond: number('Changes that end a result, in each second; 0 where time alone does.'),
    entriesCount: number('Entries at any time.'),
    sizeBytes: number('What they take, in bytes.'),
    savedMsPerDay: number('Execution time on the server that it saves in a day, in milliseconds.'),
    savedCpuMsPerDay: number('Of that, what is no waiting for blocks.'),
    savedRatio: number('Share of the execution time of all statements that it saves, 0..1.'),
    why: text('How often a result is asked for again.'),
    staleness: text('How old an answer may be, and what ends it.'),
    assumptions: texts('What the prediction takes for granted.'),
    snippet: text('TypeScript for @pgsteward/cache.'),
  })
  .meta({ id: 'CacheCandidate', description: 'A statement worth caching.' });

const alternative = z
  .object({
    ...judged,
    kind: z
      .enum(['index', 'materialized-view', 'rewrite', 'replica'])
      .meta({ description: 'What serves it better.' }),
    why: text('Why that serves it better.'),
    remedy: text('What to do.'),
  })
  .meta({ id: 'CacheAlternative', description: 'A statement that something else serves better.' });

const refusal = z
  .object({
    ...judged,
    reason: z
      .enum([
        'writes',
        'locks',
        'volatile',
        'no-table',
        'unreadable',
        'too-little',
        'too-rare',
        'too-cheap',
        'unknown-relation',
        'unknown-keys',
        'too-many-keys',
        'changes-too-often',
      ])
      .meta({ description: 'Why not.' }),
    why: text('The same for a person.'),
  })
  .meta({ id: 'CacheRefusal', description: 'A statement that is better not cached.' });

/** Schema of `cache advise --json`, `pgsteward/cache-advice@1`; the published JSON schema is generated from it. */
export const cacheAdviceSchema: z.ZodType<CacheAdviceReport> = z
  .object({
    schema: z.literal('pgsteward/cache-advice@1').meta({ description: 'Name and version of this format.' }),
    target: targetSchema,
    startedAt: text('When it began: ISO 8601, UTC.'),
    durationMs: number('How long it took, in milliseconds.'),
    selfLoad: selfLoadSchema,
    workload: z
      .object({
        source: z
          .enum(['history', 'counters'])
          .meta({ description: 'history: kept by the daemon; counters: since their reset.' }),
        observedMs: number('Time that was looked at, in milliseconds.'),
        statementsCount: number('Statements that were judged.'),
      })
      .meta({ description: 'Where the measurements come from.' }),
    candidates: z.array(candidate).readonly().meta({ description: 'What saves most first.' }),
    alternatives: z
      .array(alternative)
      .readonly()
      .meta({ description: 'What something else serves better, the longest time first.' }),
    refusals: z
      .array(refusal)
      .readonly()
      .meta({ description: 'What is better not cached, the longest time first.' }),
    unavailable: z.array(gapSchema).readonly().meta({ description: 'What could not be judged, and why.' }),
  })
  .meta({ title: 'pgsteward cache advise', description: 'Result of pgsteward cache advise --json.' });

const namespace = z
  .object({
    namespace: text('Its name.'),
    processHits: number('Reads that the process itself answered.'),
    sharedHits: number('Reads that the shared store answered.'),
    misses: number('Reads that found nothing.'),
    hitRatio: measured('Hits by reads, 0..1; null before the first read.'),
    loads: number('Calls of loaders.'),
    loadErrors: number('Calls of loaders that failed.'),
    loadMeanMs: measured('Mean time of a load, in milliseconds; null before the first.'),
    refusals: number('Values that were given and not kept.'),
    invalidations: number('Invalidations.'),
    evictions: number('Entries that made room for others in the process.'),
    storeErrors: number('What the shared store failed to do.'),
  })
  .meta({ id: 'CacheNamespace', description: 'Counters of one namespace, over all processes asked.' });

/** Schema of `cache status --json`, `pgsteward/cache-status@1`; the published JSON schema is generated from it. */
export const cacheStatusSchema: z.ZodType<CacheStatusReport> = z
  .object({
    schema: z.literal('pgsteward/cache-status@1').meta({ description: 'Name and version of this format.' }),
    target: z
      .object({ name: text('Its name.') })
      .meta({ description: 'The target that the cache stands before.' }),
    startedAt: text('When it began: ISO 8601, UTC.'),
    durationMs: number('How long it took, in milliseconds.'),
    redis: z
      .object({
        address: text('Host and port.'),
        version: text('Version of the server.'),
        runId: text('Another one after each start.'),
        uptimeMs: number('Time since its start, in milliseconds.'),
        role: z.enum(['primary', 'replica']).meta({ description: 'Its role.' }),
        replicas: number('Replicas connected to it.'),
        hits: number('Look-ups that found a key since its start, of all clients.'),
        misses: number('Look-ups that found none.'),
        evictedKeys: number('Keys that went for want of memory since its start.'),
        expiredKeys: number('Keys whose time was over.'),
        rejectedConnections: number('Connections refused because of maxclients.'),
        usedBytes: number('Memory that it uses, in bytes.'),
        maximumBytes: measured('maxmemory, in bytes; null for no limit.'),
        clients: number('Connections.'),
      })
      .meta({ description: 'What Redis says of itself.' }),
    lookups: z
      .object({
        source: z.enum(['application', 'history', 'redis']).meta({
          description:
            "application: the caches' own counters; history: of Redis, kept by the daemon; redis: of Redis, since its start.",
        }),
        observedMs: measured('Time that was looked at, in milliseconds; null when unknown.'),
        hits: number('Look-ups that found something.'),
        misses: number('Look-ups that found nothing.'),
      })
      .meta({ description: 'What the objective is judged by.' }),
    objective: z
      .object({
        id: text('Id of the objective.'),
        target: number('Level to hold, 0..1.'),
        actual: measured('Level held; null when unknown.'),
        unit: z.enum(['ratio', 'ms']).meta({ description: 'Unit of both.' }),
        met: z.boolean().nullable().meta({ description: 'Null when unknown.' }),
        method: text('How it was found, or why it is unknown.'),
      })
      .meta({ description: 'Where the cache stands.' }),
    left: z
      .object({
        evictedKeys: number('Keys that went for want of memory.'),
        expiredKeys: number('Keys whose time was over.'),
        misses: number('Look-ups of Redis that found nothing.'),
      })
      .meta({ description: 'Keys that left Redis in the last day of history, else since its start.' }),
    namespaces: z.array(namespace).readonly().meta({ description: 'The most misses first.' }),
    losses: z
      .array(
        z.object({
          cause: z
            .enum(['evicted', 'expired', 'namespace', 'refused', 'store'])
            .meta({ description: 'What it is lost by.' }),
          count: number('How often.'),
          missesRatio: number('The same against all misses, 0..1.'),
          why: text('What was seen.'),
          remedy: text('What would help.'),
        }),
      )
      .readonly()
      .meta({ description: 'Where the ratio is lost, the most first.' }),
    unavailable: z.array(gapSchema).readonly().meta({ description: 'What could not be read, and why.' }),
  })
  .meta({ title: 'pgsteward cache status', description: 'Result of pgsteward cache status --json.' });

/** Gives the JSON schema of `cache advise --json` (draft 2020-12), as published in the reference; later fields may be added. */
export function cacheAdviceJsonSchema(): object {
  return z.toJSONSchema(cacheAdviceSchema, { io: 'input' });
}

/** Gives the JSON schema of `cache status --json` (draft 2020-12), as published in the reference; later fields may be added. */
export function cacheStatusJsonSchema(): object {
  return z.toJSONSchema(cacheStatusSchema, { io: 'input' });
}
