import { failure } from '../kernel/index.ts';
import { type ConnectionTarget, type HeldConnection, openOwnDatabase } from '../postgres/index.ts';
import type { Settings } from '../settings/index.ts';
import { type AccessLog, createAccessLog } from './access-log.ts';
import { type ActionTables, createActionTables } from './action-tables.ts';
import { type AlertTables, createAlertTables } from './alert-tables.ts';
import { STORE_ERRORS } from './errors.ts';
import { migrate } from './migrate.ts';
import { SCHEMA } from './schema.ts';
import { STORE_SETTINGS } from './settings.ts';
import { createTargetHistory, type TargetHistory } from './target-history.ts';
import { ensureTarget, type HistoryWriter, lead } from './writer.ts';

/** A target that the store knows. */
export interface StoredTarget {
  readonly id: number;
  readonly name: string;
}

/** The history of all targets. */
export interface Store extends AccessLog {
  /** Where it is, without a password. */
  readonly address: string;
  targets(): Promise<readonly StoredTarget[]>;
  /** Opens the history of a target for reading; one that was never watched is empty. */
  target(name: string): Promise<TargetHistory>;
  /** Tries to become the one that writes a target's history. @returns null while another agent is */
  lead(targetName: string): Promise<HistoryWriter | null>;
  /** Gives the texts of statements by fingerprint; those that are not kept are left out. */
  statementTexts(fingerprints: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** What alerting keeps, for readers and for silences. */
  readonly alerts: AlertTables;
  /** Actions on targets and their ledger. */
  readonly actions: ActionTables;
  /** Tries to become the one that raises alerts. @returns null while another agent does */
  leadAlerts(): Promise<AlertWriter | null>;
  close(): Promise<void>;
}

/** The one that raises alerts: its connection holds the lock that makes it the only one. */
export interface AlertWriter extends AlertTables {
  /** Fires when the connection broke. */
  readonly lost: AbortSignal;
  /** Lets another agent raise them. */
  release(): Promise<void>;
}

const MINIMUM_VERSION_NUMBER = 140_000;
const STATEMENT_TIMEOUT_MS = 60_000;

/**
 * Opens the store and brings its schema up to date.
 * @throws POSTGRES.* when it cannot be reached; STORE.TOO_NEW, STORE.TOO_OLD_SERVER
 */
export async function openStore(
  target: ConnectionTarget,
  options: { readonly settings: Settings; readonly connectTimeoutMs: number },
): Promise<Store> {
  const { settings, connectTimeoutMs } = options;
  const database = await openOwnDatabase(target, {
    connectTimeoutMs,
    maximumConnections: settings.get(STORE_SETTINGS.connections),
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    const rows = await database.run(
      "select current_setting('server_version_num')::int as number, current_setting('server_version') as version",
    );
    if (Number(rows[0]?.['number']) < MINIMUM_VERSION_NUMBER) {
      const version = String(rows[0]?.['version']);
      throw failure(STORE_ERRORS.TOO_OLD_SERVER, { version, address: target.address });
    }
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return {
    address: target.address,
    async targets() {
      const rows = await database.run(`select id, name from ${SCHEMA}.target order by name`);
      return rows.map((row) => ({ id: Number(row['id']), name: String(row['name']) }));
    },
    target: async (name) => createTargetHistory(database, await ensureTarget(database, name)),
    async lead(targetName) {
      const connection = await database.hold();
      const writer = await lead(connection, targetName, settings).catch(async (error: unknown) => {
        await connection.release();
        throw error;
      });
      if (writer === null) await connection.release();
      return writer;
    },
    alerts: createAlertTables(database),
    actions: createActionTables(database),
    leadAlerts: async () => leadAlerts(await database.hold()),
    async statementTexts(fingerprints) {
      const rows = await database.run(
        `select fingerprint, query from ${SCHEMA}.statement_text where fingerprint = any($1)`,
        [fingerprints],
      );
      return new Map(rows.map((row) => [String(row['fingerprint']), String(row['query'])]));
    },
    ...createAccessLog(database),
    close: () => database.close(),
  };
}

async function leadAlerts(connection: HeldConnection): Promise<AlertWriter | null> {
  try {
    const rows = await connection.run(
      "select pg_try_advisory_lock(hashtextextended('pgsteward alerts', 0)) as taken",
    );
    if (rows[0]?.['taken'] === true) {
      return {
        ...createAlertTables(connection),
        lost: connection.lost,
        release: () => connection.release(),
      };
    }
  } catch (error) {
    await connection.release();
    throw error;
  }
  await connection.release();
  return null;
}
