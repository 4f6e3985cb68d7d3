import { displayName, formatBytes, groupBy } from '../../../kernel/index.ts';
import type { IndexFacts } from '../../../observe/index.ts';
import { bytesSetting } from '../../../settings/index.ts';
import { describeWorst, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { dropStatement, indexSizes } from '../../drop-index.ts';
import { isIndexPrefix } from '../../index-shape.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumBytes: bytesSetting({
    key: 'diagnose.redundant-index.minimum-bytes',
    summary: 'Size from which a redundant index is a warning; a smaller one is only mentioned.',
    default: 1024 ** 2,
    source: 'below 1 MB an index costs next to nothing',
  }),
  maximumFindings: maximumFindingsSetting('redundant-index', 50),
};

/** Finds plain indexes whose columns are the leading columns of another index. */
export const redundantIndex: Check = defineCheck({
  id: 'diagnose/redundant-index',
  title: 'Redundant indexes',
  needs: ['indexes'],
  source: 'PostgreSQL docs 11.3 "Multicolumn Indexes": a btree serves queries on its leading columns',
  settings,
  run: ({ sections, values, threshold }) => {
    const sizes = indexSizes(sections.indexes);
    const sizeOf = (index: IndexFacts): number => sizes.get(index.oid) ?? 0;
    const pairs = coveredPairs(sections.indexes).toSorted(([a], [b]) => sizeOf(b) - sizeOf(a));
    return describeWorst(pairs, values.maximumFindings, ([index, cover]) =>
      finding({
        severity: sizeOf(index) >= values.minimumBytes ? 'warning' : 'info',
        subject: { kind: 'index', schema: index.schema, name: index.name },
        title: `${displayName(index.schema, index.name)} is a prefix of ${displayName(cover.schema, cover.name)}`,
        evidence: {
          sizeBytes: sizeOf(index),
          coveredBy: displayName(cover.schema, cover.name),
          coveringSizeBytes: sizeOf(cover),
          table: displayName(index.schema, index.tableName),
          scansCount: index.scans,
          definition: index.definition,
          coveringDefinition: cover.definition,
        },
        threshold: threshold('minimumBytes'),
        remedy: `${dropStatement(index)}: ${displayName(cover.schema, cover.name)} serves the same queries and ${formatBytes(
          sizeOf(index),
        )} are saved`,
      }),
    );
  },
});

/** Each redundant index with the one that stands in for it, which is not itself redundant. */
function coveredPairs(
  indexes: readonly IndexFacts[],
): readonly (readonly [index: IndexFacts, cover: IndexFacts])[] {
  const usable = indexes.filter(
    (index) => index.isValid && index.isReady && index.parentOid === null && index.method === 'btree',
  );
  return [...groupBy(usable, (index) => index.tableOid).values()].flatMap((candidates) =>
    candidates.filter(isDroppable).flatMap((index) => {
      const cover = candidates
        .filter((other) => isIndexPrefix(index, other))
        .toSorted((a, b) => a.keyColumnCount - b.keyColumnCount || a.oid - b.oid)
        .toSorted((a, b) => rankOf(a, candidates) - rankOf(b, candidates))[0];
      return cover === undefined ? [] : [[index, cover] as const];
    }),
  );
}

function rankOf(index: IndexFacts, others: readonly IndexFacts[]): number {
  return Number(isDroppable(index) && others.some((other) => isIndexPrefix(index, other)));
}

/** A unique index promises more than its columns; others may be needed by name. */
function isDroppable(index: IndexFacts): boolean {
  return (
    !index.isUnique &&
    !index.isExclusion &&
    !index.isReplicaIdentity &&
    !index.isReferenced &&
    index.constraintName === null
  );
}
