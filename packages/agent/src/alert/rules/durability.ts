import { type BuiltInRule, type DeclaredGuard, defineRule } from './define-rule.ts';

const MINUTE_MS = 60_000;
const MB = 1024 ** 2;
const GB = 1024 ** 3;

/** A replica of a primary at rest falls behind in time and misses nothing; bytes that it misses are missing anyway. */
const IS_WRITING: DeclaredGuard = {
  measurement: 'wal-bytes-per-second',
  key: 'minimum-wal-bytes-per-second',
  unit: 'bytesPerSecond',
  summary: 'WAL that the primary must write before the lag of a replica in time is judged.',
  atLeast: {
    value: 1_024,
    source: 'below it only the checkpointer and the bookkeeping of an idle server write',
  },
};

/** Rules about WAL: replicas, slots, archive, checkpoints. */
export const DURABILITY_RULES: readonly BuiltInRule[] = [
  defineRule({
    id: 'replica-lag-bytes',
    title: 'Replica is behind',
    measurement: 'replica-lag-bytes',
    meaning: 'WAL that a replica has not replayed',
    direction: 'above',
    unit: 'bytes',
    thresholds: {
      warning: { value: 100 * MB, source: 'pgwatch, pganalyze: 100 MB' },
      critical: { value: GB, source: 'pganalyze: 1 GB' },
    },
    forMs: 2 * MINUTE_MS,
    summary: 'the replica {replica} of {target} is {value} behind (more than {threshold})',
    finding: 'diagnose/replica-lag',
  }),
  defineRule({
    id: 'replica-lag-time',
    title: 'Replica is behind',
    measurement: 'replica-lag-ms',
    meaning: 'Time that a replica is behind',
    direction: 'above',
    unit: 'ms',
    thresholds: {
      warning: { value: 30_000, source: 'pgwatch: 30 s' },
      critical: { value: 5 * MINUTE_MS, source: 'a third of the 15 minutes of work that may be lost' },
    },
    forMs: MINUTE_MS,
    guards: [IS_WRITING],
    summary: 'the replica {replica} of {target} is {value} behind (more than {threshold})',
    finding: 'diagnose/replica-lag',
  }),
  defineRule({
    id: 'slot-retains-wal',
    title: 'Slot keeps WAL',
    measurement: 'slot-retained-wal-bytes',
    meaning: 'WAL that a replication slot keeps from being removed',
    direction: 'above',
    unit: 'bytes',
    thresholds: {
      warning: { value: GB, source: 'one max_wal_size at its default' },
      critical: { value: 10 * GB, source: 'pgwatch and postgres_ai: it fills the disk of the primary' },
    },
    forMs: 5 * MINUTE_MS,
    summary: 'the slot {slot} of {target} keeps {value} of WAL (more than {threshold})',
    finding: 'diagnose/slot-retention',
  }),
  defineRule({
    id: 'archiver-failing',
    title: 'WAL is not archived',
    measurement: 'archiver-failing-ms',
    meaning: 'Time since WAL was last archived while it failed',
    direction: 'above',
    unit: 'ms',
    thresholds: {
      warning: { value: 5 * MINUTE_MS, source: 'a third of what may be lost' },
      critical: {
        value: 15 * MINUTE_MS,
        source: 'reference specification: at most 15 minutes of work may be lost',
      },
    },
    forMs: 0,
    summary: 'WAL of {target} could not be archived for {value} (more than {threshold})',
    finding: 'diagnose/archive-failing',
  }),
  defineRule({
    id: 'checkpoints-requested',
    title: 'Checkpoints come too early',
    measurement: 'checkpoints-requested-ratio',
    meaning: 'Share of the checkpoints of the last hour that WAL and not time began',
    direction: 'above',
    unit: 'ratio',
    thresholds: {
      warning: {
        value: 0.3,
        source: 'PostgreSQL docs 28.5 "WAL Configuration": checkpoints should begin by time',
      },
    },
    forMs: 15 * MINUTE_MS,
    guards: [
      {
        measurement: 'checkpoints-count',
        key: 'minimum-checkpoints-count',
        unit: 'count',
        summary: 'Checkpoints of the last hour below which their cause is not judged.',
        atLeast: { value: 10, source: 'an hour of the default checkpoint_timeout holds twelve' },
      },
    ],
    summary:
      '{value} of the checkpoints of {target} were begun by WAL (more than {threshold}): raise max_wal_size',
    finding: 'diagnose/checkpoint-pressure',
  }),
];
