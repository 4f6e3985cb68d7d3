import { type BuiltInRule, defineRule } from './define-rule.ts';

const MINUTE_MS = 60_000;
const MB = 1024 ** 2;

/** Rules about what the statements do. */
export const WORKLOAD_RULES: readonly BuiltInRule[] = [
  defineRule({
    id: 'temp-files',
    title: 'Sorts and hashes spill to disk',
    measurement: 'temp-bytes-per-second',
    meaning: 'Temporary files written',
    direction: 'above',
    unit: 'bytesPerSecond',
    thresholds: { warning: { value: 20 * MB, source: '70 GB an hour take a tenth of a disk of 200 MB/s' } },
    forMs: 10 * MINUTE_MS,
    summary: 'statements of {target} write {value} of temporary files (more than {threshold})',
    finding: 'diagnose/temp-files',
  }),
  defineRule({
    id: 'deadlocks',
    title: 'Deadlocks',
    measurement: 'deadlocks-per-minute-count',
    meaning: 'Deadlocks a minute',
    direction: 'above',
    unit: 'count',
    thresholds: { warning: { value: 5, source: 'awesome-prometheus-alerts: more than 5 in a minute' } },
    forMs: 0,
    keepFiringMs: 10 * MINUTE_MS,
    summary: '{value} deadlocks a minute in {target} (more than {threshold})',
    finding: 'diagnose/deadlocks',
  }),
  defineRule({
    id: 'rollback-ratio',
    title: 'Many transactions are rolled back',
    measurement: 'rollback-ratio',
    meaning: 'Share of the transactions of the last minutes that were rolled back',
    direction: 'above',
    unit: 'ratio',
    thresholds: { warning: { value: 0.1, source: 'temBoard rollback check, 10 %' } },
    forMs: 5 * MINUTE_MS,
    guards: [
      {
        measurement: 'transactions-count',
        key: 'minimum-transactions-count',
        unit: 'count',
        summary: 'Transactions of the last minutes below which the share rolled back is not judged.',
        atLeast: { value: 1_000, source: 'a share of 10 % is then known to within 2 points' },
      },
    ],
    summary: '{value} of the transactions of {target} were rolled back (more than {threshold})',
    finding: 'diagnose/rollback-ratio',
  }),
  defineRule({
    id: 'buffer-hit-ratio',
    title: 'Blocks come from disk',
    measurement: 'buffer-hit-ratio',
    meaning: 'Share of the blocks of the last minutes that were found in shared buffers',
    direction: 'below',
    unit: 'ratio',
    thresholds: {
      warning: { value: 0.9, source: 'the objective is 98 %; below 90 % five times as much is read' },
    },
    forMs: 15 * MINUTE_MS,
    guards: [
      {
        measurement: 'blocks-accessed-count',
        key: 'minimum-blocks-count',
        unit: 'count',
        summary: 'Blocks of the last minutes below which the share found in shared buffers is not judged.',
        atLeast: { value: 100_000, source: 'about 800 MB: after a start every block is read once' },
      },
    ],
    summary: 'only {value} of the blocks of {target} were found in shared buffers (less than {threshold})',
    finding: 'diagnose/buffer-hit-ratio',
  }),
];
