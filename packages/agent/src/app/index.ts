/**
 * The composition root: builds sessions, settings and stages and runs them as one. Takes what a surface read
 * from its user; gives audits, examinations and demos as values. Renders nothing, parses no command line.
 */

export { ACT_ERRORS, type Action, OPEN_STATES } from '../act/index.ts';
export { TARGET_SETTINGS } from '../settings/index.ts';
export { redactLiterals } from '../sql/index.ts';
export {
  approveAction,
  approveWithToken,
  carryOut,
  type DecideOptions,
  findAction,
  mintToken,
  postponeAction,
  proposeStatements,
  rejectAction,
  undoAction,
} from './act/decide-on.ts';
export { openTools } from './alerts/alert-service.ts';
export { MEASUREMENTS } from './alerts/measurements.ts';
export { readAlertConfig } from './alerts/read-config.ts';
export { runAudit } from './audit.ts';
export {
  type CacheWorker,
  outboxSql,
  startCacheWorker,
  type WorkerWish,
} from './cache/run-worker.ts';
export { type CacheStatusOptions, runCacheStatus } from './caching/cache-status.ts';
export { type RunCacheAdviceOptions, runCacheAdvice } from './caching/run-cache-advice.ts';
export {
  actingTarget,
  type Configuration,
  type ConfigurationInputs,
  findPoolers,
  findTarget,
  loadConfiguration,
} from './configuration.ts';
export { type Demo, type DemoOptions, demoThresholds, startDemo } from './demo.ts';
export { type DoctorItem, examine, examinePooler } from './doctor.ts';
export { APP_ERRORS } from './errors.ts';
export { type ExplainOptions, type ExplainSource, runExplain } from './explain.ts';
export { type IndexesOptions, type IndexesSource, runIndexes } from './indexes/run-indexes.ts';
export { LIVE_DEMO_SETTINGS, type LiveDemo, startLiveDemo } from './live-demo.ts';
export { createMetricsReader } from './metrics/read-metrics.ts';
export { openTarget } from './open-target.ts';
export { requireReader, runReadQuery } from './read-query.ts';
export { settingDefinitions } from './registries.ts';
export { type QueryAdviceOptions, runQueryAdvice } from './rewrites/run-query-advice.ts';
export { actingRoleSql, type RoleOptions, roleSql } from './role-sql.ts';
export { sendSignal } from './send-signal.ts';
export { HTTP_ERRORS } from './service/errors.ts';
export { findHome, type Home, joinHome } from './service/home.ts';
export { HTTP_SETTINGS, MCP_SETTINGS } from './service/settings.ts';
export { type Service, type ServiceOptions, startService } from './service/start-service.ts';
export {
  describeStatistics,
  type ExportOptions,
  exportStatistics,
  type StatisticsFile,
} from './statistics.ts';
export { createTopReader, type TopReader } from './top/read-top.ts';
export { readStatements } from './top-statements.ts';
export { type RunTuneOptions, runTune } from './tune/run-tune.ts';
export { actionRow, readAction, readActions, readLedger, readTargetActions } from './views/actions.ts';
export { readAgent } from './views/agent.ts';
export type { AlertsView, DryRunView, RuleRow, SilenceRow } from './views/alert-types.ts';
export { addSilence, dryRunView, readAlertRows, readAlerts, ruleRow } from './views/alerts.ts';
export {
  findingsOfStatement,
  readFindings,
  readStoredFindings,
  type StoredFindings,
  viewAudit,
} from './views/findings.ts';
export { readFleetRow, score } from './views/fleet.ts';
export { readLoad, readLoadTop } from './views/load.ts';
export { nodeRows } from './views/plan-nodes.ts';
export type { PlanNodeRow } from './views/plan-types.ts';
export { readPlanRows } from './views/plans.ts';
export { readPools } from './views/pools.ts';
export { QUERY_VIEW_ORDERS, readQueries, readQuery } from './views/queries.ts';
export { rankByDiagnosis } from './views/rank-actions.ts';
export { readRelations } from './views/relations.ts';
export { CHART_SCREENS, readCharts } from './views/server.ts';
export { readSessions, readSessionsOnce } from './views/sessions.ts';
export type { FindingRow, ViewRange } from './views/types.ts';
export { readVacuum } from './views/vacuum.ts';
export { WATCH_SETTINGS } from './watch/settings.ts';
export type { WatchLogLine } from './watch/types.ts';
export { type Watcher, watchTarget } from './watch/watch-target.ts';
