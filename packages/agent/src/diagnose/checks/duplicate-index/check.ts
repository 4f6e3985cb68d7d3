import { displayName, formatBytes, groupBy } from '../../../kernel/index.ts';
import type { IndexFacts } from '../../../observe/index.ts';
import { bytesSetting } from '../../../settings/index.ts';
import { describeWorst, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { dropStatement, indexSizes } from '../../drop-index.ts';
import { isSameIndex, keepOrder } from '../../index-shape.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumBytes: bytesSetting({
    key: 'diagnose.duplicate-index.minimum-bytes',
    summary: 'Size from which a duplicate is a warning; a smaller one is only mentioned.',
    default: 1024 ** 2,
    source: 'a duplicate below 1 MB costs next to nothing',
  }),
  maximumFindings: maximumFindingsSetting('duplicate-index', 50),
};

/** Finds indexes that are the same as another one in everything that matters to the planner. */
export const duplicateIndex: Check = defineCheck({
  id: 'diagnose/duplicate-index',
  title: 'Duplicate indexes',
  needs: ['indexes'],
  source:
    'PostgreSQL docs 51.26 "pg_index": same columns, operator classes, collations, ordering, predicate, method',
  settings,
  run: ({ sections, values, threshold }) => {
    const sizes = indexSizes(sections.indexes);
    const sizeOf = (index: IndexFacts): number => sizes.get(index.oid) ?? 0;
    const pairs = groupDuplicates(sections.indexes)
      .flatMap(([kept, ...surplus]) => surplus.map((index) => ({ kept, index })))
      .toSorted((a, b) => sizeOf(b.index) - sizeOf(a.index));
    return describeWorst(pairs, values.maximumFindings, ({ kept, index }) =>
      finding({
        severity: sizeOf(index) >= values.minimumBytes ? 'warning' : 'info',
        subject: { kind: 'index', schema: index.schema, name: index.name },
        title: `${displayName(index.schema, index.name)} duplicates ${displayName(kept.schema, kept.name)}`,
        evidence: {
          sizeBytes: sizeOf(index),
          table: displayName(index.schema, index.tableName),
          duplicateOf: displayName(kept.schema, kept.name),
          definition: index.definition,
          scansCount: index.scans,
        },
        threshold: threshold('minimumBytes'),
        remedy: `${dropStatement(index)}: ${formatBytes(sizeOf(index))} and one index write per row change are saved`,
      }),
    );
  },
});

type Group = readonly [kept: IndexFacts, ...surplus: IndexFacts[]];

/** Groups of identical indexes, the one to keep first. */
function groupDuplicates(indexes: readonly IndexFacts[]): readonly Group[] {
  const byTable = groupBy(
    indexes.filter((index) => index.isValid && index.parentOid === null),
    (index) => index.tableOid,
  );
  return [...byTable.values()].flatMap((candidates) => {
    const groups: IndexFacts[][] = [];
    for (const index of candidates.toSorted(keepOrder)) {
      const group = groups.find(([first]) => first !== undefined && isSameIndex(first, index));
      if (group === undefined) groups.push([index]);
      else if (!index.isPrimary && !index.isReplicaIdentity && !index.isReferenced) group.push(index);
    }
    return groups.flatMap(([kept, ...surplus]) =>
      kept === undefined || surplus.length === 0 ? [] : [[kept, ...surplus] as const],
    );
  });
}
