import * as z from 'zod';
import { type FindingRow, readStoredFindings, type StoredFindings, score } from '../../../app/index.ts';
import { countOf } from '../../../kernel/index.ts';
import { renderReportMarkdown } from '../../../report/index.ts';
import { defineTool } from '../define-tool.ts';
import { target, targetOf } from '../inputs.ts';
import { event, finding, objective, unavailable } from '../outputs.ts';
import type { McpSource, McpTarget, Tool } from '../types.ts';

const SEVERITIES = ['critical', 'warning', 'info'] as const;
const TOP_FINDINGS = 5;
/** What is said of a target before the first whole look. */
export const NO_LOOK =
  'Nothing was looked at yet: `pgsteward serve` keeps watch, or wait for its first whole look';

/** Lists what may be asked about. */
export const listTargets: Tool = defineTool({
  name: 'list_targets',
  title: 'Targets',
  description: 'Databases under care, with their worst findings counted. Start here.',
  input: {},
  output: {
    targets: z.array(
      z.object({
        name: z.string(),
        address: z.string(),
        serverVersion: z.string().nullable(),
        takenAtMs: z.number().nullable().describe('Last whole look; null before the first'),
        critical: z.number(),
        warning: z.number(),
        info: z.number(),
      }),
    ),
  },
  list: 'targets',
  async run(_, { source }) {
    const targets = await Promise.all(
      source.targets.map(async ({ connection, settings }) => {
        const { view, report } = await findingsOf(source, { connection, settings });
        return {
          name: connection.name,
          address: connection.address,
          serverVersion: report?.target.serverVersion ?? null,
          takenAtMs: view.takenAtMs,
          ...countsOf(view.findings),
        };
      }),
    );
    return {
      headline: countOf(targets.length, 'target'),
      target: null,
      data: { targets },
      next: 'get_health',
    };
  },
});

/** Says how a target stands. */
export const getHealth: Tool = defineTool({
  name: 'get_health',
  title: 'Health',
  description: 'Score, objectives with their error budgets, and the worst findings of one target.',
  input: { target },
  output: {
    takenAtMs: z.number().nullable(),
    score: z.number().nullable().describe('0 to 100'),
    reasons: z.array(z.object({ text: z.string(), points: z.number() })).describe('What takes points off'),
    critical: z.number(),
    warning: z.number(),
    info: z.number(),
    objectives: z.array(objective),
    worst: z.array(finding),
    unavailableCount: z.number().describe('Checks that could not look'),
  },
  list: 'worst',
  async run(given, { source }) {
    const one = targetOf(source, given.target);
    const { view } = await findingsOf(source, one);
    const scored = score(view, null);
    return {
      headline: scored.score === null ? NO_LOOK : `Score ${scored.score} of 100`,
      target: one.connection.name,
      data: {
        ...scored,
        takenAtMs: view.takenAtMs,
        ...countsOf(view.findings),
        objectives: view.objectives,
        worst: view.findings.slice(0, TOP_FINDINGS),
        unavailableCount: view.unavailable.length,
      },
      next: 'list_findings for all of them, top_queries for what costs most',
    };
  },
});

/** Lists findings. */
export const listFindings: Tool = defineTool({
  name: 'list_findings',
  title: 'Findings',
  description:
    'What holds a target back: evidence, threshold, remedy as SQL with its undo; what came and went in the last week.',
  input: {
    target,
    severity: z.enum(SEVERITIES).optional().describe('Only this one'),
    subject: z.string().max(300).optional().describe('Part of the name of what it is about'),
  },
  output: {
    takenAtMs: z.number().nullable(),
    findings: z.array(finding),
    unavailable: z.array(unavailable),
    changes: z.array(event),
  },
  list: 'findings',
  async run(given, { source }) {
    const one = targetOf(source, given.target);
    const { view } = await findingsOf(source, one);
    const findings = view.findings.filter(
      ({ severity, subject }) =>
        (given.severity === undefined || severity === given.severity) &&
        subject.includes(given.subject ?? ''),
    );
    const changes = view.changes.slice(-20);
    return {
      headline: view.takenAtMs === null ? NO_LOOK : countOf(findings.length, 'finding'),
      target: one.connection.name,
      data: { ...view, findings, changes },
      next: 'propose_change with the SQL of a remedy',
    };
  },
});

/** Gives the latest audit. */
export const getReport: Tool = defineTool({
  name: 'get_report',
  title: 'Report',
  description: 'The latest audit of a target as Markdown, for a person.',
  input: { target },
  output: { takenAtMs: z.number().nullable(), markdown: z.string() },
  list: 'markdown',
  async run(given, { source }) {
    const one = targetOf(source, given.target);
    const stored = await findingsOf(source, one);
    const data = { takenAtMs: stored.view.takenAtMs, markdown: reportOf(stored) };
    return { headline: stored.report === null ? NO_LOOK : 'Report', target: one.connection.name, data };
  },
});

/** Reviews the settings of the server. */
export const getSettingsReview: Tool = defineTool({
  name: 'get_settings_review',
  title: 'Settings review',
  description: 'Findings about server settings (memory, WAL, autovacuum, planner), each with its evidence.',
  input: { target },
  output: { takenAtMs: z.number().nullable(), findings: z.array(finding) },
  list: 'findings',
  async run(given, { source }) {
    const one = targetOf(source, given.target);
    const { view } = await findingsOf(source, one);
    const findings = view.findings.filter(({ subjectKind }) => subjectKind === 'setting');
    return {
      headline: view.takenAtMs === null ? NO_LOOK : `${countOf(findings.length, 'finding')} about settings`,
      target: one.connection.name,
      data: { takenAtMs: view.takenAtMs, findings },
    };
  },
});

/** Reads what was last found out about a target. */
export function findingsOf(
  { store, clock }: McpSource,
  { connection, settings }: McpTarget,
): Promise<StoredFindings> {
  return readStoredFindings(store, connection.name, { settings, nowMs: clock.now().getTime() });
}

/** Gives the latest report as Markdown. */
export function reportOf({ report }: StoredFindings): string {
  return report === null ? `${NO_LOOK}.\n` : renderReportMarkdown(report);
}

/** Counts findings by severity. */
export function countsOf(
  findings: readonly FindingRow[],
): Readonly<Record<(typeof SEVERITIES)[number], number>> {
  const count = (wanted: string): number => findings.filter(({ severity }) => severity === wanted).length;
  return { critical: count('critical'), warning: count('warning'), info: count('info') };
}
