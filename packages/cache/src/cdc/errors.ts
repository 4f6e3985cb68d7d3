import type { CacheErrorDefinition } from '../errors.ts';

type Name =
  | 'SERVER_TOO_OLD'
  | 'WAL_LEVEL'
  | 'NO_FREE_SLOT'
  | 'NO_FREE_SENDER'
  | 'FOREIGN_SLOT'
  | 'SLOT_IN_USE'
  | 'PRIVILEGE'
  | 'UNKNOWN_TABLE'
  | 'NO_REPLICA_IDENTITY'
  | 'UNPUBLISHABLE'
  | 'NO_OUTBOX'
  | 'NO_TABLES'
  | 'UNREADABLE_STREAM'
  | 'STREAM_ENDED'
  | 'DATABASE_UNREACHABLE';

const ROWS: Readonly<Record<Name, Omit<CacheErrorDefinition, 'code'>>> = {
  SERVER_TOO_OLD: {
    message: 'the server is PostgreSQL {version}',
    why: 'Messages of an application in the change stream need PostgreSQL 14.',
    next: ['upgrade the server', 'invalidate explicitly after each commit'],
  },
  WAL_LEVEL: {
    message: 'wal_level is {level}',
    why: 'The change stream is decoded from the write-ahead log, which holds enough for that at wal_level = logical only.',
    next: [
      'alter system set wal_level = logical, then restart the server',
      "use the mode 'outbox' (--mode outbox), which needs triggers instead",
    ],
  },
  NO_FREE_SLOT: {
    message: 'the server has no replication slot left for "{slot}"',
    why: 'All of max_replication_slots are in use.',
    next: [
      'drop a slot that nobody uses: select slot_name from pg_replication_slots where not active',
      'raise max_replication_slots, then restart the server',
    ],
  },
  NO_FREE_SENDER: {
    message: 'the server takes no further replication connection',
    why: '{reason}.',
    next: [
      'raise max_wal_senders, then restart the server',
      'end a standby or a subscriber that is not needed',
    ],
  },
  FOREIGN_SLOT: {
    message: 'the replication slot "{slot}" is somebody else\'s',
    why: 'It decodes database "{database}" with {plugin}; the worker needs one of its own with pgoutput.',
    next: ['name another slot'],
  },
  SLOT_IN_USE: {
    message: 'another worker uses the slot',
    why: '{reason}.',
    next: ['nothing: this worker takes over when that one ends'],
  },
  PRIVILEGE: {
    message: 'the role of the worker may not {what}',
    why: '{reason}.',
    next: [
      'alter role worker replication',
      'grant create on database shop to worker, and make it a member of the role that owns the tables',
      'or let their owner make the publication, and name it in the option publication',
    ],
  },
  UNKNOWN_TABLE: {
    message: 'there is no table "{table}"',
    why: 'The option tables names tables as SQL does: with their schema, in double quotes where SQL needs them.',
    next: ['look it up: select oid::regclass from pg_class'],
  },
  NO_REPLICA_IDENTITY: {
    message: 'the table {table} has no replica identity',
    why: 'Once it is published, PostgreSQL refuses every update and delete of it.',
    next: [
      'give it a primary key',
      'or: alter table … replica identity full',
      'or leave it out of the option tables',
    ],
  },
  UNPUBLISHABLE: {
    message: 'the table {table} cannot be published',
    why: '{reason}.',
    next: ['leave it out of the option tables, and give what is read from it a short ttlMs'],
  },
  NO_OUTBOX: {
    message: 'there is no outbox in schema "{schema}"',
    why: "The mode 'outbox' reads what triggers wrote; nobody has made them yet.",
    next: [
      'make it: `pgsteward cache worker --print-outbox-sql --tables …`, or installOutbox(…) in a program',
    ],
  },
  NO_TABLES: {
    message: 'there is no table to listen to',
    why: '{reason}.',
    next: ['name the tables that are read through the cache in the option tables'],
  },
  UNREADABLE_STREAM: {
    message: 'the change stream holds something that pgoutput does not send: {what}',
    why: 'The slot is not of pgoutput version 1, or something between here and the server changes what it sends.',
    next: ['connect to the server itself, not through a proxy'],
  },
  STREAM_ENDED: {
    message: 'the change stream ended',
    why: '{reason}.',
    next: ['nothing: the worker connects again, and the server sends again what was not confirmed'],
  },
  DATABASE_UNREACHABLE: {
    message: 'the database does not do what the worker asks',
    why: '{reason}.',
    next: ['nothing if the server restarts: the worker tries again', 'look into the log of the server'],
  },
};

/** The catalogue of what a worker may meet, by name. */
export const CDC_ERRORS: Readonly<Record<Name, CacheErrorDefinition>> = Object.fromEntries(
  Object.entries(ROWS).map(([name, row]) => [name, { code: `CDC.${name}`, ...row }]),
) as Record<Name, CacheErrorDefinition>;
