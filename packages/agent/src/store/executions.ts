import type { OwnConnection, OwnRow } from '../postgres/index.ts';
import { SCHEMA } from './schema.ts';
import { storableJson } from './storable-json.ts';

/** One execution of a statement, with the plan as it ran. */
export interface StoredExecution {
  readonly fingerprint: string;
  /** When it ended. */
  readonly at: Date;
  readonly durationMs: number;
  /** Null when the log does not say. */
  readonly user: string | null;
  readonly application: string | null;
  /** Hash of the plan's shape, as of {@link StoredPlan}. */
  readonly hash: string;
  /** The plan; fit for JSON. */
  readonly body: unknown;
}

/** Executions that are kept of each statement: the latest, and the slowest beside them. */
export const KEPT_EXECUTIONS = { latest: 10, slowest: 5 } as const;

/** Gives the executions of one statement that are kept, the latest first. */
export async function readExecutions(
  connection: OwnConnection,
  targetId: number,
  fingerprint: string,
): Promise<readonly StoredExecution[]> {
  const rows = await connection.run(
    `select * from ${SCHEMA}.execution where target_id = $1 and fingerprint = $2 order by at desc, duration_ms desc`,
    [targetId, fingerprint],
  );
  return rows.map(executionOf);
}

/** Keeps executions, and of each of their statements only the latest and the slowest. */
export async function saveExecutions(
  connection: OwnConnection,
  targetId: number,
  executions: readonly StoredExecution[],
): Promise<void> {
  if (executions.length === 0) return;
  await connection.run(
    `insert into ${SCHEMA}.execution (target_id, fingerprint, at, duration_ms, user_name, application, hash, body)
    select $1, e ->> 'fingerprint', (e ->> 'at')::timestamptz, (e ->> 'durationMs')::float8, e ->> 'user',
      e ->> 'application', e ->> 'hash', e -> 'body'
    from jsonb_array_elements($2::jsonb) e
    on conflict do nothing`,
    [targetId, storableJson(executions)],
  );
  await connection.run(
    `delete from ${SCHEMA}.execution e using (
      select fingerprint, at, duration_ms,
        row_number() over (partition by fingerprint order by at desc, duration_ms desc) as latest,
        row_number() over (partition by fingerprint order by duration_ms desc, at desc) as slowest
      from ${SCHEMA}.execution where target_id = $1 and fingerprint = any($2)
    ) r
    where e.target_id = $1 and (e.fingerprint, e.at, e.duration_ms) = (r.fingerprint, r.at, r.duration_ms)
      and r.latest > $3 and r.slowest > $4`,
    [
      targetId,
      [...new Set(executions.map(({ fingerprint }) => fingerprint))],
      KEPT_EXECUTIONS.latest,
      KEPT_EXECUTIONS.slowest,
    ],
  );
}

/** Drops the executions before a time: what was slowest a month ago is no longer news. */
export async function dropExecutions(
  connection: OwnConnection,
  targetId: number,
  beforeMs: number,
): Promise<void> {
  await connection.run(`delete from ${SCHEMA}.execution where target_id = $1 and at < $2`, [
    targetId,
    new Date(beforeMs),
  ]);
}

function executionOf(row: OwnRow): StoredExecution {
  return {
    fingerprint: String(row['fingerprint']),
    at: row['at'] as Date,
    durationMs: Number(row['duration_ms']),
    user: row['user_name'] as string | null,
    application: row['application'] as string | null,
    hash: String(row['hash']),
    body: row['body'],
  };
}
