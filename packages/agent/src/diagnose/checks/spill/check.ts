import { formatBytes, formatCount } from '../../../kernel/index.ts';
import type { StatementRow } from '../../../observe/index.ts';
import { bytesSetting, countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { minimumIntervalSetting } from '../../observed-since.ts';
import {
  measuredNodes,
  measuredPlans,
  nodeEvidence,
  nodeName,
  plannedSubject,
  statementsBlindSpot,
} from '../../planned-statements.ts';
import { BLOCK_BYTES, statementEvidence, statementSubject } from '../../statement-finding.ts';
import { shortenStatement } from '../../statement-text.ts';
import { statementWindow } from '../../statement-window.ts';
import type { Check } from '../../types.ts';
import { memoryForSpill, workMemSetting } from '../../work-memory.ts';

const settings = {
  minimumBytes: bytesSetting({
    key: 'diagnose.spill.minimum-bytes',
    summary: 'Temporary files that a statement must have written, all calls together.',
    default: 1,
    source: 'any spill of a statement that matters is worth knowing',
  }),
  warningBytes: bytesSetting({
    key: 'diagnose.spill.warning-bytes',
    summary: 'Temporary files written from which it is a warning.',
    default: 100 * 1024 ** 2,
    source: 'less stays in the cache of the operating system',
  }),
  warningCalls: countSetting({
    key: 'diagnose.spill.warning-calls',
    summary: 'Calls below which a statement that spills is only mentioned.',
    default: 5,
    source: 'a load or a migration runs once and is no part of the workload',
  }),
  topStatements: countSetting({
    key: 'diagnose.spill.top-statements-count',
    summary: 'Statements with the longest total time that are looked at.',
    default: 200,
    minimum: 1,
    source: 'below them a spill costs nothing that anyone would notice',
  }),
  minimumInterval: minimumIntervalSetting,
  maximumFindings: maximumFindingsSetting('spill', 20),
};

/** Finds statements whose sorts, hashes or intermediate results did not fit in work_mem. */
export const spill: Check = defineCheck({
  id: 'diagnose/spill',
  title: 'Sorts and hashes on disk',
  judgesStatements: 'measured',
  needs: [],
  source: 'PostgreSQL docs F.32 "pg_stat_statements": temp_blks_written; 19.4.1 work_mem',
  settings,
  run: ({ values, threshold, observation, snapshot }) => {
    const blind = statementsBlindSpot(observation);
    if (blind !== null && measuredPlans(observation).length === 0) return [blind];
    const { serverSettings, statements } = snapshot.sections;
    const recorded = statements.status === 'ok' ? statements.data : [];
    const window = statementWindow(observation, recorded, values.minimumInterval);
    const workMem =
      serverSettings.status === 'ok' ? (serverSettings.data.get('work_mem')?.number ?? null) : null;
    const ofRecorded = window.rows
      .slice(0, values.topStatements)
      .filter((row) => writtenBytes(row) >= values.minimumBytes)
      .toSorted((a, b) => writtenBytes(b) - writtenBytes(a))
      .map((row) => {
        const temporaryBytes = writtenBytes(row);
        const perCallBytes = temporaryBytes / row.calls;
        const isWarning = temporaryBytes >= values.warningBytes && row.calls >= values.warningCalls;
        return finding({
          severity: isWarning ? 'warning' : 'info',
          subject: statementSubject(row),
          title: `${formatBytes(perCallBytes)} of temporary files per call, ${formatCount(row.calls)} calls: ${shortenStatement(row.query)}`,
          evidence: {
            ...statementEvidence(row, window),
            temporaryBytes,
            temporaryPerCallBytes: perCallBytes,
            workMemBytes: workMem,
          },
          threshold: threshold(isWarning ? 'warningBytes' : 'minimumBytes'),
          remedy: remedyFor(perCallBytes, workMem),
        });
      });
    const ofNodes = measuredNodes(observation)
      .filter(({ node }) => (node.spilledBytes ?? 0) >= values.minimumBytes)
      .toSorted((a, b) => (b.node.spilledBytes ?? 0) - (a.node.spilledBytes ?? 0))
      .map((one) => {
        const temporaryBytes = one.node.spilledBytes ?? 0;
        return finding({
          severity: temporaryBytes >= values.warningBytes ? 'warning' : 'info',
          subject: plannedSubject(one.statement),
          title: `${nodeName(one.node)}: ${formatBytes(temporaryBytes)} written to disk, it did not fit in work_mem`,
          evidence: {
            temporaryBytes,
            timeRatio: one.share.selfRatio,
            workMemBytes: workMem,
            ...nodeEvidence(one),
          },
          threshold: threshold(temporaryBytes >= values.warningBytes ? 'warningBytes' : 'minimumBytes'),
          remedy: remedyFor(temporaryBytes, workMem),
        });
      });
    return capFindings([...ofNodes, ...ofRecorded], values.maximumFindings);
  },
});

function writtenBytes(row: StatementRow): number {
  return row.tempBlocksWritten * BLOCK_BYTES;
}

/** More than this per node is asking for trouble on most machines. */
const MOST_WORK_MEM = 256 * 1024 ** 2;

function remedyFor(perCallBytes: number, workMem: number | null): string {
  const needed = Math.max(workMem ?? 0, memoryForSpill(perCallBytes));
  if (needed > MOST_WORK_MEM) {
    return 'sort or join fewer rows (an index in the order that it needs, an earlier filter): no sensible work_mem holds this';
  }
  return `give the sessions that run it more memory: set work_mem = '${workMemSetting(needed)}' (per sort or hash, so not for every session), or spare the sort with an index in its order`;
}
