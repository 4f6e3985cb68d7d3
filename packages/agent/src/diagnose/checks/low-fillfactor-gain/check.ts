import { displayName, formatRatio, quoteQualified } from '../../../kernel/index.ts';
import type { TableFacts } from '../../../observe/index.ts';
import { countSetting, ratioSetting } from '../../../settings/index.ts';
import { describeWorst, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { hotSettings, updateProfile } from '../../hot-updates.ts';
import { tableFamilies } from '../../partition-families.ts';
import { statisticsWindow } from '../../statistics-window.ts';
import { rowsOf } from '../../table-rows.ts';
import type { Check } from '../../types.ts';

const settings = {
  ...hotSettings('low-fillfactor-gain'),
  minimumUpdates: countSetting({
    key: 'diagnose.low-fillfactor-gain.minimum-updates-rows',
    summary: 'Updated rows since the statistics began from which their HOT share means anything.',
    unit: 'rows',
    default: 10_000,
    source: 'a single bulk update of a small table is no habit',
  }),
  newPageRatio: ratioSetting({
    key: 'diagnose.low-fillfactor-gain.new-page-ratio',
    summary:
      'Share of updates that found no room on their page from which a lower fillfactor would help (PostgreSQL 16+).',
    default: 0.25,
    source: 'only these updates can become HOT by leaving room',
  }),
  maximumFindings: maximumFindingsSetting('low-fillfactor-gain', 30),
};

const DAY_MS = 86_400_000;

/** Finds tables with full pages whose updates would be HOT if there was room. */
export const lowFillfactorGain: Check = defineCheck({
  id: 'diagnose/low-fillfactor-gain',
  title: 'Tables that a fillfactor would help',
  needs: ['tables', 'database'],
  source: 'PostgreSQL docs 65.7 "Heap-Only Tuples (HOT)", CREATE TABLE "fillfactor"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const window = statisticsWindow(snapshot, sections.database, sections.tables);
    const candidates = tableFamilies(sections.tables)
      .map(({ root, members }) => {
        const full = members.filter((table) => table.kind === 'table' && hasFullPages(table));
        return { root, full, profile: updateProfile(full) };
      })
      .filter(
        ({ profile }) =>
          profile.updatedRows >= values.minimumUpdates &&
          profile.updatedRows / window.days >= values.minimumUpdatesPerDay &&
          profile.hotRatio < values.maximumHotRatio &&
          (profile.newPageRatio ?? 1) >= values.newPageRatio,
      )
      .toSorted((a, b) => b.profile.updatedRows - a.profile.updatedRows);
    return describeWorst(candidates, values.maximumFindings, ({ root, full, profile }) => {
      const isMeasured = profile.newPageRatio !== null && window.lengthMs >= DAY_MS;
      const name = displayName(root.schema, root.name);
      return finding({
        severity: isMeasured ? 'warning' : 'info',
        subject: { kind: 'table', schema: root.schema, name: root.name },
        title: `${name}: ${formatRatio(profile.hotRatio)} of its updates are HOT${
          profile.newPageRatio === null
            ? ', and its pages are filled to the brim'
            : `, ${formatRatio(profile.newPageRatio)} found no room on their page`
        }`,
        evidence: {
          ...profile,
          updatesPerDayCount: profile.updatedRows / window.days,
          observedMs: window.lengthMs,
          partitionsCount: root.kind === 'partitioned' ? full.length : 0,
        },
        threshold: threshold('maximumHotRatio'),
        remedy: remedyFor(root, full),
      });
    });
  },
});

function hasFullPages(table: TableFacts): boolean {
  return table.options.every((option) => !option.startsWith('fillfactor=') || option === 'fillfactor=100');
}

function remedyFor(root: TableFacts, full: readonly TableFacts[]): string {
  const name = quoteQualified(root.schema, root.name);
  const fillfactor = fittingFillfactor(full);
  return root.kind === 'partitioned'
    ? `alter table … set (fillfactor = ${fillfactor}) on each partition of ${name}; pages already written keep their filling until rewritten`
    : `alter table ${name} set (fillfactor = ${fillfactor}); pages already written keep their filling until a rewrite (pg_repack, vacuum full)`;
}

/** Leaves room for two more versions of an average row, within 50 to 90. */
function fittingFillfactor(tables: readonly TableFacts[]): number {
  const bytes = tables.reduce((sum, table) => sum + (table.heapBytes ?? 0), 0);
  const rows = tables.reduce((sum, table) => sum + rowsOf(table), 0);
  const rowShare = rows === 0 ? 0 : bytes / rows / 8192;
  const rounded = Math.floor((1 - 2 * rowShare) * 20) * 5;
  return Math.min(90, Math.max(50, rounded));
}
