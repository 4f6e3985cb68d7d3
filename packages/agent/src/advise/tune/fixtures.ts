import type { Finding } from '../../diagnose/index.ts';
import type {
  BufferCacheRow,
  IoRow,
  Observation,
  Sections,
  SettingFacts,
  TableFacts,
  WorkloadFacts,
} from '../../observe/index.ts';
import { tune } from './engine.ts';
import { TUNE_NUMBERS, type TuneValues } from './settings.ts';
import type { Machine, Recommendation, Tuning } from './types.ts';

export const MB: number = 1024 ** 2;
export const GB: number = 1024 ** 3;
export const HOUR_MS = 3_600_000;
const NOW = new Date('2026-11-29T12:00:00Z');
const RESTART = new Set(['shared_buffers', 'max_connections', 'wal_buffers']);

/** Settings of PostgreSQL 18 as it comes, sizes in bytes and times in milliseconds. */
const DEFAULTS: Readonly<Record<string, number | string>> = {
  shared_buffers: 128 * MB,
  work_mem: 4 * MB,
  hash_mem_multiplier: 2,
  maintenance_work_mem: 64 * MB,
  autovacuum_work_mem: -1,
  autovacuum_max_workers: 3,
  autovacuum_worker_slots: 16,
  autovacuum_naptime: 60_000,
  autovacuum_vacuum_cost_limit: -1,
  autovacuum_vacuum_cost_delay: 2,
  vacuum_cost_limit: 200,
  autovacuum_freeze_max_age: 200_000_000,
  autovacuum_vacuum_scale_factor: 0.2,
  autovacuum_vacuum_insert_scale_factor: 0.2,
  max_connections: 100,
  superuser_reserved_connections: 3,
  reserved_connections: 0,
  max_worker_processes: 8,
  effective_cache_size: 4 * GB,
  random_page_cost: 4,
  effective_io_concurrency: 16,
  checkpoint_timeout: 300_000,
  checkpoint_completion_target: 0.9,
  max_wal_size: GB,
  wal_buffers: 4 * MB,
  wal_compression: 'off',
  track_io_timing: 'on',
  autovacuum: 'on',
  track_counts: 'on',
};

/** A quiet week: nothing asks to be changed. */
export const QUIET: WorkloadFacts = {
  source: 'history',
  observedMs: 168 * HOUR_MS,
  sessions: { samplesCount: 600_000, activeMean: 1, activeMost: 6, connectionsMost: 40, pools: [] },
  spills: [],
  temporary: { filesCount: 0, bytes: 0, observedMs: 168 * HOUR_MS },
  checkpoints: { timedCount: 2_000, requestedCount: 0 },
  wal: {
    bytes: 10 * GB,
    fullPageImagesCount: 1_000,
    buffersFullCount: 0,
    observedMs: 168 * HOUR_MS,
    mostBytesPerSecond: MB,
  },
  blocks: { hitCount: 1e9, readCount: 1e4, readMs: 0 },
  tables: [],
};

/** A machine that somebody described. */
const MACHINE: Machine = { memoryBytes: 24 * GB, cpus: 4, storage: null, diskBytes: null };

/** What a test changes of a quiet server. */
export interface TuneCase {
  readonly settings?: Readonly<Record<string, number | string>>;
  readonly facts?: Readonly<Record<string, Partial<SettingFacts>>>;
  readonly workload?: Partial<WorkloadFacts>;
  readonly machine?: Partial<Machine>;
  readonly values?: Partial<TuneValues>;
  readonly findings?: readonly Finding[];
  readonly tables?: readonly Partial<TableFacts>[];
  readonly io?: readonly Partial<IoRow>[];
  readonly bufferCache?: BufferCacheRow;
  readonly databaseBytes?: number;
  readonly versionNumber?: number;
}

/** Tunes a server that differs from a quiet one at its defaults in what is given. */
export function tuneCase(given: TuneCase): Tuning {
  const defaults = Object.fromEntries(
    Object.entries(TUNE_NUMBERS).map(([name, setting]) => [name, setting.default]),
  ) as TuneValues;
  return tune(observationOf(given), {
    findings: given.findings ?? [],
    machine: { ...MACHINE, ...given.machine },
    limits: { memoryRatio: 0.9, sharedBuffersRatio: 0.4 },
    values: { ...defaults, ...given.values },
    workload: { ...QUIET, ...given.workload },
  });
}

/** Gives the recommendation about one setting. */
export function recommendationFor(given: TuneCase, setting: string): Recommendation | undefined {
  return tuneCase(given).recommendations.find((one) => one.setting === setting);
}

/** Gives what is proposed for one setting: its value and basis; null when nothing is. */
export function proposedFor(given: TuneCase, setting: string): string | null {
  const found = recommendationFor(given, setting);
  return found === undefined ? null : `${found.proposed} ${found.basis}`;
}

/** A finding of a check about a setting. */
export function findingAbout(
  id: string,
  subject: Partial<Finding['subject']>,
  evidence: Finding['evidence'] = {},
): Finding {
  return {
    id,
    severity: 'warning',
    subject: { kind: 'setting', schema: '', name: '', ...subject },
    title: 'it is so',
    evidence,
    threshold: { key: 'k', value: 1 },
    remedy: 'do it',
    source: 'the docs',
    docs: '',
  };
}

function observationOf(given: TuneCase): Observation {
  const { settings, facts, tables, io, bufferCache, databaseBytes, versionNumber } = given;
  const values = { ...DEFAULTS, ...settings };
  const serverSettings = new Map(
    Object.entries(values).map(([name, value]) => [name, { ...factsOf(name, value), ...facts?.[name] }]),
  );
  const sections: Partial<Record<keyof Sections, unknown>> = {
    serverSettings,
    tables: (tables ?? []).map((table) => ({ kind: 'table', options: [], schema: 'public', ...table })),
    io: (io ?? []).map((row) => ({ backendType: 'client backend', object: 'relation', ...row })),
    database: { sizeBytes: databaseBytes ?? 100 * GB },
    activity: [],
    vacuumProgress: [],
    ...(bufferCache === undefined ? {} : { bufferCache }),
  };
  const server = {
    database: 'shop',
    versionNumber: versionNumber ?? 180_000,
    isInRecovery: false,
    pooler: 'none',
  };
  return {
    snapshot: {
      takenAt: NOW,
      server,
      sections: {
        bufferCache: { status: 'unavailable', reason: 'not installed', remedy: '' },
        ...Object.fromEntries(
          Object.entries(sections).map(([name, data]) => [
            name,
            { status: 'ok', data, readAt: NOW, tookMs: 0 },
          ]),
        ),
      },
      gaps: [],
    } as unknown as Observation['snapshot'],
    interval: null,
    plans: null,
  };
}

function factsOf(name: string, value: number | string): SettingFacts {
  return {
    name,
    value: String(value),
    number: typeof value === 'number' ? value : null,
    unit: null,
    type: typeof value === 'number' ? 'integer' : 'enum',
    choices: null,
    context: RESTART.has(name) ? 'postmaster' : 'sighup',
    source: 'default',
    sourceFile: null,
    bootValue: null,
    resetValue: null,
    isPendingRestart: false,
  };
}
