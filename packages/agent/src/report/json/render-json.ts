import type { Proposal } from '../../advise/index.ts';
import type { AuditReport, ReportedFinding } from '../types.ts';

/** How JSON is laid out. */
export interface JsonOptions {
  /** One line instead of two-space indentation. */
  readonly isCompact?: boolean;
}

/**
 * Renders a report as JSON of the schema `pgsteward/audit@1`: property order fixed, evidence in the order of
 * the check. Reading it back with {@link auditSchema} gives the report again.
 */
export function renderJson(report: AuditReport, options: JsonOptions = {}): string {
  const { name, serverVersion, database } = report.target;
  const { statements, databaseMs } = report.selfLoad;
  const ordered = {
    schema: report.schema,
    target: { name, serverVersion, database },
    startedAt: report.startedAt,
    durationMs: report.durationMs,
    selfLoad: { statements, databaseMs },
    findings: report.findings.map(orderFinding),
    proposals: report.proposals.map(orderProposal),
    objectives: report.objectives.map(({ id, target, actual, unit, met, method }) => ({
      id,
      target,
      actual,
      unit,
      met,
      method,
    })),
    unavailable: report.unavailable.map(({ id, reason, remedy }) => ({ id, reason, remedy })),
  };
  return options.isCompact === true ? JSON.stringify(ordered) : JSON.stringify(ordered, null, 2);
}

/** Undefined fields are left out by JSON.stringify itself. */
function orderFinding(finding: ReportedFinding): object {
  const { kind, schema, name, column, queryId } = finding.subject;
  return {
    id: finding.id,
    severity: finding.severity,
    subject: { kind, schema, name, column, queryId },
    title: finding.title,
    evidence: finding.evidence,
    threshold: { key: finding.threshold.key, value: finding.threshold.value },
    remedy: finding.remedy,
    source: finding.source,
    proposals: finding.proposals,
    docs: finding.docs,
  };
}

function orderProposal(proposal: Proposal): object {
  const { metric, before, after, unit, method } = proposal.effect;
  return {
    id: proposal.id,
    kind: proposal.kind,
    title: proposal.title,
    do: proposal.do,
    undo: proposal.undo,
    ...(proposal.afterwards === undefined ? {} : { afterwards: proposal.afterwards }),
    effect: { metric, before, after, unit, method },
    risk: { level: proposal.risk.level, why: proposal.risk.why },
    findings: proposal.findings,
  };
}
