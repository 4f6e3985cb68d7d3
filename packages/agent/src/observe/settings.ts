import { bytesSetting, countSetting, durationSetting, type Setting } from '../settings/index.ts';

/** Settings of what is read and how much of it. */
export const OBSERVE_SETTINGS: Readonly<
  Record<
    | 'intervalMs'
    | 'maximumRelations'
    | 'columnTables'
    | 'orphanProbes'
    | 'orphanSampleRows'
    | 'bloatMinimumBytes'
    | 'tellBlockingFromMs',
    Setting<number>
  >
> = {
  intervalMs: durationSetting({
    key: 'observe.interval-ms',
    summary: 'Time between the two snapshots from which rates are computed; 0 takes one snapshot only.',
    default: 1_000,
    maximum: 3_600_000,
    source: 'long enough for busy counters to move, short enough to wait for',
  }),
  maximumRelations: countSetting({
    key: 'observe.maximum-relations',
    summary: 'Tables, and as many indexes, after which a listing stops and says so.',
    default: 100_000,
    minimum: 100,
    source: 'keeps the agent below 1 GB on catalogues of any size',
  }),
  columnTables: countSetting({
    key: 'observe.column-tables',
    summary:
      'Largest tables whose columns and column statistics are read; partitions stand behind their parent.',
    default: 1_000,
    minimum: 1,
    source: 'column rows are the widest part of a snapshot',
  }),
  orphanProbes: countSetting({
    key: 'observe.orphan-probes',
    summary: 'Most foreign keys whose rows are sampled in one run.',
    default: 50,
    source: 'each probe reads table data for up to a second',
  }),
  orphanSampleRows: countSetting({
    key: 'observe.orphan-sample-rows',
    summary: 'Rows sampled for each foreign key.',
    unit: 'rows',
    default: 10_000,
    minimum: 1,
    source: 'finds an orphan share of 0.1 % with near certainty in a random sample',
  }),
  bloatMinimumBytes: bytesSetting({
    key: 'observe.bloat-minimum-bytes',
    summary: 'Smallest table or index whose bloat is estimated.',
    default: 512 * 1024,
    source: 'below it the estimate is coarser than the waste',
  }),
  tellBlockingFromMs: durationSetting({
    key: 'observe.tell-blocking-from-ms',
    summary: 'Wait for a lock from which the history keeps who held it.',
    default: 5_000,
    minimum: 2_000,
    source: 'a user has noticed by then; log_lock_waits tells from deadlock_timeout, 1 s',
  }),
};
