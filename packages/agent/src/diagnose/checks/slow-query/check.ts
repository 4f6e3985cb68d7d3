import { formatCount, formatDuration } from '../../../kernel/index.ts';
import type { StatementRow } from '../../../observe/index.ts';
import { countSetting, durationSetting, ratioSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { minimumIntervalSetting } from '../../observed-since.ts';
import { statementEvidence, statementSubject, timeRatio } from '../../statement-finding.ts';
import { shortenStatement } from '../../statement-text.ts';
import { type StatementWindow, statementWindow } from '../../statement-window.ts';
import type { Check, Severity } from '../../types.ts';

const settings = {
  meanMs: durationSetting({
    key: 'diagnose.slow-query.mean-ms',
    summary: 'Mean execution time from which a statement is slow.',
    default: 1_000,
    source: 'reference specification: slow means more than 1000 ms on average',
  }),
  criticalMs: durationSetting({
    key: 'diagnose.slow-query.critical-ms',
    summary: 'Mean execution time from which a slow statement is critical.',
    default: 10_000,
    source: 'ten times the threshold of the reference specification',
  }),
  minimumCalls: countSetting({
    key: 'diagnose.slow-query.minimum-calls',
    summary: 'Calls below which a slow statement is only mentioned.',
    default: 5,
    source: 'a load or a migration runs once and is no part of the workload',
  }),
  frequentMeanMs: durationSetting({
    key: 'diagnose.slow-query.frequent-mean-ms',
    summary: 'Mean execution time from which a statement that runs often and weighs much is slow.',
    default: 50,
    source: 'PgHero and Postgres MCP Pro: 20 to 50 ms',
  }),
  frequentCalls: countSetting({
    key: 'diagnose.slow-query.frequent-calls',
    summary: 'Calls from which a statement runs often.',
    default: 50,
    source: 'PgHero: 100 calls; Postgres MCP Pro: 50',
  }),
  frequentRatio: ratioSetting({
    key: 'diagnose.slow-query.frequent-ratio',
    summary: 'Share of the execution time of all statements from which one weighs much.',
    default: 0.01,
    source: 'below it the whole statement is not worth an hour of work',
  }),
  minimumInterval: minimumIntervalSetting,
  maximumFindings: maximumFindingsSetting('slow-query', 20),
};

interface Slow {
  readonly row: StatementRow;
  readonly severity: Severity;
  readonly rule: 'meanMs' | 'criticalMs' | 'frequentMeanMs';
}

const RANK: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

/** Finds statements that are slow on average. */
export const slowQuery: Check = defineCheck({
  id: 'diagnose/slow-query',
  title: 'Slow statements',
  needs: ['statements'],
  source: 'PostgreSQL docs F.32 "pg_stat_statements": mean_exec_time',
  settings,
  run: ({ sections, values, threshold, observation }) => {
    const window = statementWindow(observation, sections.statements, values.minimumInterval);
    const slow = window.rows
      .flatMap((row): readonly Slow[] => grade(row, window, values))
      .toSorted((a, b) => RANK[a.severity] - RANK[b.severity]);
    const findings = slow.map(({ row, severity, rule }) =>
      finding({
        severity,
        subject: statementSubject(row),
        title: `${formatDuration(row.meanMs)} on average, ${formatCount(row.calls)} calls: ${shortenStatement(row.query)}`,
        evidence: {
          ...statementEvidence(row, window),
          maxMs: row.maxMs,
          stddevMs: row.stddevMs,
          blocksPerCallCount: (row.sharedBlocksHit + row.sharedBlocksRead) / row.calls,
        },
        threshold: threshold(rule),
        remedy: isWaiting(row) ? findTheWait(row) : readThePlan(row),
      }),
    );
    return capFindings(findings, values.maximumFindings);
  },
});

/** Time in which even a disk that seeks gives a block, and a processor handles a row many times over. */
const LONGEST_BLOCK_MS = 10;

/** Whether the blocks and rows of a call cannot account for its time. */
function isWaiting(row: StatementRow): boolean {
  const { calls, meanMs, sharedBlocksHit, sharedBlocksRead, tempBlocksRead, tempBlocksWritten, rows } = row;
  const work = sharedBlocksHit + sharedBlocksRead + tempBlocksRead + tempBlocksWritten + rows;
  return meanMs > (work / calls) * LONGEST_BLOCK_MS;
}

function findTheWait(row: StatementRow): string {
  const blocks = formatCount((row.sharedBlocksHit + row.sharedBlocksRead) / row.calls);
  return `a call touches ${blocks} blocks only, far too few for its time: it waits, mostly for a lock that another transaction holds; find the holder in diagnose/blocking-chain while it lasts, afterwards in the load by wait event (pgsteward serve) or in the log with log_lock_waits = on`;
}

function readThePlan(row: StatementRow): string {
  return `read its plan (explain (analyze, buffers)) with values that it was really called with, and look for scans that read many more rows than the ${formatCount(row.rows / row.calls)} that a call returns or changes`;
}

type Values = { readonly [K in keyof typeof settings]: number };

function grade(row: StatementRow, window: StatementWindow, values: Values): readonly Slow[] {
  if (row.meanMs >= values.meanMs) {
    if (row.calls < values.minimumCalls) return [{ row, severity: 'info', rule: 'meanMs' }];
    const isCritical = row.meanMs >= values.criticalMs;
    return [
      isCritical
        ? { row, severity: 'critical', rule: 'criticalMs' }
        : { row, severity: 'warning', rule: 'meanMs' },
    ];
  }
  const isSlow =
    row.meanMs >= values.frequentMeanMs &&
    row.calls >= values.frequentCalls &&
    timeRatio(row, window) >= values.frequentRatio;
  return isSlow ? [{ row, severity: 'warning', rule: 'frequentMeanMs' }] : [];
}
