import type { CacheDefault } from '../settings.ts';

/** A number of {@link WorkerOptions}. */
export type WorkerNumber =
  | 'heartbeatMs'
  | 'statusEveryMs'
  | 'maxRowsPerTransaction'
  | 'pollMs'
  | 'alarmRatio';

/** The numbers of a worker that nobody set, by their option. */
export const WORKER_DEFAULTS: Readonly<Record<WorkerNumber, CacheDefault>> = {
  heartbeatMs: {
    unit: 'ms',
    value: 250,
    minimum: 10,
    summary:
      'how often the watermark moves: the least maxStalenessMs that a read may ask for is about twice that',
    source: 'costs the database one query without I/O, Redis one script; writes no WAL',
  },
  statusEveryMs: {
    unit: 'ms',
    value: 10_000,
    minimum: 100,
    summary: 'how often the slot and the list of tables are looked at',
    source: 'at 100 MB of WAL a second a slot pins 1 GB between two looks',
  },
  maxRowsPerTransaction: {
    unit: 'count',
    value: 1_000,
    minimum: 0,
    summary: 'rows that a transaction names one by one; beyond it all rows of its tables are invalidated',
    source:
      'two commands of 500 tags, a millisecond of Redis: a bulk load is no reason to hold it up for longer',
  },
  pollMs: {
    unit: 'ms',
    value: 50,
    minimum: 1,
    summary: 'how often the outbox is read',
    source: 'an outbox that is quiet costs the database 1 % of a core, the worker 2 %',
  },
  alarmRatio: {
    unit: 'ratio',
    value: 0.5,
    minimum: 0,
    summary: 'share of max_slot_wal_keep_size that the slot may hold back before an alarm',
    source: 'half is left to act in before the server gives the slot up',
  },
};
