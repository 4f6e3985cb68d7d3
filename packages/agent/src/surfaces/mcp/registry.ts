import { applyChange, getAction, listActions, proposeChange } from './tools/actions.ts';
import { getHealth, getReport, getSettingsReview, listFindings, listTargets } from './tools/health.ts';
import { getLoad, getLocks, getReplication } from './tools/load.ts';
import { getIndexHealth, getTableHealth } from './tools/objects.ts';
import { explainQuery, runReadQueryTool, whatIfIndex } from './tools/plans.ts';
import { comparePlans, getQuery, topQueries } from './tools/queries.ts';
import { getTuning } from './tools/tuning.ts';
import type { Tool } from './types.ts';

/** Every tool, in the order in which they are listed: always the same, so that clients can cache the list. */
export const tools: readonly Tool[] = [
  listTargets,
  getHealth,
  listFindings,
  getReport,
  getSettingsReview,
  getTuning,
  getLoad,
  getLocks,
  getReplication,
  topQueries,
  getQuery,
  comparePlans,
  explainQuery,
  whatIfIndex,
  runReadQueryTool,
  getTableHealth,
  getIndexHealth,
  listActions,
  getAction,
  proposeChange,
  applyChange,
];
