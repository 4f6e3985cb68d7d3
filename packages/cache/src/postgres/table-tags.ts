import { hash } from 'node:crypto';

/**
 * Gives the tag of all that depends on a table. By OID: a table that is renamed keeps it, one that is made again does not.
 * Partitions go by the OID of their outermost parent, as in a publication with `publish_via_partition_root`.
 */
export function tableTag(relationOid: number): string {
  return `r${relationOid}`;
}

/**
 * Gives the tag of all that depends on one row, found by equality on the whole primary key. Whoever carries it carries
 * {@link anyRowTag} too: it alone is invalidated where nobody knows which rows changed.
 * @param key the key's values in the order of the table's columns (`attnum`), which is that of the stream and need not be
 * that of the key's index; each as PostgreSQL's text of the column's type
 */
export function rowTag(relationOid: number, key: readonly string[]): string {
  // Lengths first: ('a', 'bc') is not ('ab', 'c').
  const text = key.map((value) => `${Buffer.byteLength(value)}:${value}`).join('');
  // A colon is in no digest and in no other tag of a table.
  const name = SHORT_KEY.test(text) ? text : hash('sha256', text, 'base64url').slice(0, 22);
  return `${tableTag(relationOid)}:${name}`;
}

/** What stands in Redis as it is; a number's key is read in clear, and costs no digest. */
const SHORT_KEY = /^[\w.:-]{1,40}$/;

/**
 * Gives the tag of all that depends on single rows of a table, whichever they are. A change of one row leaves it alone;
 * TRUNCATE, DDL, a change whose key is not known, and a transaction of more rows than are named one by one do not.
 */
export function anyRowTag(relationOid: number): string {
  return `${tableTag(relationOid)}:any`;
}
