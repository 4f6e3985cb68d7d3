import { anyRowTag, rowTag, tableTag } from '../postgres/table-tags.ts';
import { decodePgoutput } from './pgoutput/decode.ts';
import type { FieldReader } from './pgoutput/reader.ts';
import type { PgoutputMessage, RelationMessage, Tuple } from './pgoutput/types.ts';

/** A transaction that has committed, and what it invalidates. */
export interface StreamedTransaction {
  /** The low 32 bits; null for a message outside any transaction. */
  readonly xid: number | null;
  /** Where its commit ends in the log. */
  readonly endLsn: bigint;
  readonly tags: readonly string[];
  /** Whether it names more than can be named: all of the namespace is invalid. */
  readonly isEverything: boolean;
}

/** Turns messages of pgoutput into transactions. */
export interface TransactionReader {
  /** Takes the next message. @throws CDC.UNREADABLE_STREAM */
  take(payload: FieldReader): void;
  /** Tables whose rows cannot be told apart, with the reason. */
  tablesWithoutRows(): readonly { readonly table: string; readonly reason: string }[];
}

/** Prefix of the messages by which an application invalidates its own tags. */
const MESSAGE_PREFIX = 'pgcache';
const LONGEST_TAG = 512;
const MAXIMUM_OWN_TAGS = 10_000;

/** Creates a reader of one stream: what it knows of tables is worth nothing to another. */
export function createTransactionReader(options: {
  readonly maxRows: number;
  readonly onTransaction: (transaction: StreamedTransaction) => void;
}): TransactionReader {
  return new MessageReader(options.maxRows, options.onTransaction);
}

interface Relation {
  readonly message: RelationMessage;
  readonly shape: string;
  /** Places of the primary key's columns; null where the stream does not tell. */
  readonly key: readonly number[] | null;
}

class MessageReader implements TransactionReader {
  readonly #maxRows: number;
  readonly #onTransaction: (transaction: StreamedTransaction) => void;
  readonly #relations = new Map<number, Relation>();
  readonly #tables = new Map<number, TableTags>();
  #tags: TransactionTags;
  #xid: number | null = null;

  constructor(maxRows: number, onTransaction: (transaction: StreamedTransaction) => void) {
    this.#maxRows = maxRows;
    this.#onTransaction = onTransaction;
    this.#tags = new TransactionTags(maxRows);
  }

  take(payload: FieldReader): void {
    const message = decodePgoutput(payload);
    switch (message.kind) {
      case 'begin':
        this.#xid = message.xid;
        this.#tags = new TransactionTags(this.#maxRows);
        return;
      case 'commit':
        this.#onTransaction({ xid: this.#xid, endLsn: message.endLsn, ...this.#tags.list() });
        this.#xid = null;
        return;
      case 'relation':
        this.#learn(message);
        return;
      case 'truncate':
        for (const oid of message.oids) this.#tags.addTable(this.#table(oid));
        return;
      case 'message':
        this.#hear(message);
        return;
      case 'insert':
      case 'update':
      case 'delete':
        this.#change(message);
        return;
      case 'origin':
      case 'type':
    }
  }

  tablesWithoutRows(): readonly { readonly table: string; readonly reason: string }[] {
    return [...this.#relations.values()].flatMap(({ key, message }) =>
      key === null ? [{ table: `${message.schema}.${message.name}`, reason: reasonOf(message) }] : [],
    );
  }

