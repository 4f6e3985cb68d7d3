import { alterSetting } from './executors/alter-setting/executor.ts';
import { analyze } from './executors/analyze/executor.ts';
import { createIndex } from './executors/create-index/executor.ts';
import { createMaterializedView } from './executors/create-materialized-view/executor.ts';
import { createStatistics } from './executors/create-statistics/executor.ts';
import { dropIndex } from './executors/drop-index/executor.ts';
import { endSession } from './executors/end-session/executor.ts';
import { refreshMaterializedView } from './executors/refresh-materialized-view/executor.ts';
import { reindex } from './executors/reindex/executor.ts';
import { setSequence } from './executors/set-sequence/executor.ts';
import { setStatisticsTarget } from './executors/set-statistics-target/executor.ts';
import { setStorage } from './executors/set-storage/executor.ts';
import { vacuum } from './executors/vacuum/executor.ts';
import { validateConstraint } from './executors/validate-constraint/executor.ts';
import type { Executor } from './types.ts';

/** Every executor; the first that reads all statements of a proposal carries it out. */
export const executors: readonly Executor[] = [
  createIndex,
  dropIndex,
  reindex,
  setStorage,
  analyze,
  vacuum,
  setStatisticsTarget,
  createStatistics,
  validateConstraint,
  setSequence,
  alterSetting,
  endSession,
  createMaterializedView,
  refreshMaterializedView,
];
