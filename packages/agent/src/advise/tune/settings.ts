import {
  bytesSetting,
  choiceSetting,
  countSetting,
  durationSetting,
  ratioSetting,
  type Setting,
} from '../../settings/index.ts';

const MB = 1024 ** 2;
const GB = 1024 ** 3;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type NumberName =
  | 'windowMs'
  | 'observeMs'
  | 'minimumMs'
  | 'loweringMs'
  | 'spillBytes'
  | 'spillCalls'
  | 'spillCoverageRatio'
  | 'maximumWorkMemBytes'
  | 'requestedCount'
  | 'requestedRatio'
  | 'maximumWalBytes'
  | 'fullPageRatio'
  | 'walBytes'
  | 'compressibleRatio'
  | 'walBytesPerSecond'
  | 'buffersFullPerSecond'
  | 'hitRatio'
  | 'missedBlocks'
  | 'reads'
  | 'fastReadMs'
  | 'slowReadMs'
  | 'tableRows'
  | 'deadRows'
  | 'freezeRatio'
  | 'headroom';

/** Numbers that the rules compare with. */
export type TuneValues = Readonly<Record<NumberName, number>>;

/** Thresholds of tuning. */
export const TUNE_NUMBERS: Readonly<Record<NumberName, Setting<number>>> = {
  windowMs: durationSetting({
    key: 'advise.tune.window-ms',
    summary: 'How far back the history of the daemon is looked at.',
    default: 7 * DAY_MS,
    minimum: HOUR_MS,
    source: 'a week holds the rush of each of its days',
  }),
  observeMs: durationSetting({
    key: 'advise.tune.observe-ms',
    summary:
      'How long `pgsteward tune` watches a target that has no history; 0 takes the counters as they are.',
    default: 60_000,
    maximum: HOUR_MS,
    source: 'long enough for 60 samples of the sessions, short enough to wait for',
  }),
  minimumMs: durationSetting({
    key: 'advise.tune.minimum-ms',
    summary:
      'Time that a measurement must cover to be trusted: shorter counts as high risk, and formulas stand in.',
    default: HOUR_MS,
    source: 'twelve checkpoints at the default checkpoint_timeout',
  }),
  loweringMs: durationSetting({
    key: 'advise.tune.lowering-ms',
    summary: 'Time that must have been watched before max_connections is proposed to be lowered.',
    default: DAY_MS,
    source: 'the rush of a day has then been seen',
  }),
  spillBytes: bytesSetting({
    key: 'advise.tune.spill-bytes',
    summary: 'Temporary files written by statements from which work_mem is looked at.',
    default: 100 * MB,
    source: 'as diagnose.spill.warning-bytes',
  }),
  spillCalls: countSetting({
    key: 'advise.tune.spill-calls',
    summary: 'Calls below which a statement that spills is left out.',
    default: 5,
    source: 'as diagnose.spill.warning-calls: a load runs once and is no part of the workload',
  }),
  spillCoverageRatio: ratioSetting({
    key: 'advise.tune.spill-coverage-ratio',
    summary: 'Share of the temporary files that work_mem should spare.',
    default: 0.9,
    source: 'the last tenth mostly belongs to a few statements that want memory of their own',
  }),
  maximumWorkMemBytes: bytesSetting({
    key: 'advise.tune.maximum-work-mem-bytes',
    summary: 'Largest work_mem that is proposed for every session.',
    default: 256 * MB,
    source: 'as diagnose/spill: a statement that needs more wants fewer rows or a setting of its own',
  }),
  requestedCount: countSetting({
    key: 'advise.tune.requested-checkpoints-count',
    summary: 'Requested checkpoints from which their share is judged.',
    default: 5,
    minimum: 1,
    source: 'fewer come from one load or a base backup',
  }),
  requestedRatio: ratioSetting({
    key: 'advise.tune.requested-checkpoints-ratio',
    summary: 'Share of requested checkpoints above which max_wal_size is raised.',
    default: 0.3,
    source: 'as diagnose/checkpoint-pressure',
  }),
  maximumWalBytes: bytesSetting({
    key: 'advise.tune.maximum-wal-bytes',
    summary: 'Largest max_wal_size that is proposed.',
    default: 64 * GB,
    source: 'recovery after a crash reads as much: minutes on ordinary disks',
  }),
  fullPageRatio: ratioSetting({
    key: 'advise.tune.full-page-ratio',
    summary: 'Share of full page images in the WAL from which checkpoints are set further apart.',
    default: 0.3,
    source: 'each page is written whole once after each checkpoint: half as many checkpoints, fewer images',
  }),
  walBytes: bytesSetting({
    key: 'advise.tune.wal-bytes',
    summary: 'WAL written from which the share of its full page images is judged for wal_compression.',
    default: 16 * MB,
    source: 'one segment; what compressing costs grows with the images, as what it saves does',
  }),
  compressibleRatio: ratioSetting({
    key: 'advise.tune.compressible-ratio',
    summary: 'Share of full page images in the WAL from which wal_compression is worth its time.',
    default: 0.5,
    source: 'as diagnose.settings-review.full-page-ratio',
  }),
  walBytesPerSecond: bytesSetting({
    key: 'advise.tune.wal-per-second-bytes',
    summary: 'WAL a second from which checkpoints are set further apart.',
    default: MB,
    source: 'below it the images cost nothing that anyone would notice',
  }),
  buffersFullPerSecond: countSetting({
    key: 'advise.tune.wal-buffers-full-per-second',
    summary: 'Writes a second for want of wal_buffers from which they are raised.',
    unit: 'perSecond',
    default: 1,
    source: 'PostgreSQL docs 28.5 "WAL Configuration": such writes should not happen in normal work',
  }),
  hitRatio: ratioSetting({
    key: 'advise.tune.hit-ratio',
    summary: 'Share of blocks found in shared buffers below which shared_buffers are raised.',
    default: 0.98,
    source: 'reference specification: buffer hit above 98 %',
  }),
  missedBlocks: countSetting({
    key: 'advise.tune.missed-blocks-count',
    summary: 'Blocks not found in shared buffers from which their share is judged.',
    default: 500_000,
    source: 'as diagnose.settings-review.missed-blocks-count',
  }),
  reads: countSetting({
    key: 'advise.tune.reads-count',
    summary: 'Timed reads from which the speed of the storage is judged.',
    default: 5_000,
    minimum: 1,
    source: 'enough for a mean that a few slow reads do not move',
  }),
  fastReadMs: durationSetting({
    key: 'advise.tune.fast-read-ms',
    summary: 'Mean time of a random read up to which pages cost nearly the same in any order.',
    default: 0.5,
    source: 'solid state and the page cache answer in less, a disk that must move its arm in more',
  }),
  slowReadMs: durationSetting({
    key: 'advise.tune.slow-read-ms',
    summary: 'Mean time of a random read from which the storage counts as a spinning disk.',
    default: 4,
    source: 'half a turn of a disk with 7,200 turns a minute',
  }),
  tableRows: countSetting({
    key: 'advise.tune.table-rows',
    summary: 'Rows from which a table gets an autovacuum setting of its own.',
    unit: 'rows',
    default: 1_000_000,
    source: 'a fifth of fewer rows is vacuumed in seconds',
  }),
  deadRows: countSetting({
    key: 'advise.tune.dead-rows',
    summary: 'Dead rows (or inserted ones) after which autovacuum should come to a large table.',
    unit: 'rows',
    default: 100_000,
    minimum: 1_000,
    source: 'small and frequent visits cost less than rare and long ones',
  }),
  freezeRatio: ratioSetting({
    key: 'advise.tune.freeze-ratio',
    summary: 'Share of autovacuum_freeze_max_age from which a large table of inserts is vacuumed more often.',
    default: 0.5,
    source: 'the vacuum against wraparound reads it whole in one go; earlier ones spread that',
  }),
  headroom: countSetting({
    key: 'advise.tune.connections-headroom',
    summary: 'What the connections seen at the busiest are multiplied by for max_connections.',
    default: 1.5,
    minimum: 1,
    maximum: 10,
    source: 'room for the rush that was not seen yet',
  }),
};

/** Every setting of tuning. */
export const TUNE_SETTINGS: typeof TUNE_NUMBERS & {
  readonly storage: Setting<'unknown' | 'ssd' | 'hdd'>;
} = {
  ...TUNE_NUMBERS,
  storage: choiceSetting({
    key: 'target.storage',
    summary: "Storage of the target's data: `ssd` (also cloud volumes), `hdd`, or `unknown`.",
    choices: ['unknown', 'ssd', 'hdd'],
    default: 'unknown',
    source: 'PostgreSQL tells no client what its data lie on',
  }),
};
