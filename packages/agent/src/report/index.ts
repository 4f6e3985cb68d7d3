/**
 * Responsible for showing what the other stages found. Takes audits, statements, settings as plain values; gives
 * text for a terminal, JSON, Markdown and one self-contained HTML page, every untrusted name escaped for its
 * medium. Pure: no I/O, no clock, no environment; colour and width are arguments. Judges nothing.
 */

export { renderCacheAdviceMarkdown } from './caching/render-advice-markdown.ts';
export { renderCacheAdviceText } from './caching/render-advice-text.ts';
export { renderCacheStatusText } from './caching/render-status-text.ts';
export {
  cacheAdviceJsonSchema,
  cacheAdviceSchema,
  cacheStatusJsonSchema,
  cacheStatusSchema,
} from './caching/schema.ts';
export type {
  CacheAdviceReport,
  CacheLookups,
  CacheLoss,
  CacheNamespace,
  CacheStatusReport,
} from './caching/types.ts';
export { compareEffects, formatEffect } from './effect.ts';
export { describeField, formatEvidence } from './evidence.ts';
export { misestimateOf, nodeDetails, nodeFacts, nodeTitle } from './explain/describe-plan.ts';
export { renderExplainHtml } from './explain/render-html.ts';
export { renderExplainText } from './explain/render-text.ts';
export { explainJsonSchema, explainSchema } from './explain/schema.ts';
export type { ExplainReport, SupposedIndex, VerifiedPlan } from './explain/types.ts';
export { renderHtml } from './html/render-html.ts';
export { renderIndexesHtml } from './indexes/render-html.ts';
export { renderIndexesMarkdown } from './indexes/render-markdown.ts';
export { renderIndexesSql } from './indexes/render-sql.ts';
export { type IndexesTextOptions, renderIndexesText } from './indexes/render-text.ts';
export { indexesJsonSchema, indexesSchema } from './indexes/schema.ts';
export type { IndexReport } from './indexes/types.ts';
export { type JsonOptions, renderJson } from './json/render-json.ts';
export { auditJsonSchema, auditSchema } from './json/schema.ts';
export { renderQueriesMarkdown } from './markdown/queries.ts';
export { renderMarkdown, renderReportMarkdown } from './markdown/render-markdown.ts';
export { type OtlpRequest, renderOtlp } from './metrics/render-otlp.ts';
export { renderPrometheus } from './metrics/render-prometheus.ts';
export { NO_START_TIMES, type StartTimes } from './metrics/start-times.ts';
export type { TargetMetrics } from './metrics/types.ts';
export { SEVERITY_ORDER } from './overview.ts';
export { renderQueryAdviceMarkdown } from './rewrites/render-markdown.ts';
export { renderQueryAdviceText } from './rewrites/render-text.ts';
export { queryAdviceJsonSchema, queryAdviceSchema } from './rewrites/schema.ts';
export type {
  AdvisedRewrite,
  QueryAdviceReport,
  RewriteCheck,
  RewrittenQuery,
} from './rewrites/types.ts';
export { QUERY_ORDERS, type QueryOrder, sortQueries } from './statements.ts';
export { renderActionsText, renderActionText, renderLedgerText } from './text/actions.ts';
export {
  type AlertsSummary,
  type DryRunSummary,
  type RulesSummary,
  renderAlertsText,
  renderDryRunText,
  renderRulesText,
} from './text/alerts.ts';
export { type ConfigRow, renderConfigText } from './text/config.ts';
export { type DoctorCheck, renderDoctorText } from './text/doctor.ts';
export type { TextOptions } from './text/paint.ts';
export { type QueriesOptions, renderQueriesText } from './text/queries.ts';
export { type RenderTextOptions, renderText } from './text/render-text.ts';
export { renderStatisticsText, type StatisticsSummary } from './text/statistics.ts';
export { renderTop, renderTopText, type TopLine } from './top/render-top.ts';
export { chosenSession, rowsCount } from './top/rows.ts';
export {
  TOP_VIEWS,
  type TopData,
  type TopSession,
  type TopSize,
  type TopState,
  type TopStatement,
  type TopView,
} from './top/types.ts';
export { renderPgbouncerIni, type ServerAddress } from './tune/render-pgbouncer.ts';
export { renderTuneSql } from './tune/render-sql.ts';
export { renderTuneText } from './tune/render-text.ts';
export { tuneJsonSchema, tuneSchema } from './tune/schema.ts';
export type { TuneReport } from './tune/types.ts';
export type { Audit, AuditReport, ReportedFinding } from './types.ts';
