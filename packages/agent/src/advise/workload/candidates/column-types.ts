import type { WorkloadColumn } from '../types.ts';

/** Types without a btree operator class. */
const UNORDERED = /^(json|xml|point|line|lseg|box|path|polygon|circle|aclitem|txid_snapshot|pg_snapshot)\b/;

/** Average bytes from which a column makes a btree key or an INCLUDE column no good. */
const WIDE_BYTES = 200;

/** Average bytes from which covering a column is not worth its copy. */
const COVER_BYTES = 120;

/** Tells whether a btree may have the column as a key. */
export function canBeKey(column: WorkloadColumn): boolean {
  if (UNORDERED.test(column.type) || /^(jsonb|tsvector|tsquery)\b/.test(column.type)) return false;
  if (column.type.endsWith('[]')) return false;
  return (column.widthBytes ?? 0) < WIDE_BYTES;
}

/** Tells whether a column may be carried along to answer from the index alone. */
export function canBeCovered(column: WorkloadColumn): boolean {
  return (column.widthBytes ?? 0) < COVER_BYTES && !/^(json|jsonb|xml|bytea|tsvector)\b/.test(column.type);
}

/** Tells whether LIKE on the column needs a pattern operator class beside other collations than C. */
export function isText(column: WorkloadColumn): boolean {
  return /^(text|character varying|character|name|citext)\b/.test(column.type);
}
