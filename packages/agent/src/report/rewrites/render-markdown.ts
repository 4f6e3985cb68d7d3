import { countOf, formatDuration } from '../../kernel/index.ts';
import { codeBlock, escapeMarkdown } from '../markdown/escape.ts';
import { describeCheck, describeCost, describeExactness, isOffered, isWithdrawn } from './describe.ts';
import type { AdvisedRewrite, QueryAdviceReport, RewrittenQuery } from './types.ts';

/** Renders the advice on statements as GitHub's Markdown, for a pull request or a ticket. */
export function renderQueryAdviceMarkdown(report: QueryAdviceReport): string {
  const { target, planner, statements } = report;
  const shown = statements.filter(({ rewrites }) =>
    rewrites.some((one) => isOffered(one) || isWithdrawn(one)),
  );
  const parts = [
    `# Rewrites for ${escapeMarkdown(target.name)}`,
    `PostgreSQL ${escapeMarkdown(target.serverVersion)}, database ${escapeMarkdown(target.database)}; ${countOf(report.statementsCount, 'statement')} looked at, planned by a ${planner.provider}.`,
    ...(shown.length === 0 ? ['No rewrite would make them cheaper.'] : []),
    ...shown.flatMap(renderQuery),
    ...report.unavailable.map((gap) => `- ${escapeMarkdown(gap.reason)}: ${escapeMarkdown(gap.remedy)}`),
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderQuery(query: RewrittenQuery): readonly string[] {
  const counted =
    query.calls === null || query.totalMs === null
      ? ''
      : `: ${formatDuration(query.totalMs)} in ${countOf(query.calls, 'call')}`;
  return [
    `## ${escapeMarkdown(query.id)}${counted}`,
    codeBlock(query.sql),
    ...query.rewrites.filter((one) => isOffered(one) || isWithdrawn(one)).flatMap(renderRewrite),
  ];
}

function renderRewrite(rewrite: AdvisedRewrite): readonly string[] {
  const facts = [
    describeExactness(rewrite),
    rewrite.changes,
    rewrite.why,
    ...describeCheck(rewrite),
    rewrite.rule,
  ];
  return [
    `### ${escapeMarkdown(rewrite.title)}: ${escapeMarkdown(describeCost(rewrite))}`,
    facts.map((fact) => `- ${escapeMarkdown(fact)}`).join('\n'),
    ...(isWithdrawn(rewrite) ? [] : [codeBlock(rewrite.sql)]),
  ];
}
