import { displayName, formatBytes, formatDuration } from '../../../kernel/index.ts';
import type { IndexFacts } from '../../../observe/index.ts';
import { bytesSetting, countSetting } from '../../../settings/index.ts';
import { describeWorst, maximumFindingsSetting } from '../../cap-findings.ts';
import { blindSpot, defineCheck, finding } from '../../define-check.ts';
import { dropStatement, unusedObservedSetting } from '../../drop-index.ts';
import { indexFamilies, total } from '../../partition-families.ts';
import type { Check } from '../../types.ts';

const settings = {
  maximumScans: countSetting({
    key: 'diagnose.unused-index.maximum-scans',
    summary: 'Most scans with which an index still counts as unused.',
    default: 0,
    source: 'PgHero and pganalyze: no scan at all',
  }),
  minimumBytes: bytesSetting({
    key: 'diagnose.unused-index.minimum-bytes',
    summary: 'Smallest index worth dropping.',
    default: 10 * 1024 ** 2,
    source: 'PgHero default, 10 MB',
  }),
  observedMs: unusedObservedSetting,
  maximumFindings: maximumFindingsSetting('unused-index', 50),
};

/** Finds indexes that no scan has used since the statistics began. */
export const unusedIndex: Check = defineCheck({
  id: 'diagnose/unused-index',
  title: 'Unused indexes',
  needs: ['indexes', 'database'],
  source: 'PostgreSQL docs 27.2.20 "pg_stat_all_indexes"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const { now, statsReset } = sections.database;
    const began = statsReset ?? snapshot.server.serverStartedAt;
    const observedMs = now.getTime() - began.getTime();
    const candidates = indexFamilies(sections.indexes)
      .filter(({ root }) => isDroppable(root))
      .map((family) => ({
        index: family.root,
        scans: total(family, (index) => index.scans),
        sizeBytes: total(family, (index) => index.sizeBytes),
      }));
    const unused = candidates
      .filter(({ scans, sizeBytes }) => scans <= values.maximumScans && sizeBytes >= values.minimumBytes)
      .toSorted((a, b) => b.sizeBytes - a.sizeBytes);
    const findings = describeWorst(unused, values.maximumFindings, ({ index, scans, sizeBytes }) =>
      finding({
        severity: observedMs >= values.observedMs ? 'warning' : 'info',
        subject: { kind: 'index', schema: index.schema, name: index.name },
        title: `${displayName(index.schema, index.name)} was not scanned in ${formatDuration(observedMs)}`,
        evidence: {
          scansCount: scans,
          sizeBytes,
          observedMs,
          table: displayName(index.schema, index.tableName),
          definition: index.definition,
        },
        threshold: threshold('maximumScans'),
        remedy: `when no replica, no rare job and no foreign key needs it: ${dropStatement(index)}; ${formatBytes(sizeBytes)} are saved`,
      }),
    );
    const isReplicated =
      snapshot.sections.replicas.status === 'ok' && snapshot.sections.replicas.data.length > 0;
    return findings.length > 0 && isReplicated
      ? [
          ...findings,
          blindSpot('scans on replicas are not counted', 'audit each replica and compare before dropping'),
        ]
      : findings;
  },
});

/** Unique and constraint indexes work on every write without a scan. */
function isDroppable(index: IndexFacts): boolean {
  return (
    index.isValid &&
    !index.isUnique &&
    !index.isExclusion &&
    !index.isReplicaIdentity &&
    index.constraintName === null
  );
}
