import { analyze } from './advisors/analyze/advisor.ts';
import { createIndex } from './advisors/create-index/advisor.ts';
import { createStatistics } from './advisors/create-statistics/advisor.ts';
import { dropIndex } from './advisors/drop-index/advisor.ts';
import { endSession } from './advisors/end-session/advisor.ts';
import { reindex } from './advisors/reindex/advisor.ts';
import { setAutovacuum } from './advisors/set-autovacuum/advisor.ts';
import { setSequence } from './advisors/set-sequence/advisor.ts';
import { setStatisticsTarget } from './advisors/set-statistics-target/advisor.ts';
import { validateConstraint } from './advisors/validate-constraint/advisor.ts';
import type { Advisor } from './types.ts';

/** Every advisor; the first that has a remedy for a finding gives it. */
export const advisors: readonly Advisor[] = [
  dropIndex,
  reindex,
  createIndex,
  validateConstraint,
  analyze,
  createStatistics,
  setStatisticsTarget,
  setAutovacuum,
  setSequence,
  endSession,
];
