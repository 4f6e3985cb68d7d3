import { displayName, formatCount, formatRatio, quoteQualified } from '../../../kernel/index.ts';
import type { IndexFacts, TableFacts } from '../../../observe/index.ts';
import { ratioSetting } from '../../../settings/index.ts';
import { describeWorst, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { hotSettings, type UpdateProfile, updateProfile } from '../../hot-updates.ts';
import { type Family, indexFamilies, total } from '../../partition-families.ts';
import { statisticsWindow } from '../../statistics-window.ts';
import type { Check } from '../../types.ts';

const settings = {
  ...hotSettings('hot-blocking-index'),
  scansPerUpdate: ratioSetting({
    key: 'diagnose.hot-blocking-index.scans-per-update-ratio',
    summary: 'Most scans per updated row with which an index counts as hardly read.',
    default: 0.001,
    source: 'one scan for a thousand writes',
  }),
  provenRatio: ratioSetting({
    key: 'diagnose.hot-blocking-index.proven-ratio',
    summary:
      'Share of updates that changed an indexed column from which the only plain index of a table is a warning; otherwise it is only mentioned.',
    default: 0.5,
    source: 'PostgreSQL 16 counts updates that left their page; the rest of those not HOT changed an index',
  }),
  maximumFindings: maximumFindingsSetting('hot-blocking-index', 30),
};

const DAY_MS = 86_400_000;

/** Finds indexes that are hardly read on tables whose updates are mostly not HOT. */
export const hotBlockingIndex: Check = defineCheck({
  id: 'diagnose/hot-blocking-index',
  title: 'Indexes that cost HOT updates',
  needs: ['indexes', 'tables', 'database'],
  source: 'PostgreSQL docs 65.7 "Heap-Only Tuples (HOT)"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const window = statisticsWindow(snapshot, sections.database, sections.tables);
    const isBlocking = blockingRule(snapshot.server.versionNumber);
    const candidates = indexFamilies(sections.indexes).filter(({ root }) => isBlocking(root));
    const tables = new Map(sections.tables.map((table) => [table.oid, table]));
    const perTable = countByTable(candidates);
    const found = candidates
      .map((family) => measure(family, tables))
      .filter(
        ({ profile, scansCount }) =>
          profile.updatedRows / window.days >= values.minimumUpdatesPerDay &&
          profile.hotRatio < values.maximumHotRatio &&
          scansCount <= profile.updatedRows * values.scansPerUpdate,
      )
      .toSorted((a, b) => b.profile.updatedRows - a.profile.updatedRows);
    return describeWorst(found, values.maximumFindings, ({ index, profile, scansCount, sizeBytes }) => {
      const isProven =
        window.lengthMs >= DAY_MS &&
        perTable.get(index.tableOid) === 1 &&
        (profile.indexedColumnRatio ?? 0) >= values.provenRatio;
      const name = displayName(index.schema, index.name);
      return finding({
        severity: isProven ? 'warning' : 'info',
        subject: { kind: 'index', schema: index.schema, name: index.name },
        title: `${name} is hardly read (${formatCount(scansCount)} scans) and ${
          isProven ? 'keeps' : 'may keep'
        } updates of ${displayName(index.schema, index.tableName)} from being HOT (${formatRatio(profile.hotRatio)} are)`,
        evidence: {
          table: displayName(index.schema, index.tableName),
          scansCount,
          sizeBytes,
          ...profile,
          updatesPerDayCount: profile.updatedRows / window.days,
          observedMs: window.lengthMs,
          definition: index.definition,
        },
        threshold: threshold('maximumHotRatio'),
        remedy: `when updates change its columns and no rare job reads it: drop index ${
          index.isPartitioned ? '' : 'concurrently '
        }${quoteQualified(index.schema, index.name)}`,
      });
    });
  },
});

interface Measured {
  readonly index: IndexFacts;
  readonly profile: UpdateProfile;
  readonly scansCount: number;
  readonly sizeBytes: number;
}

function measure(family: Family<IndexFacts>, tables: ReadonlyMap<number, TableFacts>): Measured {
  const indexed = family.members.flatMap((index) => tables.get(index.tableOid) ?? []);
  return {
    index: family.root,
    profile: updateProfile(indexed),
    scansCount: total(family, (index) => index.scans),
    sizeBytes: total(family, (index) => index.sizeBytes),
  };
}

/** Since PostgreSQL 16 a change in a column that only BRIN indexes leaves the update HOT. */
function blockingRule(versionNumber: number): (index: IndexFacts) => boolean {
  return (index) =>
    index.isValid &&
    !index.isUnique &&
    !index.isExclusion &&
    !index.isReplicaIdentity &&
    !index.isReferenced &&
    index.constraintName === null &&
    (index.method !== 'brin' || versionNumber < 160_000);
}

function countByTable(families: readonly Family<IndexFacts>[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { root } of families) counts.set(root.tableOid, (counts.get(root.tableOid) ?? 0) + 1);
  return counts;
}
