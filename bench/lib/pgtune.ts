import {
  FORMULA_MAX_WAL_BYTES,
  FORMULA_STORAGE,
  formulaEffectiveCacheSize,
  formulaMaintenanceWorkMem,
  formulaSharedBuffers,
  formulaWorkMem,
} from '../../packages/agent/src/advise/tune/formulas.ts';
import { settingBytes } from '../../packages/agent/src/kernel/index.ts';
import type { ServerSettings } from './server.ts';

const MB = 1024 ** 2;
const GB = 1024 ** 3;
/** Of type "mixed", as pgtune asks for no workload: connections, and the processes that it reckons with below four processors. */
const CONNECTIONS = 100;
const WORKERS = 8;

/**
 * What pgtune recommends for a Linux machine with solid state, PostgreSQL 18 and the type "mixed".
 * @param methods what the server's build takes for wal_compression: pgtune takes lz4 for granted
 * @source le0pard/pgtune, src/features/configuration/configurationSlice.js
 */
export function pgtuneSettings(
  { memoryBytes, cpus }: { readonly memoryBytes: number; readonly cpus: number },
  methods: readonly string[],
): ServerSettings {
  const sharedBuffersBytes = formulaSharedBuffers(memoryBytes);
  const workMem = formulaWorkMem(memoryBytes, {
    sharedBuffersBytes,
    connections: CONNECTIONS,
    workers: cpus < 4 ? WORKERS : cpus,
  });
  return {
    max_connections: String(CONNECTIONS),
    shared_buffers: settingBytes(sharedBuffersBytes),
    effective_cache_size: settingBytes(formulaEffectiveCacheSize(memoryBytes)),
    maintenance_work_mem: settingBytes(formulaMaintenanceWorkMem(memoryBytes)),
    checkpoint_completion_target: '0.9',
    wal_buffers: settingBytes(Math.min(16 * MB, (sharedBuffersBytes * 3) / 100)),
    default_statistics_target: '100',
    random_page_cost: String(FORMULA_STORAGE.ssd.randomPageCost),
    effective_io_concurrency: String(FORMULA_STORAGE.ssd.ioConcurrency),
    // Half of what "web" gives.
    work_mem: settingBytes(Math.max(4 * MB, workMem / 2)),
    huge_pages: sharedBuffersBytes >= 2 * GB ? 'try' : 'off',
    min_wal_size: '1GB',
    max_wal_size: settingBytes(FORMULA_MAX_WAL_BYTES),
    wal_compression: methods.includes('lz4') ? 'lz4' : 'on',
    jit: 'off',
    ...parallel(cpus),
  };
}

/** From four processors on. */
function parallel(cpus: number): ServerSettings {
  if (cpus < 4) return {};
  const half = String(Math.min(4, Math.ceil(cpus / 2)));
  return {
    max_worker_processes: String(cpus),
    max_parallel_workers: String(cpus),
    max_parallel_workers_per_gather: half,
    max_parallel_maintenance_workers: half,
  };
}
