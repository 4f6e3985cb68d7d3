import { failure } from '../errors.ts';
import type { DatabaseRow, WorkerDatabase } from './database.ts';
import { CDC_ERRORS } from './errors.ts';
import type { SlotFacts } from './types.ts';

interface SlotRow extends DatabaseRow {
  readonly plugin: string | null;
  readonly database: string | null;
  readonly is_here: boolean;
  readonly active: boolean;
  readonly wal_status: string;
  readonly retained: number | null;
  readonly limit: number | null;
  readonly safe: number | null;
  readonly confirmed: string | null;
}

/** Numbers of bytes stay far below 2^53. */
const SLOT = `/* pgsteward:cache-slot */
select s.plugin, s.database, s.database = pg_catalog.current_database() as is_here, s.active,
  coalesce(s.wal_status, 'lost') as wal_status,
  pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), s.restart_lsn)::pg_catalog.float8 as retained,
  (select case when g.setting = '-1' then null else g.setting::pg_catalog.float8 * 1048576 end
   from pg_catalog.pg_settings as g where g.name = 'max_slot_wal_keep_size') as "limit",
  s.safe_wal_size::pg_catalog.float8 as safe, s.confirmed_flush_lsn::pg_catalog.text as confirmed
from pg_catalog.pg_replication_slots as s where s.slot_name = $1`;

/** What became of the slot: why all of the namespace must be invalidated, or null where it goes on as it was. */
export interface EnsuredSlot {
  readonly resetReason: string | null;
}

/**
 * Makes the slot where there is none, and makes it anew where the server has given it up.
 * @param mustRenew whether what it still holds is of no use, as the publication is younger
 * @throws CDC.SERVER_TOO_OLD, CDC.WAL_LEVEL, CDC.FOREIGN_SLOT, CDC.NO_FREE_SLOT, CDC.PRIVILEGE, CDC.SLOT_IN_USE
 */
export async function ensureSlot(
  database: WorkerDatabase,
  slot: string,
  mustRenew: boolean,
): Promise<EnsuredSlot> {
  const [row] = await database.rows<SlotRow>(SLOT, [slot]);
  if (row === undefined) {
    await createSlot(database, slot);
    return { resetReason: `there was no replication slot "${slot}"` };
  }
  if (row.plugin !== 'pgoutput' || !row.is_here) {
    const [plugin, name] = [row.plugin ?? 'nothing', row.database ?? ''];
    throw failure(CDC_ERRORS.FOREIGN_SLOT, { slot, plugin, database: name });
  }
  if (row.wal_status !== 'lost' && !mustRenew) return { resetReason: null };
  await database.rows('select pg_catalog.pg_drop_replication_slot($1)', [slot]);
  await createSlot(database, slot);
  const why =
    row.wal_status === 'lost' ? 'was lost: the server needed its log' : 'was older than its publication';
  return { resetReason: `the replication slot "${slot}" ${why}` };
}

/** Checks that the server can hand a change stream over. @throws CDC.SERVER_TOO_OLD, CDC.WAL_LEVEL */
export async function assertLogical(database: WorkerDatabase): Promise<void> {
  const [row] = await database.rows<{ readonly level: string; readonly version: string }>(
    `/* pgsteward:cache-server */ select pg_catalog.current_setting('wal_level') as level, pg_catalog.current_setting('server_version_num') as version`,
  );
  const { level = '', version = '' } = row ?? {};
  if (Number(version) < OLDEST_VERSION) {
    throw failure(CDC_ERRORS.SERVER_TOO_OLD, { version: String(Math.floor(Number(version) / 10_000)) });
  }
  if (level !== 'logical') throw failure(CDC_ERRORS.WAL_LEVEL, { level });
}

const OLDEST_VERSION = 140_000;

async function createSlot(database: WorkerDatabase, slot: string): Promise<void> {
  await database.rows("select pg_catalog.pg_create_logical_replication_slot($1, 'pgoutput')", [slot]);
}

/** What the server says of a slot. */
export interface SlotReading {
  readonly facts: SlotFacts;
  /** Up to where it was confirmed, as PostgreSQL writes it. */
  readonly confirmed: string | null;
}

/** Reads what the server says of the slot; null where there is none. */
export async function readSlot(database: WorkerDatabase, slot: string): Promise<SlotReading | null> {
  const [row] = await database.rows<SlotRow>(SLOT, [slot]);
  if (row === undefined) return null;
  return {
    facts: {
      slot,
      isActive: row.active,
      walStatus: row.wal_status,
      retainedBytes: row.retained ?? 0,
      limitBytes: row.limit,
      safeBytes: row.safe,
    },
    confirmed: row.confirmed,
  };
}
