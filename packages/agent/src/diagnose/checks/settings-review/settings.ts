import {
  bytesSetting,
  countSetting,
  ratioSetting,
  type Setting,
  TARGET_SETTINGS,
  textSetting,
} from '../../../settings/index.ts';

const MB = 1024 ** 2;
const GB = 1024 ** 3;

/** Names of the numbers that the rules compare with. */
type NumberName =
  | 'missedBlocks'
  | 'hitRatio'
  | 'sharedBuffersRatio'
  | 'sharedBuffersMaximumRatio'
  | 'sharedBuffersBytes'
  | 'workMemBytes'
  | 'tempBytesPerDay'
  | 'largeDatabaseBytes'
  | 'maintenanceBytes'
  | 'randomPageCost'
  | 'requestedRatio'
  | 'requestedCount'
  | 'completionRatio'
  | 'fullPageRatio'
  | 'walBytes'
  | 'maximumConnections'
  | 'memoryBytes'
  | 'cpus';

const numbers: Readonly<Record<NumberName, Setting<number>>> = {
  missedBlocks: countSetting({
    key: 'diagnose.settings-review.missed-blocks-count',
    summary: 'Blocks not found in shared buffers from which their share is judged.',
    default: 500_000,
    source: 'about 4 GB: more than the load of a small database reads',
  }),
  hitRatio: ratioSetting({
    key: 'diagnose.settings-review.hit-ratio',
    summary: 'Share of blocks found in shared buffers below which shared_buffers is looked at.',
    default: 0.98,
    source: 'reference specification: buffer hit above 98 %',
  }),
  sharedBuffersRatio: ratioSetting({
    key: 'diagnose.settings-review.shared-buffers-ratio',
    summary: 'Share of the memory below which shared_buffers is small (needs target.memory-bytes).',
    default: 0.15,
    source: 'PostgreSQL docs 19.4.1: 25 % is a reasonable starting value',
  }),
  sharedBuffersMaximumRatio: ratioSetting({
    key: 'diagnose.settings-review.shared-buffers-maximum-ratio',
    summary: 'Share of the memory above which shared_buffers is large (needs target.memory-bytes).',
    default: 0.4,
    source: 'PostgreSQL docs 19.4.1: more than 40 % is unlikely to work better',
  }),
  sharedBuffersBytes: bytesSetting({
    key: 'diagnose.settings-review.shared-buffers-bytes',
    summary: 'Size up to which shared_buffers is small where the memory is unknown.',
    default: 128 * MB,
    source: "PostgreSQL's default, chosen to start on any machine",
  }),
  workMemBytes: bytesSetting({
    key: 'diagnose.settings-review.work-mem-bytes',
    summary: 'Size below which work_mem is a warning, and up to which temporary files are held against it.',
    default: 4 * MB,
    source: "PostgreSQL's default",
  }),
  tempBytesPerDay: bytesSetting({
    key: 'diagnose.settings-review.temp-bytes',
    summary: 'Temporary files a day from which a work_mem that is not above its default is a warning.',
    default: GB,
    source: 'about 1 % of a disk that writes 1 MB/s all day',
  }),
  largeDatabaseBytes: bytesSetting({
    key: 'diagnose.settings-review.large-database-bytes',
    summary: 'Database size from which the default of maintenance_work_mem is too small.',
    default: 10 * GB,
    source: 'its indexes are then many times 64 MB, and their builds sort on disk',
  }),
  maintenanceBytes: bytesSetting({
    key: 'diagnose.settings-review.maintenance-work-mem-bytes',
    summary: 'Size up to which maintenance_work_mem is small for a large database.',
    default: 64 * MB,
    source: "PostgreSQL's default",
  }),
  randomPageCost: countSetting({
    key: 'diagnose.settings-review.random-page-cost',
    summary: 'Value from which random_page_cost is that of a spinning disk.',
    unit: 'cost',
    default: 4,
    source: "PostgreSQL's default; pgtune: 1.1 on solid state disks",
  }),
  requestedRatio: ratioSetting({
    key: 'diagnose.settings-review.requested-checkpoints-ratio',
    summary: 'Share of checkpoints that full WAL began above which max_wal_size is small.',
    default: 0.3,
    source: 'as diagnose/checkpoint-pressure',
  }),
  requestedCount: countSetting({
    key: 'diagnose.settings-review.requested-checkpoints-count',
    summary: 'Requested checkpoints from which that share is judged.',
    default: 10,
    source: 'fewer come from one load or a base backup',
  }),
  completionRatio: ratioSetting({
    key: 'diagnose.settings-review.checkpoint-completion-ratio',
    summary: 'checkpoint_completion_target below which checkpoints write in a burst.',
    default: 0.9,
    source: 'PostgreSQL docs 19.5.2: lower values are not recommended',
  }),
  fullPageRatio: ratioSetting({
    key: 'diagnose.settings-review.full-page-ratio',
    summary: 'Share of full page images in the WAL from which wal_compression is worth its time.',
    default: 0.5,
    source: 'half of the WAL is then compressible',
  }),
  walBytes: bytesSetting({
    key: 'diagnose.settings-review.wal-bytes',
    summary: 'WAL written from which that share is judged.',
    default: GB,
    source: 'one max_wal_size at its default',
  }),
  maximumConnections: countSetting({
    key: 'diagnose.settings-review.maximum-connections-count',
    summary: 'max_connections above which a pooler does better.',
    default: 500,
    source: 'pgtune suggests 20 to 300; each session costs memory and every snapshot looks at all',
  }),
  ...TARGET_SETTINGS,
};

/** Every setting of the review. */
export const reviewSettings: Readonly<Record<NumberName, Setting<number>>> & {
  readonly ignore: Setting<string>;
} = {
  ...numbers,
  ignore: textSetting({
    key: 'diagnose.settings-review.ignore',
    summary: 'Server settings that the review leaves alone, separated by commas.',
    default: '',
    source: 'an owner who decided otherwise need not read it again',
  }),
};

/** Names of the review's settings. */
export type ReviewSettingName = NumberName | 'ignore';

/** Resolved numbers of the review. */
export type ReviewValues = Readonly<Record<NumberName, number>>;
