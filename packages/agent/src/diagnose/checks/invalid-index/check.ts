import { displayName, groupBy, quoteIdentifier, quoteQualified } from '../../../kernel/index.ts';
import type { IndexFacts, Snapshot } from '../../../observe/index.ts';
import { bytesSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { blindSpot, defineCheck, finding } from '../../define-check.ts';
import { isSameIndex } from '../../index-shape.ts';
import type { Check, FindingDraft } from '../../types.ts';

const settings = {
  minimumBytes: bytesSetting({
    key: 'diagnose.invalid-index.minimum-bytes',
    summary: 'Smallest invalid index that is reported.',
    default: 0,
    source: 'an invalid index is of no use at any size',
  }),
  maximumFindings: maximumFindingsSetting('invalid-index', 50),
};

/** Finds indexes that no query may use and that nobody is building. */
export const invalidIndex: Check = defineCheck({
  id: 'diagnose/invalid-index',
  title: 'Invalid indexes',
  needs: ['indexes'],
  source:
    'PostgreSQL docs, CREATE INDEX "Building Indexes Concurrently", REINDEX "Rebuilding Indexes Concurrently"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const canSeeBuilds = seesOthers(snapshot);
    const builds = runningBuilds(snapshot);
    const invalid = sections.indexes.filter(
      (index) =>
        !index.isValid && (index.sizeBytes ?? 0) >= values.minimumBytes && !isInTheMaking(index, builds),
    );
    if (invalid.length === 0) return [];
    const byTable = groupBy(sections.indexes, (index) => index.tableOid);
    const findings = invalid.map((index): FindingDraft => {
      const remedy = remedyFor(index, byTable.get(index.tableOid) ?? []);
      return finding({
        severity: canSeeBuilds && !index.isPartitioned ? 'warning' : 'info',
        subject: { kind: 'index', schema: index.schema, name: index.name },
        title: `${displayName(index.schema, index.name)} is invalid: ${consequenceOf(index)}`,
        evidence: {
          table: displayName(index.schema, index.tableName),
          sizeBytes: index.sizeBytes,
          isUnique: index.isUnique,
          isReady: index.isReady,
          constraint: index.constraintName,
          definition: index.definition,
          case: remedy.case,
        },
        threshold: threshold('minimumBytes'),
        remedy: remedy.text,
      });
    });
    const capped = capFindings(findings.toSorted(bySeverity), values.maximumFindings);
    return canSeeBuilds ? capped : [...capped, blindToBuilds];
  },
});

const blindToBuilds = blindSpot(
  'whether an invalid index is just being built is hidden from the role',
  'grant pg_monitor to the role of pgsteward',
);

function consequenceOf(index: IndexFacts): string {
  if (index.isPartitioned) return 'a partition lacks its index';
  return index.isReady ? 'it is written and never read' : 'its build never got to the end';
}

function bySeverity(a: FindingDraft, b: FindingDraft): number {
  return Number(a.severity === 'info') - Number(b.severity === 'info');
}

function seesOthers({ server }: Snapshot): boolean {
  return server.isSuperuser || server.roles.includes('pg_read_all_stats');
}

/** Statements that create, rebuild or drop indexes at this moment. */
function runningBuilds(snapshot: Snapshot): readonly string[] {
  const { activity } = snapshot.sections;
  if (activity.status !== 'ok') return [];
  return activity.data.flatMap(({ isHere, state, query }) =>
    isHere &&
    state === 'active' &&
    query !== null &&
    /^\W*(create\s+(unique\s+)?index|drop\s+index|reindex)\b/i.test(query)
      ? [query]
      : [],
  );
}

/**
 * A concurrent build, rebuild or drop leaves its index invalid while it works; the view of progress knows only
 * the first, and during a rebuild only one index at a time.
 */
function isInTheMaking(index: IndexFacts, builds: readonly string[]): boolean {
  return (
    index.isBeingBuilt ||
    builds.some(
      (query) =>
        /^\W*reindex\b.*\b(schema|database|system)\b/is.test(query) ||
        mentions(query, index.name) ||
        mentions(query, index.tableName),
    )
  );
}

function mentions(query: string, name: string): boolean {
  return query.toLowerCase().includes(name.toLowerCase()) || query.includes(quoteIdentifier(name));
}

interface Remedy {
  readonly case: 'partition' | 'leftover' | 'duplicate' | 'unique' | 'plain';
  readonly text: string;
}

function remedyFor(index: IndexFacts, siblings: readonly IndexFacts[]): Remedy {
  const name = quoteQualified(index.schema, index.name);
  if (index.isPartitioned) {
    return {
      case: 'partition',
      text: 'create the index on each partition that lacks it (concurrently) and attach it: alter index … attach partition …',
    };
  }
  const drop = `drop index concurrently ${name}`;
  const rebuild = `reindex index concurrently ${name}`;
  if (index.constraintName === null && /_cc(new|old)\d*$/.test(index.name)) {
    return { case: 'leftover', text: `${drop}: an interrupted REINDEX CONCURRENTLY left it` };
  }
  const twin = siblings.find(
    (other) => other.isValid && other.oid !== index.oid && isSameIndex(other, index),
  );
  if (index.constraintName === null && twin !== undefined) {
    return { case: 'duplicate', text: `${drop}: ${displayName(twin.schema, twin.name)} does its work` };
  }
  if (index.isUnique || index.constraintName !== null) {
    return { case: 'unique', text: `remove the rows that break it, if any, then ${rebuild}` };
  }
  return { case: 'plain', text: `${rebuild}; or ${drop} when nobody misses it` };
}
