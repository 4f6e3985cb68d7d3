import {
  displayIdentifier,
  displayName,
  formatCount,
  quoteIdentifier,
  quoteQualified,
} from '../../../kernel/index.ts';
import type { DatabaseRow, IndexFacts } from '../../../observe/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { blindSpot, defineCheck, finding } from '../../define-check.ts';
import type { BlindSpot, Check, CheckInput, FindingDraft } from '../../types.ts';

const settings = {
  minimumIndexes: countSetting({
    key: 'diagnose.index-corruption-risk.minimum-indexes-count',
    summary: 'Indexes at risk from which it is reported.',
    default: 1,
    minimum: 1,
    source: 'one wrongly ordered index is enough to lose rows from results',
  }),
  maximumFindings: maximumFindingsSetting('index-corruption-risk', 30),
};

/** The collation of columns that name none: the database's own. */
const DEFAULT_COLLATION_OID = 100;
const LISTED_INDEXES = 20;

type Input = CheckInput<'indexes' | 'collations' | 'database', typeof settings>;

/** Finds indexes that may be out of order: collation libraries that changed, and builds by PostgreSQL 14.0–14.3. */
export const indexCorruptionRisk: Check = defineCheck({
  id: 'diagnose/index-corruption-risk',
  title: 'Indexes at risk of corruption',
  needs: ['indexes', 'collations', 'database'],
  source:
    'PostgreSQL docs 23.2.2 "Managing Collations"; release notes 14.4: CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY',
  settings,
  run: (input) => {
    const findings = [...concurrentBuilds(input), ...databaseDrift(input), ...collationDrift(input)];
    return [...capFindings(findings, input.values.maximumFindings), ...unrecorded(input)];
  },
});

/** PostgreSQL 14.0 to 14.3 could miss rows that changed while an index was built concurrently. */
function concurrentBuilds({ sections, snapshot, values, threshold }: Input): readonly FindingDraft[] {
  const { versionNumber, version } = snapshot.server;
  const count = sections.indexes.filter((index) => !index.isPartitioned).length;
  if (versionNumber < 140_000 || versionNumber > 140_003 || count < values.minimumIndexes) return [];
  return [
    finding({
      severity: 'warning',
      subject: { kind: 'server', schema: '', name: 'server' },
      title: `PostgreSQL ${version} can build corrupt indexes with CONCURRENTLY; any of ${formatCount(count)} may be`,
      evidence: { serverVersion: version, indexesCount: count },
      threshold: threshold('minimumIndexes'),
      remedy:
        'update to the latest 14.x, verify with amcheck: bt_index_check(index, true), and reindex what was built concurrently before 14.4',
    }),
  ];
}

/** Text indexes of columns without a collation of their own are ordered by the database's. */
function databaseDrift({ sections, values, threshold }: Input): readonly FindingDraft[] {
  const { name, collation, collationVersion, collationActualVersion } = sections.database;
  if (collationVersion === null || collationVersion === collationActualVersion) return [];
  const atRisk = sections.indexes.filter((index) => !index.isPartitioned && isOrderedByDatabase(index));
  if (atRisk.length < values.minimumIndexes) return [];
  return [
    finding({
      severity: 'warning',
      subject: { kind: 'database', schema: '', name },
      title: `${formatCount(atRisk.length)} text indexes were ordered by version ${collationVersion} of the collation of ${displayIdentifier(
        name,
      )}, now it is ${collationActualVersion ?? 'unknown'}`,
      evidence: {
        collation,
        recordedVersion: collationVersion,
        actualVersion: collationActualVersion,
        indexesCount: atRisk.length,
        indexes: atRisk.slice(0, LISTED_INDEXES).map((index) => displayName(index.schema, index.name)),
      },
      threshold: threshold('minimumIndexes'),
      remedy: `reindex them (concurrently), then alter database ${quoteIdentifier(name)} refresh collation version`,
    }),
  ];
}

function collationDrift({ sections, values, threshold }: Input): readonly FindingDraft[] {
  return sections.collations
    .filter((row) => row.indexes >= values.minimumIndexes)
    .map((row) =>
      finding({
        severity: 'warning',
        subject: { kind: 'collation', schema: row.schema, name: row.name },
        title: `${formatCount(row.indexes)} indexes were ordered by version ${row.recordedVersion} of collation ${displayName(
          row.schema,
          row.name,
        )}, now it is ${row.actualVersion ?? 'unknown'}`,
        evidence: {
          recordedVersion: row.recordedVersion,
          actualVersion: row.actualVersion,
          indexesCount: row.indexes,
        },
        threshold: threshold('minimumIndexes'),
        remedy: `reindex the indexes that use it (concurrently), then alter collation ${quoteQualified(row.schema, row.name)} refresh version`,
      }),
    );
}

/** Before PostgreSQL 15 nobody wrote down which version of its collation a database began with. */
function unrecorded({ sections, snapshot }: Input): readonly BlindSpot[] {
  const isUnknown =
    snapshot.server.versionNumber < 150_000 &&
    !isByteOrder(sections.database) &&
    sections.indexes.some(isOrderedByDatabase);
  return isUnknown
    ? [
        blindSpot(
          'before PostgreSQL 15 the collation version of a database is not recorded, so a changed library leaves no trace',
          'after each update of the operating system verify text indexes with amcheck, or upgrade to 15 or later',
        ),
      ]
    : [];
}

function isByteOrder({ collation }: DatabaseRow): boolean {
  return collation === 'C' || collation === 'POSIX';
}

function isOrderedByDatabase(index: IndexFacts): boolean {
  return (
    ['btree', 'gist', 'spgist', 'brin'].includes(index.method) &&
    index.collations.includes(DEFAULT_COLLATION_OID)
  );
}
