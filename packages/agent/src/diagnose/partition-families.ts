import { groupBy, oncePer } from '../kernel/index.ts';
import type { IndexFacts, TableFacts } from '../observe/index.ts';

/** A relation that a person knows by name, and the relations behind it that hold its rows or entries. */
export interface Family<Relation> {
  /** The topmost partitioned relation; itself where there are no partitions. */
  readonly root: Relation;
  /** Those that hold something: the root itself, or its leaf partitions. */
  readonly members: readonly Relation[];
}

/** Gathers partitions behind their topmost table, in the order of the roots; others stand alone. */
export const tableFamilies: (tables: readonly TableFacts[]) => readonly Family<TableFacts>[] = oncePer(
  (tables: readonly TableFacts[]) =>
    families(tables, {
      parentOf: (table) => (table.isPartition ? table.parentOid : null),
      holdsRows: (table) => table.kind !== 'partitioned',
    }),
);

/** Gathers indexes of partitions behind the topmost index that they are attached to; others stand alone. */
export const indexFamilies: (indexes: readonly IndexFacts[]) => readonly Family<IndexFacts>[] = oncePer(
  (indexes: readonly IndexFacts[]) =>
    families(indexes, {
      parentOf: (index) => index.parentOid,
      holdsRows: (index) => !index.isPartitioned,
    }),
);

/** Adds up one number over the members of a family; nulls (not measured, not known) count as nothing. */
export function total<Relation>(
  family: Family<Relation>,
  numberOf: (member: Relation) => number | null,
): number {
  return family.members.reduce((sum, member) => sum + (numberOf(member) ?? 0), 0);
}

interface Kinship<Relation> {
  readonly parentOf: (relation: Relation) => number | null;
  readonly holdsRows: (relation: Relation) => boolean;
}

function families<Relation extends { readonly oid: number }>(
  relations: readonly Relation[],
  kinship: Kinship<Relation>,
): readonly Family<Relation>[] {
  const byOid = new Map(relations.map((relation) => [relation.oid, relation]));
  const rootOf = (relation: Relation): Relation => {
    const parentOid = kinship.parentOf(relation);
    const parent = parentOid === null ? undefined : byOid.get(parentOid);
    return parent === undefined ? relation : rootOf(parent);
  };
  return [...groupBy(relations, rootOf)].map(([root, all]) => ({
    root,
    members: all.filter(kinship.holdsRows),
  }));
}
