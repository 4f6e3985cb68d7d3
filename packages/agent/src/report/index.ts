/**
 * Responsible for showing what the other stages found. Takes audits, statements, settings as plain values; gives
 * text for a terminal, JSON, Markdown and one self-contained HTML page, every untrusted name escaped for its
 * medium. Pure: no I/O, no clock, no environment; colour and width are arguments. Judges nothing.
 */

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
export { renderMarkdown } from './markdown/render-markdown.ts';
export { QUERY_ORDERS, type QueryOrder, sortQueries } from './statements.ts';
export { type ConfigRow, renderConfigText } from './text/config.ts';
export { type DoctorCheck, renderDoctorText } from './text/doctor.ts';
export type { TextOptions } from './text/paint.ts';
export { type QueriesOptions, renderQueriesText } from './text/queries.ts';
export { type RenderTextOptions, renderText } from './text/render-text.ts';
export { renderStatisticsText, type StatisticsSummary } from './text/statistics.ts';
export type { Audit, AuditReport, ReportedFinding } from './types.ts';
