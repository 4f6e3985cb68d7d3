import type { IndexFacts } from '../observe/index.ts';

/** Tells whether two indexes of one table hold the same entries in the same order under the same rules. */
export function isSameIndex(a: IndexFacts, b: IndexFacts): boolean {
  return (
    a.tableOid === b.tableOid &&
    a.method === b.method &&
    a.keyColumnCount === b.keyColumnCount &&
    isSameList(a.columnNumbers.slice(0, a.keyColumnCount), b.columnNumbers.slice(0, b.keyColumnCount)) &&
    isSameSet(a.columnNumbers, b.columnNumbers) &&
    isSameList(a.operatorClasses, b.operatorClasses) &&
    isSameList(a.collations, b.collations) &&
    (isSameList(a.orderings, b.orderings) || isReversed(a, b)) &&
    a.expressionTree === b.expressionTree &&
    a.predicateTree === b.predicateTree &&
    // A unique index promises more than a plain one; the plain one is surplus, not the reverse.
    (a.isUnique || !b.isUnique) &&
    (!b.isUnique || a.isNullsNotDistinct === b.isNullsNotDistinct) &&
    // A deferrable constraint forbids duplicates later; no foreign key and no ON CONFLICT can rest on it.
    (!b.isUnique || a.isImmediate || !b.isImmediate) &&
    // Exclusion constraints of the same columns may exclude by other operators.
    !b.isExclusion
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

/** A btree is read from either end, so `(a desc, b desc)` serves what `(a, b)` serves. */
function isReversed(a: IndexFacts, b: IndexFacts): boolean {
  return (
    a.method === 'btree' &&
    a.orderings.length === b.orderings.length &&
    a.orderings.every((bits, index) => bits === 3 - (b.orderings[index] ?? 0))
  );
}

/** The order of INCLUDE columns means nothing. */
function isSameSet(a: readonly number[], b: readonly number[]): boolean {
  return isSameList(
    a.toSorted((x, y) => x - y),
    b.toSorted((x, y) => x - y),
  );
}

/** Compares two lists of numbers. */
function isSameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/**
 * Tells whether a btree index can do nothing that another of its table cannot: its key columns are the other's
 * leading ones under the same rules, and the other holds every column that it includes. Equal ones are no prefix.
 */
export function isIndexPrefix(narrow: IndexFacts, wide: IndexFacts): boolean {
  const keys = narrow.keyColumnCount;
  return (
    narrow.oid !== wide.oid &&
    narrow.tableOid === wide.tableOid &&
    narrow.method === 'btree' &&
    wide.method === 'btree' &&
    keys <= wide.keyColumnCount &&
    narrow.columnNumbers.length <= wide.columnNumbers.length &&
    (keys < wide.keyColumnCount || narrow.columnNumbers.length < wide.columnNumbers.length) &&
    isLeading(narrow.columnNumbers.slice(0, keys), wide.columnNumbers) &&
    isLeading(narrow.operatorClasses.slice(0, keys), wide.operatorClasses) &&
    isLeading(narrow.collations.slice(0, keys), wide.collations) &&
    (isLeading(narrow.orderings.slice(0, keys), wide.orderings) ||
      isLeading(
        narrow.orderings.slice(0, keys).map((bits) => 3 - bits),
        wide.orderings,
      )) &&
    narrow.columnNumbers.slice(keys).every((column) => wide.columnNumbers.includes(column)) &&
    isLeadingTree(narrow.expressionTree, wide.expressionTree) &&
    narrow.predicateTree === wide.predicateTree
  );
}

function isLeading(narrow: readonly number[], wide: readonly number[]): boolean {
  return narrow.every((value, index) => value === wide[index]);
}

/** Stored expression lists read `({…} {…})`; one leads another when its members begin it. */
function isLeadingTree(narrow: string | null, wide: string | null): boolean {
  if (narrow === null || narrow === wide) return true;
  return wide?.startsWith(`${narrow.slice(0, -1)} `) ?? false;
}
