import {
  displayIdentifier,
  displayName,
  escapeControls,
  quoteIdentifier,
  quoteQualified,
} from '../../../kernel/index.ts';
import type { CollationRow, DatabaseRow } from '../../../observe/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import type { Check, FindingDraft, Threshold } from '../../types.ts';

const settings = {
  minimumIndexes: countSetting({
    key: 'diagnose.collation-mismatch.minimum-indexes-count',
    summary: 'Indexes ordered by a collation from which its changed version is a warning, fewer information.',
    default: 1,
    source: 'one index in the wrong order gives wrong answers',
  }),
  maximumFindings: maximumFindingsSetting('collation-mismatch', 20),
};

/** Finds collations whose library changed its order under the indexes that rely on it. */
export const collationMismatch: Check = defineCheck({
  id: 'diagnose/collation-mismatch',
  title: 'Collation versions that changed',
  needs: ['collations', 'database'],
  source: 'PostgreSQL docs ALTER COLLATION "Notes", 23.2.2 "Managing Collations"',
  settings,
  run: ({ sections, values, threshold }) => {
    const collations = sections.collations
      .toSorted((a, b) => b.indexes - a.indexes)
      .map((collation) => describeCollation(collation, values.minimumIndexes, threshold('minimumIndexes')));
    return [
      ...describeDatabase(sections.database, threshold('minimumIndexes')),
      ...capFindings(collations, values.maximumFindings),
    ];
  },
});

/** Null is no mismatch: the C locales and PostgreSQL 14 record no version of the database. */
function describeDatabase(database: DatabaseRow, threshold: Threshold): readonly FindingDraft[] {
  const { name, collationVersion, collationActualVersion } = database;
  if (collationVersion === null || collationVersion === collationActualVersion) return [];
  return [
    finding({
      severity: 'warning',
      subject: { kind: 'database', schema: '', name },
      title: `database ${displayIdentifier(name)} was made with version ${shown(collationVersion)} of its collation, the system now has ${shown(collationActualVersion)}`,
      evidence: {
        collation: escapeControls(database.collation),
        recordedVersion: shown(collationVersion),
        actualVersion: shown(collationActualVersion),
      },
      threshold,
      remedy: `rebuild the indexes on text in the default collation (reindex database concurrently ${quoteIdentifier(name)}), then: alter database ${quoteIdentifier(name)} refresh collation version`,
    }),
  ];
}

function describeCollation(
  collation: CollationRow,
  minimumIndexes: number,
  threshold: Threshold,
): FindingDraft {
  const { schema, name, recordedVersion, actualVersion, indexes } = collation;
  return finding({
    severity: indexes >= minimumIndexes ? 'warning' : 'info',
    subject: { kind: 'collation', schema, name },
    title: `collation ${displayName(schema, name)} changed from version ${shown(recordedVersion)} to ${shown(actualVersion)} under ${indexes} ${indexes === 1 ? 'index' : 'indexes'}`,
    evidence: {
      recordedVersion: shown(recordedVersion),
      actualVersion: shown(actualVersion),
      indexesCount: indexes,
    },
    threshold,
    remedy: `rebuild the indexes that it orders (reindex index concurrently …), then: alter collation ${quoteQualified(schema, name)} refresh version`,
  });
}

function shown(version: string | null): string {
  return version === null ? 'none' : escapeControls(version.slice(0, 100));
}
