import { formatBytes, formatCount } from '../../../../kernel/index.ts';
import { numberOf, type Rule } from '../rule.ts';

const PLANNER_DOCS = 'PostgreSQL docs 19.7.2 "Planner Cost Constants"';

const randomPageCost: Rule = (input) => {
  const cost = numberOf(input, 'random_page_cost');
  if (cost === null || cost < input.values.randomPageCost) return null;
  return {
    severity: 'info',
    name: 'random_page_cost',
    title: `random_page_cost is ${cost}, that of a spinning disk: on solid state the planner shuns indexes that would pay`,
    evidence: { randomPageCost: cost, seqPageCost: numberOf(input, 'seq_page_cost') },
    remedy: 'on solid state or cloud disks: alter system set random_page_cost = 1.1; select pg_reload_conf()',
    source: PLANNER_DOCS,
    decidedBy: 'randomPageCost',
  };
};

const smallEffectiveCache: Rule = (input) => {
  const cache = numberOf(input, 'effective_cache_size');
  const shared = numberOf(input, 'shared_buffers');
  if (cache === null || shared === null || cache >= shared) return null;
  return {
    severity: 'warning',
    name: 'effective_cache_size',
    title: `effective_cache_size (${formatBytes(cache)}) is below shared_buffers (${formatBytes(shared)}): the planner believes in less cache than there is`,
    evidence: { effectiveCacheSizeBytes: cache, sharedBuffersBytes: shared },
    remedy:
      'set it to shared_buffers plus the page cache, about three quarters of the memory (a reload is enough)',
    source: PLANNER_DOCS,
    decidedBy: 'ignore',
  };
};

const lowEffectiveCache: Rule = (input) => {
  const { memoryBytes } = input.values;
  const cache = numberOf(input, 'effective_cache_size');
  const shared = numberOf(input, 'shared_buffers') ?? 0;
  if (cache === null || memoryBytes === 0 || cache < shared || cache >= memoryBytes / 2) return null;
  return {
    severity: 'info',
    name: 'effective_cache_size',
    title: `effective_cache_size is ${formatBytes(cache)} on a machine with ${formatBytes(memoryBytes)}`,
    evidence: { effectiveCacheSizeBytes: cache, memoryBytes },
    remedy: 'set it to about three quarters of the memory (a reload is enough)',
    source: `${PLANNER_DOCS}; pgtune: 3/4 of the memory`,
    decidedBy: 'memoryBytes',
  };
};

const parallelWorkers: Rule = (input) => {
  const { cpus } = input.values;
  const workers = numberOf(input, 'max_parallel_workers');
  if (workers === null || cpus === 0 || workers <= cpus) return null;
  return {
    severity: 'info',
    name: 'max_parallel_workers',
    title: `max_parallel_workers is ${formatCount(workers)} on ${formatCount(cpus)} processors`,
    evidence: { maxParallelWorkersCount: workers, cpusCount: cpus },
    remedy: 'set it to the number of processors at most (a reload is enough)',
    source: 'PostgreSQL docs 19.4.6 "Asynchronous Behavior"; pgtune: one worker per processor',
    decidedBy: 'cpus',
  };
};

/** Rules of what the planner believes about the machine. */
export const plannerRules: readonly Rule[] = [
  randomPageCost,
  smallEffectiveCache,
  lowEffectiveCache,
  parallelWorkers,
];
