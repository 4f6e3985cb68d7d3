/** A column of a tuple: text, null for NULL, undefined where the stream leaves it out (an unchanged TOAST value). */
export type TupleValue = string | null | undefined;

/** The values of one row in the order of its relation's columns; valid until the next message. */
export interface Tuple {
  readonly length: number;
  /** Decodes one value: of most rows only the key is asked for. */
  value(place: number): TupleValue;
}

/** How a table names the row that an update or a delete changed: `d` primary key, `i` an index, `f` all, `n` not. */
export type ReplicaIdentity = 'd' | 'i' | 'f' | 'n';

/** What a table looks like in the stream. */
export interface RelationMessage {
  readonly kind: 'relation';
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly identity: ReplicaIdentity;
  readonly columns: readonly RelationColumn[];
}

/** A column of a relation. */
export interface RelationColumn {
  readonly name: string;
  readonly isKey: boolean;
  readonly typeOid: number;
  readonly typeModifier: number;
}

/** A message of pgoutput, version 1. @source PostgreSQL docs, "Logical Replication Message Formats" */
export type PgoutputMessage =
  | { readonly kind: 'begin'; readonly xid: number }
  | { readonly kind: 'commit'; readonly endLsn: bigint }
  | { readonly kind: 'origin'; readonly lsn: bigint; readonly name: string }
  | RelationMessage
  | { readonly kind: 'type'; readonly oid: number; readonly schema: string; readonly name: string }
  | { readonly kind: 'insert'; readonly oid: number; readonly row: Tuple }
  /** `old` is there where the key changed, or with replica identity full. */
  | { readonly kind: 'update'; readonly oid: number; readonly old: Tuple | null; readonly row: Tuple }
  | { readonly kind: 'delete'; readonly oid: number; readonly old: Tuple }
  | { readonly kind: 'truncate'; readonly oids: readonly number[] }
  | {
      readonly kind: 'message';
      readonly isTransactional: boolean;
      readonly lsn: bigint;
      readonly prefix: string;
      readonly content: Buffer;
    };
