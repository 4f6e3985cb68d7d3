import { displayName, formatRatio } from '../../../kernel/index.ts';
import type { TableFacts } from '../../../observe/index.ts';
import { countSetting, ratioSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { type Family, tableFamilies, total } from '../../partition-families.ts';
import type { Check } from '../../types.ts';

const settings = {
  toastRatio: ratioSetting({
    key: 'diagnose.wide-row-toast.toast-ratio',
    summary: 'Share of TOAST among the blocks used of a table above which it is reported.',
    default: 0.5,
    source: 'catalogue of checks: more than half of the blocks',
  }),
  minimumBlocks: countSetting({
    key: 'diagnose.wide-row-toast.minimum-blocks-count',
    summary: 'Fewest TOAST blocks used from which the share says something.',
    default: 1_000,
    source: '8 MB: less is no load',
  }),
  hotBlocks: countSetting({
    key: 'diagnose.wide-row-toast.hot-blocks-count',
    summary: 'TOAST blocks used from which it may be a warning; fewer are only mentioned.',
    default: 10_000,
    source: '80 MB',
  }),
  missRatio: ratioSetting({
    key: 'diagnose.wide-row-toast.miss-ratio',
    summary: 'Share of the TOAST blocks that came from disk from which it is a warning.',
    default: 0.1,
    source: 'what shared buffers hold costs processor time, what they do not costs reads',
  }),
  maximumFindings: maximumFindingsSetting('wide-row-toast', 20),
};

/** Finds tables whose reads go mostly to values stored out of line. */
export const wideRowToast: Check = defineCheck({
  id: 'diagnose/wide-row-toast',
  title: 'Reads dominated by TOAST',
  needs: ['tables'],
  source: 'PostgreSQL docs 66.2 "TOAST", 27.2.22 "pg_statio_all_tables"',
  settings,
  run: ({ sections, values, threshold }) => {
    const drafts = tableFamilies(sections.tables)
      .map((family) => ({ family, use: useOf(family) }))
      .filter(({ use }) => use.toastBlocks >= values.minimumBlocks && use.toastRatio > values.toastRatio)
      // Storing a value uses its blocks too: a table that was only loaded is not read.
      .filter(({ use }) => use.readRows >= use.writtenRows)
      .toSorted((a, b) => b.use.toastBlocks - a.use.toastBlocks)
      .map(({ family: { root }, use }) => {
        const isHot = use.toastBlocks >= values.hotBlocks && use.missRatio >= values.missRatio;
        return finding({
          severity: isHot ? 'warning' : 'info',
          subject: { kind: 'table', schema: root.schema, name: root.name },
          title: `${displayName(root.schema, root.name)}: ${formatRatio(use.toastRatio)} of the blocks used hold values stored out of line`,
          evidence: {
            toastRatio: use.toastRatio,
            toastBlocksCount: use.toastBlocks,
            heapBlocksCount: use.heapBlocks,
            toastMissRatio: use.missRatio,
            toastBytes: use.toastBytes,
            readRows: use.readRows,
            writtenRows: use.writtenRows,
          },
          threshold: threshold('toastRatio'),
          remedy:
            'select only the columns that are needed (no select *), and move wide columns that few queries read into a table of their own; lz4 compression (default_toast_compression) makes those that stay cheaper to read',
        });
      });
    return capFindings(drafts, values.maximumFindings);
  },
});

interface ToastUse {
  readonly toastBlocks: number;
  readonly heapBlocks: number;
  readonly toastRatio: number;
  /** Share of the TOAST blocks that were not in shared buffers. */
  readonly missRatio: number;
  readonly toastBytes: number;
  readonly readRows: number;
  readonly writtenRows: number;
}

function useOf(family: Family<TableFacts>): ToastUse {
  const toastRead = total(family, (table) => table.toastBlocksRead);
  const toastBlocks = toastRead + total(family, (table) => table.toastBlocksHit);
  const heapBlocks = total(family, (table) => table.heapBlocksRead + table.heapBlocksHit);
  return {
    toastBlocks,
    heapBlocks,
    toastRatio: toastBlocks / Math.max(1, toastBlocks + heapBlocks),
    missRatio: toastRead / Math.max(1, toastBlocks),
    toastBytes: total(family, (table) => table.toastBytes),
    readRows: total(family, (table) => table.sequentialRowsRead + table.indexRowsFetched),
    writtenRows: total(family, (table) => table.insertedRows + table.updatedRows),
  };
}
