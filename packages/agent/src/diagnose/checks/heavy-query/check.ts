import { formatRatio } from '../../../kernel/index.ts';
import type { StatementRow } from '../../../observe/index.ts';
import { bytesSetting, countSetting, durationSetting, ratioSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { minimumIntervalSetting } from '../../observed-since.ts';
import { statementEvidence, statementSubject, timeRatio } from '../../statement-finding.ts';
import { shortenStatement } from '../../statement-text.ts';
import { statementWindow } from '../../statement-window.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumRatio: ratioSetting({
    key: 'diagnose.heavy-query.minimum-ratio',
    summary: 'Share of the time, blocks or WAL of all statements from which one is heavy.',
    default: 0.05,
    source: 'few enough statements to look at one by one',
  }),
  minimumMs: durationSetting({
    key: 'diagnose.heavy-query.minimum-ms',
    summary: 'Total execution time below which a share of the time says nothing.',
    default: 1_000,
    source: 'in an idle database every statement has a large share of nothing',
  }),
  minimumBlocks: countSetting({
    key: 'diagnose.heavy-query.minimum-blocks-count',
    summary: 'Blocks read, dirtied or used in temporary files below which a share of them says nothing.',
    default: 10_000,
    source: 'about 80 MB',
  }),
  minimumWalBytes: bytesSetting({
    key: 'diagnose.heavy-query.minimum-wal-bytes',
    summary: 'WAL written below which a share of it says nothing.',
    default: 80 * 1024 ** 2,
    source: 'as much as the blocks',
  }),
  warningRatio: ratioSetting({
    key: 'diagnose.heavy-query.warning-ratio',
    summary: 'Share of the time from which a statement that also works wastefully is a warning.',
    default: 0.25,
    source: 'a quarter of the load hangs on it',
  }),
  warningCalls: countSetting({
    key: 'diagnose.heavy-query.warning-calls',
    summary: 'Calls from which a heavy statement can be a warning.',
    default: 50,
    source: 'a load or a migration runs once and is no part of the workload',
  }),
  wastefulMeanMs: durationSetting({
    key: 'diagnose.heavy-query.wasteful-mean-ms',
    summary: 'Mean execution time from which a heavy statement works wastefully.',
    default: 50,
    source: 'PgHero and Postgres MCP Pro: 20 to 50 ms',
  }),
  wastefulBlocksPerRow: countSetting({
    key: 'diagnose.heavy-query.wasteful-blocks-per-row-count',
    summary: 'Blocks touched for each row returned or changed from which a heavy statement works wastefully.',
    default: 100,
    source: 'an index needs three to five blocks to find a row',
  }),
  wastefulBlocks: countSetting({
    key: 'diagnose.heavy-query.wasteful-blocks-per-call-count',
    summary: 'Blocks touched by a call below which it is never wasteful.',
    default: 1_000,
    source: 'about 8 MB; smaller aggregates read many blocks for one row and harm nobody',
  }),
  minimumInterval: minimumIntervalSetting,
  maximumFindings: maximumFindingsSetting('heavy-query', 20),
};

type Values = { readonly [K in keyof typeof settings]: number };

interface Resource {
  /** Name of the ratio in the evidence. */
  readonly ratio: string;
  /** What it is a share of. */
  readonly what: string;
  readonly of: (row: StatementRow) => number;
  readonly minimum: keyof Values;
}

const RESOURCES: readonly Resource[] = [
  { ratio: 'totalTimeRatio', what: 'the time', of: (row) => row.totalMs, minimum: 'minimumMs' },
  {
    ratio: 'blocksReadRatio',
    what: 'the blocks read',
    of: (row) => row.sharedBlocksRead,
    minimum: 'minimumBlocks',
  },
  {
    ratio: 'blocksDirtiedRatio',
    what: 'the blocks dirtied',
    of: (row) => row.sharedBlocksDirtied,
    minimum: 'minimumBlocks',
  },
  {
    ratio: 'temporaryBlocksRatio',
    what: 'the temporary blocks',
    of: (row) => row.tempBlocksRead + row.tempBlocksWritten,
    minimum: 'minimumBlocks',
  },
  { ratio: 'walRatio', what: 'the WAL', of: (row) => row.walBytes, minimum: 'minimumWalBytes' },
];

/** Finds statements with a large share of what all statements use. */
export const heavyQuery: Check = defineCheck({
  id: 'diagnose/heavy-query',
  title: 'Heavy statements',
  needs: ['statements'],
  source: 'PostgreSQL docs F.32 "pg_stat_statements"',
  settings,
  run: ({ sections, values, threshold, observation }) => {
    const window = statementWindow(observation, sections.statements, values.minimumInterval);
    const totals = RESOURCES.map((resource) => window.rows.reduce((sum, row) => sum + resource.of(row), 0));
    const findings = window.rows
      .map((row) => ({ row, shares: sharesOf(row, totals) }))
      .flatMap(({ row, shares }) => {
        const heavy = shares.filter(
          ({ ratio, resource }) =>
            ratio >= values.minimumRatio && resource.of(row) >= values[resource.minimum],
        );
        const [most] = heavy.toSorted((a, b) => b.ratio - a.ratio);
        if (most === undefined) return [];
        const isWarning = timeRatio(row, window) >= values.warningRatio && isWasteful(row, values);
        const blocksPerCallCount = blocksOf(row) / row.calls;
        return finding({
          severity: isWarning ? 'warning' : 'info',
          subject: statementSubject(row),
          title: `${formatRatio(most.ratio)} of ${most.resource.what} of all statements: ${shortenStatement(row.query)}`,
          evidence: {
            ...statementEvidence(row, window),
            ...Object.fromEntries(shares.map(({ ratio, resource }) => [resource.ratio, ratio])),
            blocksPerCallCount,
            blocksPerRowCount: row.rows === 0 ? null : blocksOf(row) / row.rows,
          },
          threshold: threshold(isWarning ? 'warningRatio' : 'minimumRatio'),
          remedy: isWarning
            ? 'read its plan (explain (analyze, buffers)): it touches far more than it returns'
            : 'make this one cheaper, or call it less often, before any other: it has the most to give',
        });
      })
      .toSorted((a, b) => Number(b.severity === 'warning') - Number(a.severity === 'warning'));
    return capFindings(findings, values.maximumFindings);
  },
});

function sharesOf(row: StatementRow, totals: readonly number[]) {
  return RESOURCES.map((resource, index) => {
    const all = totals[index] ?? 0;
    return { resource, ratio: all === 0 ? 0 : resource.of(row) / all };
  });
}

/** Slow, or touching many blocks for each row; that something weighs most is no fault in itself. */
function isWasteful(row: StatementRow, values: Values): boolean {
  if (row.calls < values.warningCalls) return false;
  const blocksPerCall = blocksOf(row) / row.calls;
  const blocksPerRow = blocksOf(row) / Math.max(row.rows, row.calls);
  return (
    row.meanMs >= values.wastefulMeanMs ||
    (blocksPerCall >= values.wastefulBlocks && blocksPerRow >= values.wastefulBlocksPerRow)
  );
}

function blocksOf(row: StatementRow): number {
  return row.sharedBlocksHit + row.sharedBlocksRead;
}
