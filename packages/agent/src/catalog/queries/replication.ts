import * as z from 'zod';
import { flag, number, numberOrNull, text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** One server that receives WAL from the target. */
export interface ReplicaRow {
  readonly pid: number;
  readonly applicationName: string;
  readonly clientAddress: string | null;
  readonly state: string | null;
  /** `sync`, `async`, `quorum`, `potential`. */
  readonly syncState: string | null;
  /** WAL not yet replayed there, in bytes. */
  readonly replayLagBytes: number | null;
  /** Time until recent WAL was replayed there, in milliseconds; null while idle. */
  readonly replayLagMs: number | null;
  readonly xminAge: number | null;
}

const replicasSql = `
select
  r.pid as "pid",
  coalesce(r.application_name, '') as "applicationName",
  host(r.client_addr) as "clientAddress",
  r.state as "state",
  r.sync_state as "syncState",
  pg_catalog.pg_wal_lsn_diff(
    case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn()
      else pg_catalog.pg_current_wal_lsn() end, r.replay_lsn)::float8 as "replayLagBytes",
  (extract(epoch from r.replay_lag) * 1000)::float8 as "replayLagMs",
  pg_catalog.age(r.backend_xmin) as "xminAge"
from pg_catalog.pg_stat_replication r
order by r.pid
limit 500`;

export const replicasQuery: CatalogQuery<ReplicaRow> = defineCatalogQuery({
  id: 'catalog/replicas',
  summary: 'Servers that receive WAL from the target, and how far behind they are.',
  source: 'PostgreSQL docs 27.2.4 "pg_stat_replication"',
  needs: { role: 'pg_read_all_stats' },
  scope: 'instance',
  variants: [{ since: { server: 140_000 }, sql: replicasSql }],
  row: z.object({
    pid: number,
    applicationName: text,
    clientAddress: textOrNull,
    state: textOrNull,
    syncState: textOrNull,
    replayLagBytes: numberOrNull,
    replayLagMs: numberOrNull,
    xminAge: numberOrNull,
  }),
});

/** How far a standby is behind its source. */
export interface StandbyRow {
  /** Whether WAL is streaming in. */
  readonly isReceiving: boolean;
  readonly isReplayPaused: boolean;
  /** Received but not yet replayed, in bytes. */
  readonly replayLagBytes: number | null;
  /** Age of the last replayed commit, in milliseconds; grows on an idle primary without any lag. */
  readonly lastReplayMs: number | null;
}

const standbySql = `
select
  exists (select from pg_catalog.pg_stat_wal_receiver w where w.status = 'streaming') as "isReceiving",
  pg_catalog.pg_is_wal_replay_paused() as "isReplayPaused",
  pg_catalog.pg_wal_lsn_diff(
    pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())::float8 as "replayLagBytes",
  (extract(epoch from clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp()) * 1000)::float8
    as "lastReplayMs"`;

export const standbyQuery: CatalogQuery<StandbyRow> = defineCatalogQuery({
  id: 'catalog/standby',
  summary: 'How far this standby is behind its source.',
  source: 'PostgreSQL docs 9.28.4 "Recovery Control Functions"',
  needs: { role: 'pg_read_all_stats' },
  node: 'standby',
  scope: 'instance',
  variants: [{ since: { server: 140_000 }, sql: standbySql }],
  row: z.object({
    isReceiving: flag,
    isReplayPaused: flag,
    replayLagBytes: numberOrNull,
    lastReplayMs: numberOrNull,
  }),
});

/** One replication slot. */
export interface SlotRow {
  readonly name: string;
  readonly type: string;
  readonly database: string | null;
  readonly isActive: boolean;
  readonly isTemporary: boolean;
  /** WAL kept for it, in bytes. */
  readonly retainedBytes: number | null;
  /** `reserved`, `extended`, `unreserved`, `lost`. */
  readonly walStatus: string | null;
  readonly xminAge: number | null;
  readonly catalogXminAge: number | null;
  /** How long it has been inactive, in milliseconds (PostgreSQL 17+), else null. */
  readonly inactiveMs: number | null;
}

/** The whole statement; PostgreSQL 17 added since when a slot is inactive. */
const slotsSql = (inactive: string): string => `
select
  s.slot_name::text as "name",
  s.slot_type as "type",
  s.database::text as "database",
  s.active as "isActive",
  s.temporary as "isTemporary",
  pg_catalog.pg_wal_lsn_diff(
    case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn()
      else pg_catalog.pg_current_wal_lsn() end, s.restart_lsn)::float8 as "retainedBytes",
  s.wal_status as "walStatus",
  pg_catalog.age(s.xmin) as "xminAge",
  pg_catalog.age(s.catalog_xmin) as "catalogXminAge",
  ${inactive} as "inactiveMs"
from pg_catalog.pg_replication_slots s
order by s.slot_name
limit 500`;

export const slotsQuery: CatalogQuery<SlotRow> = defineCatalogQuery({
  id: 'catalog/slots',
  summary: 'Replication slots and the WAL and rows that they hold back.',
  source: 'PostgreSQL docs 53.20 "pg_replication_slots"',
  scope: 'instance',
  variants: [
    { since: { server: 140_000 }, sql: slotsSql('null::float8') },
    {
      since: { server: 170_000 },
      sql: slotsSql('(extract(epoch from clock_timestamp() - s.inactive_since) * 1000)::float8'),
    },
  ],
  row: z.object({
    name: text,
    type: text,
    database: textOrNull,
    isActive: flag,
    isTemporary: flag,
    retainedBytes: numberOrNull,
    walStatus: textOrNull,
    xminAge: numberOrNull,
    catalogXminAge: numberOrNull,
    inactiveMs: numberOrNull,
  }),
});