  /** The stream describes a table before its first change, and again after DDL. */
  #learn(message: RelationMessage): void {
    const shape = JSON.stringify(message);
    const known = this.#relations.get(message.oid);
    if (known !== undefined && known.shape !== shape) this.#tags.addTable(this.#table(message.oid));
    this.#relations.set(message.oid, { message, shape, key: keyOf(message) });
  }

  #change(message: Extract<PgoutputMessage, { kind: 'insert' | 'update' | 'delete' }>): void {
    const table = this.#table(message.oid);
    const key = this.#relations.get(message.oid)?.key ?? null;
    if ('row' in message) this.#addRow(table, key, message.row);
    if ('old' in message && message.old !== null) this.#addRow(table, key, message.old);
  }

  #addRow(table: TableTags, key: readonly number[] | null, row: Tuple): void {
    const values = key === null ? null : valuesOf(row, key);
    if (values === null) this.#tags.addTable(table);
    else this.#tags.addRow(table, values);
  }

  #table(oid: number): TableTags {
    let table = this.#tables.get(oid);
    if (table === undefined) {
      table = { oid, table: tableTag(oid), anyRow: anyRowTag(oid) };
      this.#tables.set(oid, table);
    }
    return table;
  }

  #hear({ prefix, content, isTransactional, lsn }: Extract<PgoutputMessage, { kind: 'message' }>): void {
    if (prefix !== MESSAGE_PREFIX) return;
    const tag = content.toString('utf8');
    if (tag.length === 0 || tag.length > LONGEST_TAG) return;
    if (isTransactional) this.#tags.addOwn(tag);
    else this.#onTransaction({ xid: null, endLsn: lsn, tags: [tag], isEverything: false });
  }
}

/** Only with the default identity are the columns that the stream calls key those of the primary key. */
function keyOf({ identity, columns }: RelationMessage): readonly number[] | null {
  if (identity !== 'd') return null;
  const key = columns.flatMap(({ isKey }, index) => (isKey ? [index] : []));
  return key.length === 0 ? null : key;
}

function reasonOf({ identity }: RelationMessage): string {
  const words = {
    d: 'no primary key',
    f: 'replica identity full',
    i: 'replica identity of an index',
    n: 'replica identity nothing',
  };
  return words[identity];
}

function valuesOf(row: Tuple, key: readonly number[]): readonly string[] | null {
  const values: string[] = [];
  for (const place of key) {
    const value = row.value(place);
    if (value === null || value === undefined) return null;
    values.push(value);
  }
  return values;
}

/** Names of one table's tags, made once. */
interface TableTags {
  readonly oid: number;
  readonly table: string;
  readonly anyRow: string;
}

const NONE: ReadonlySet<never> = new Set();

/** A class, and sets that are made when they are needed: there is one for each transaction, and most write a row or two. */
class TransactionTags {
  readonly #maxRows: number;
  readonly #tables = new Set<TableTags>();
  #whole: Set<TableTags> | null = null;
  #rows: Set<string> | null = null;
  #own: Set<string> | null = null;
  #isCollapsed = false;

  constructor(maxRows: number) {
    this.#maxRows = maxRows;
  }

  /** All of a table: its rows cannot be named. */
  addTable(table: TableTags): void {
    this.#tables.add(table);
    this.#whole ??= new Set();
    this.#whole.add(table);
  }

  addRow(table: TableTags, key: readonly string[]): void {
    this.#tables.add(table);
    if (this.#isCollapsed || this.#whole?.has(table) === true) return;
    this.#rows ??= new Set();
    this.#rows.add(rowTag(table.oid, key));
    this.#isCollapsed = this.#rows.size > this.#maxRows;
  }

  addOwn(tag: string): void {
    this.#own ??= new Set();
    if (this.#own.size <= MAXIMUM_OWN_TAGS) this.#own.add(tag);
  }

  list(): { readonly tags: readonly string[]; readonly isEverything: boolean } {
    const tags: string[] = [];
    for (const { table } of this.#tables) tags.push(table);
    for (const { anyRow } of (this.#isCollapsed ? this.#tables : this.#whole) ?? NONE) tags.push(anyRow);
    for (const tag of this.#own ?? NONE) tags.push(tag);
    if (!this.#isCollapsed) for (const tag of this.#rows ?? NONE) tags.push(tag);
    return { tags, isEverything: (this.#own?.size ?? 0) > MAXIMUM_OWN_TAGS };
  }
}
