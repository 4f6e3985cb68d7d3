import { countOf, formatCount, formatDuration, formatRatio } from '../../kernel/index.ts';
import { shortenStatement } from '../fit-text.ts';
import { codeBlock, codeInTable, escapeMarkdown } from '../markdown/escape.ts';
import { markdownTable } from '../markdown/table.ts';
import { changedStatements, describeBudget, summarizeAdvice } from './summary.ts';
import type { IndexReport } from './types.ts';

const STATEMENT_WIDTH = 120;

/** Renders the index advice as GitHub's Markdown, for a pull request or a ticket. */
export function renderIndexesMarkdown(report: IndexReport): string {
  const { target, planner, advice, workload } = report;
  const summary = summarizeAdvice(report);
  const parts = [
    `# Index advice for ${escapeMarkdown(target.name)}`,
    `PostgreSQL ${escapeMarkdown(target.serverVersion)}, database ${escapeMarkdown(target.database)}; ${countOf(workload.statements, 'statement')}, ${countOf(advice.calls, 'plan')} by ${planner.provider} in ${formatDuration(report.durationMs)}.`,
    `**It ${summary.headline}**${advice.indexes.length === 0 ? '' : ` with ${describeBudget(report, summary.newBytes)}`}${summary.bound === null ? '' : `; ${summary.bound}`} (${summary.ending}).`,
    ...report.proposals.map((proposal) =>
      [
        `## ${escapeMarkdown(proposal.title)}`,
        codeBlock(proposal.do.join('\n')),
        `Risk: ${proposal.risk.level}, ${escapeMarkdown(proposal.risk.why)}.`,
        ...(proposal.undo.length === 0 ? [] : ['Undo:', codeBlock(proposal.undo.join('\n'))]),
        ...(proposal.afterwards ?? []).flatMap(({ what, sql }) => [
          `${escapeMarkdown(what)}:`,
          codeBlock(sql),
        ]),
      ].join('\n\n'),
    ),
    ...statementTable(report),
    ...report.unavailable.map((gap) => `- ${escapeMarkdown(gap.reason)}: ${escapeMarkdown(gap.remedy)}`),
  ];
  return `${parts.join('\n\n')}\n`;
}

function statementTable(report: IndexReport): readonly string[] {
  const changed = changedStatements(report);
  if (changed.length === 0) return [];
  const columns = [
    { head: 'Statement' },
    { head: 'Cost before', align: 'right' },
    { head: 'after', align: 'right' },
    { head: 'saved', align: 'right' },
    { head: 'Indexes' },
  ] as const;
  const rows = changed.map((one) => [
    codeInTable(shortenStatement(one.sql, STATEMENT_WIDTH)),
    formatCount(Math.round(one.beforeCost)),
    formatCount(Math.round(one.afterCost)),
    formatRatio(one.beforeCost === 0 ? 0 : 1 - one.afterCost / one.beforeCost),
    one.indexes.map(codeInTable).join(', '),
  ]);
  return ['## Statements', markdownTable(columns, rows)];
}
