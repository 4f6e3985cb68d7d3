import { formatRatio } from '../../../kernel/index.ts';
import { ratioSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import {
  type MeasuredNode,
  measuredNodes,
  nodeEvidence,
  nodeName,
  plannedSubject,
} from '../../planned-statements.ts';
import type { Check } from '../../types.ts';
import { workMemSetting } from '../../work-memory.ts';

const settings = {
  minimumRatio: ratioSetting({
    key: 'diagnose.lossy-bitmap.minimum-ratio',
    summary: 'Share of lossy blocks in all heap blocks of a bitmap scan from which it is reported.',
    default: 0.1,
    source: 'pgsteward catalogue of checks; below it few rows are looked at in vain',
  }),
  warningTimeRatio: ratioSetting({
    key: 'diagnose.lossy-bitmap.warning-time-ratio',
    summary: "Share of the statement's time, taken by the scan, from which it is a warning.",
    default: 0.5,
    source: 'then the memory decides how long the statement takes',
  }),
  maximumFindings: maximumFindingsSetting('lossy-bitmap', 10),
};

/**
 * Memory of a page in a bitmap: its entry (48 bytes) and two pointers.
 * @source PostgreSQL src/backend/nodes/tidbitmap.c, tbm_calculate_entries
 */
const BYTES_PER_BLOCK = 64;

/** Finds bitmap scans that forgot which rows they wanted, because work_mem was too small for it. */
export const lossyBitmap: Check = defineCheck({
  id: 'diagnose/lossy-bitmap',
  title: 'Bitmaps too large for work_mem',
  needs: [],
  needsPlans: 'analyzed',
  source: 'PostgreSQL docs 14.1.2 "EXPLAIN ANALYZE", 19.4.1 work_mem; src/backend/nodes/tidbitmap.c',
  settings,
  run: ({ observation, values, threshold }) => {
    const findings = measuredNodes(observation)
      .filter((one) => lossyRatio(one) > values.minimumRatio)
      .toSorted((a, b) => b.share.totalRatio - a.share.totalRatio)
      .map((one) => {
        const { node, share, statement } = one;
        const isWarning = share.selfRatio >= values.warningTimeRatio;
        const blocks = (node.exactHeapBlocks ?? 0) + (node.lossyHeapBlocks ?? 0);
        return finding({
          severity: isWarning ? 'warning' : 'info',
          subject: plannedSubject(statement),
          title: `${nodeName(node)}: ${formatRatio(lossyRatio(one))} of its blocks are lossy, every row in them is checked again`,
          evidence: {
            lossyRatio: lossyRatio(one),
            lossyBlocksCount: node.lossyHeapBlocks,
            exactBlocksCount: node.exactHeapBlocks,
            recheckedInVainRows: node.rowsRemovedByRecheck,
            timeRatio: share.selfRatio,
            neededMemoryBytes: blocks * BYTES_PER_BLOCK,
            ...nodeEvidence(one),
          },
          threshold: threshold(isWarning ? 'warningTimeRatio' : 'minimumRatio'),
          remedy: `give the sessions that run it more memory: set work_mem = '${workMemSetting(blocks * BYTES_PER_BLOCK)}', or an index that selects fewer rows`,
        });
      });
    return capFindings(findings, values.maximumFindings);
  },
});

function lossyRatio({ node }: MeasuredNode): number {
  const { lossyHeapBlocks, exactHeapBlocks } = node;
  if (lossyHeapBlocks === null || lossyHeapBlocks === 0) return 0;
  return lossyHeapBlocks / (lossyHeapBlocks + (exactHeapBlocks ?? 0));
}
