import type { HeldConnection, OwnConnection } from '../postgres/index.ts';
import type { SampleBatch, StoredEvent } from '../series/index.ts';
import type { Settings } from '../settings/index.ts';
import { appendBatch } from './append.ts';
import { type StoredDiagnosis, saveDiagnosis } from './diagnoses.ts';
import { appendEvents } from './events.ts';
import { type StoredExecution, saveExecutions } from './executions.ts';
import { type Maintenance, maintain } from './maintain.ts';
import { type StoredPlan, savePlans } from './plans.ts';
import { SCHEMA } from './schema.ts';
import { createSeriesRegistry } from './series-registry.ts';

/**
 * The one that writes the history of a target. Its connection holds the lock that makes it the only one: when the
 * connection breaks, lock and right to write are gone together, so that nothing is ever counted twice.
 */
export interface HistoryWriter {
  readonly targetId: number;
  /** Fires when the connection broke. */
  readonly lost: AbortSignal;
  /** Stores what was read and what happened, all of it or nothing. */
  append(batches: readonly SampleBatch[], also?: AppendedToo): Promise<void>;
  /** Keeps the texts of statements that are not yet kept, by fingerprint. */
  keepTexts(texts: ReadonlyMap<string, string>): Promise<void>;
  /** Replaces the last diagnosis. */
  saveDiagnosis(diagnosis: StoredDiagnosis): Promise<void>;
  /** Keeps plans; one that is known is seen again. */
  savePlans(plans: readonly StoredPlan[]): Promise<void>;
  /** Keeps executions as the server logged them: of each statement the latest and the slowest. */
  saveExecutions(executions: readonly StoredExecution[]): Promise<void>;
  /** Rolls up, seals and drops what is due. */
  maintain(nowMs: number): Promise<Maintenance>;
  /** Lets another agent write. */
  release(): Promise<void>;
}

/** The sender forgets what was stored: a crash of a server that commits before it writes would lose it. */
const DURABLE_SQL = `
  select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`;

/** What is stored together with samples. */
export interface AppendedToo {
  readonly events?: readonly StoredEvent[];
  /** Name of this portion, by which its sender finds out later whether it was stored. */
  readonly mark?: string;
}

/**
 * Tries to become the writer of a target.
 * @returns null while another agent is
 */
export async function lead(
  connection: HeldConnection,
  targetName: string,
  settings: Settings,
): Promise<HistoryWriter | null> {
  const targetId = await ensureTarget(connection, targetName);
  const rows = await connection.run('select pg_try_advisory_lock(hashtextextended($1, 0)) as taken', [
    `pgsteward target ${targetId}`,
  ]);
  if (rows[0]?.['taken'] !== true) return null;
  await connection.run(DURABLE_SQL);
  let registry = createSeriesRegistry(connection, targetId);
  return {
    targetId,
    lost: connection.lost,
    async append(batches, { events = [], mark = null } = {}) {
      try {
        await connection.transaction(async (inside) => {
          for (const batch of batches) await appendBatch(inside, registry, batch);
          await appendEvents(inside, targetId, events);
          await inside.run(`update ${SCHEMA}.target set written = $2 where id = $1`, [targetId, mark]);
        });
      } catch (error) {
        // What was numbered in a transaction that was rolled back is numbered no more.
        registry = createSeriesRegistry(connection, targetId);
        throw error;
      }
    },
    keepTexts: (texts) => keepTexts(connection, texts),
    saveDiagnosis: (diagnosis) => saveDiagnosis(connection, targetId, diagnosis),
    savePlans: (plans) => savePlans(connection, targetId, plans),
    saveExecutions: (executions) => saveExecutions(connection, targetId, executions),
    maintain: (nowMs) => maintain(connection, targetId, { settings, nowMs }),
    release: () => connection.release(),
  };
}

/** Finds a target by name, or makes it. */
export async function ensureTarget(connection: OwnConnection, name: string): Promise<number> {
  await connection.run(`insert into ${SCHEMA}.target (name) values ($1) on conflict (name) do nothing`, [
    name,
  ]);
  const rows = await connection.run(`select id from ${SCHEMA}.target where name = $1`, [name]);
  return Number(rows[0]?.['id']);
}

async function keepTexts(connection: OwnConnection, texts: ReadonlyMap<string, string>): Promise<void> {
  if (texts.size === 0) return;
  // PostgreSQL stores no NUL in text.
  const clean = [...texts].map(([fingerprint, query]) => [fingerprint, query.replaceAll('\u0000', '')]);
  await connection.run(
    `insert into ${SCHEMA}.statement_text (fingerprint, query)
    select e ->> 0, e ->> 1 from jsonb_array_elements($1::jsonb) e
    on conflict (fingerprint) do nothing`,
    [JSON.stringify(clean)],
  );
}
