import type { IndexFacts } from '../observe/index.ts';

/** Tells whether two indexes of one table hold the same entries in the same order under the same rules. */
export function isSameIndex(a: IndexFacts, b: IndexFacts): boolean {
  return (
    a.tableOid === b.tableOid &&
    a.method === b.method &&
    a.keyColumnCount === b.keyColumnCount &&
    isSameList(a.columnNumbers, b.columnNumbers) &&
    isSameList(a.operatorClasses, b.operatorClasses) &&
    isSameList(a.collations, b.collations) &&
    isSameList(a.orderings, b.orderings) &&
    a.expressionTree === b.expressionTree &&
    a.predicateTree === b.predicateTree &&
    // A unique index promises more than a plain one; the plain one is surplus, not the reverse.
    (a.isUnique || !b.isUnique) &&
    a.isNullsNotDistinct === b.isNullsNotDistinct &&
    a.isExclusion === b.isExclusion
  );
}

/** Orders identical indexes so that the one to keep comes first: primary, constraint, unique, used, older. */
export function keepOrder(a: IndexFacts, b: IndexFacts): number {
  return (
    Number(b.isPrimary) - Number(a.isPrimary) ||
    Number(b.constraintName !== null) - Number(a.constraintName !== null) ||
    Number(b.isUnique) - Number(a.isUnique) ||
    Number(b.isReplicaIdentity) - Number(a.isReplicaIdentity) ||
    b.scans - a.scans ||
    a.oid - b.oid
  );
}

/** Compares two lists of numbers. */
export function isSameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
