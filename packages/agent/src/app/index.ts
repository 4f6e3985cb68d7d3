/**
 * The composition root: builds sessions, settings and stages and runs them as one. Takes what a surface read
 * from its user; gives audits, examinations and demos as values. Renders nothing, parses no command line.
 */
export { type AuditOptions, runAudit } from './audit.ts';
export {
  type Configuration,
  type ConfigurationInputs,
  findTarget,
  loadConfiguration,
} from './configuration.ts';
export { type Demo, type DemoOptions, demoThresholds, startDemo } from './demo.ts';
export { type DoctorItem, examine } from './doctor.ts';
export { APP_ERRORS } from './errors.ts';
export { type ExplainOptions, type ExplainSource, runExplain } from './explain.ts';
export { type IndexesOptions, type IndexesSource, runIndexes } from './indexes/run-indexes.ts';
export { openTarget } from './open-target.ts';
export { settingDefinitions } from './registries.ts';
export { type RoleOptions, roleSql } from './role-sql.ts';
export {
  describeStatistics,
  type ExportOptions,
  exportStatistics,
  type StatisticsFile,
} from './statistics.ts';
export { readStatements } from './top-statements.ts';
