import type { CacheCandidate } from '../../advise/index.ts';
import { formatDuration, formatRatio } from '../../kernel/index.ts';
import { shortenStatement } from '../fit-text.ts';
import { codeBlock, codeInTable, escapeMarkdown } from '../markdown/escape.ts';
import { markdownTable } from '../markdown/table.ts';
import {
  ALTERNATIVES,
  describeCachingWorkload,
  describeCondition,
  describeSaving,
  formatCalls,
  INVALIDATIONS,
} from './describe.ts';
import type { CacheAdviceReport } from './types.ts';

const STATEMENT_WIDTH = 120;

/** Renders the advice on caching as GitHub's Markdown, for a pull request or a ticket. */
export function renderCacheAdviceMarkdown(report: CacheAdviceReport): string {
  const { target, candidates, alternatives, refusals, unavailable } = report;
  const parts = [
    `# What to cache of ${escapeMarkdown(target.name)}`,
    `PostgreSQL ${escapeMarkdown(target.serverVersion)}, database ${escapeMarkdown(target.database)}; ${describeCachingWorkload(report)}.`,
    ...(candidates.length === 0 ? ['No statement asks to be cached.'] : [summaryTable(candidates)]),
    ...candidates.flatMap((one, index) => [
      `## ${index + 1}. ${escapeMarkdown(shortenStatement(one.sql, STATEMENT_WIDTH))}`,
      [describeSaving(one), one.why, one.staleness, describeCondition(one)]
        .flatMap((text) => (text === null ? [] : [`- ${escapeMarkdown(text)}`]))
        .concat(one.assumptions.map((text) => `- assumed: ${escapeMarkdown(text)}`))
        .join('\n'),
      codeBlock(one.snippet, 'ts'),
    ]),
    ...(alternatives.length === 0
      ? []
      : [
          '## Served better by something else',
          markdownTable(
            [{ head: 'Statement' }, { head: 'by' }, { head: 'Why' }, { head: 'What to do' }],
            alternatives.map((one) => [
              codeInTable(shortenStatement(one.sql, STATEMENT_WIDTH)),
              ALTERNATIVES[one.kind],
              escapeMarkdown(one.why),
              codeInTable(one.remedy),
            ]),
          ),
        ]),
    ...(refusals.length === 0
      ? []
      : [
          '## Better not cached',
          markdownTable(
            [{ head: 'Statement' }, { head: 'Time', align: 'right' }, { head: 'Why' }],
            refusals.map((one) => [
              codeInTable(shortenStatement(one.sql, STATEMENT_WIDTH)),
              formatRatio(one.timeRatio),
              escapeMarkdown(one.why),
            ]),
          ),
        ]),
    ...unavailable.map((gap) => `- ${escapeMarkdown(gap.reason)}: ${escapeMarkdown(gap.remedy)}`),
  ];
  return `${parts.join('\n\n')}\n`;
}

function summaryTable(candidates: readonly CacheCandidate[]): string {
  return markdownTable(
    [
      { head: 'Statement' },
      { head: 'Saves', align: 'right' },
      { head: 'Hits', align: 'right' },
      { head: 'Calls/day', align: 'right' },
      { head: 'Mean', align: 'right' },
      { head: 'Ends by' },
      { head: 'TTL', align: 'right' },
    ],
    candidates.map((one) => [
      codeInTable(shortenStatement(one.sql, STATEMENT_WIDTH)),
      formatRatio(one.savedRatio),
      formatHits(one),
      formatCalls(one.callsPerDay),
      formatDuration(one.meanMs),
      INVALIDATIONS[one.invalidation],
      formatDuration(one.ttlMs),
    ]),
  );
}

/** `96 %`, or its bounds where it lies between some. */
function formatHits({ lowHitRatio, highHitRatio }: CacheCandidate): string {
  const [low, high] = [formatRatio(lowHitRatio), formatRatio(highHitRatio)];
  return low === high ? high : `${low} to ${high}`;
}
