import type { OwnConnection, OwnRow } from '../postgres/index.ts';
import { SCHEMA } from './schema.ts';
import { storableJson } from './storable-json.ts';

/** One way in which a statement was planned. */
export interface StoredPlan {
  readonly fingerprint: string;
  /** Hash of its shape: the same way of working, whatever rows and costs are estimated. */
  readonly hash: string;
  /** `generic`: asked for without parameter values. Plans as they ran are kept with their executions. */
  readonly source: 'generic';
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  readonly totalCost: number;
  /** Fit for JSON; as it was seen last. */
  readonly body: unknown;
}

/** Gives the plans of one statement, the one seen last first. */
export async function readPlans(
  connection: OwnConnection,
  targetId: number,
  fingerprint: string,
): Promise<readonly StoredPlan[]> {
  const rows = await connection.run(
    `select * from ${SCHEMA}.plan where target_id = $1 and fingerprint = $2 order by last_seen desc, first_seen desc`,
    [targetId, fingerprint],
  );
  return rows.map(planOf);
}

/** Gives the plan of each statement that was seen last, by fingerprint. */
export async function readLatestPlans(
  connection: OwnConnection,
  targetId: number,
  source: StoredPlan['source'],
): Promise<ReadonlyMap<string, StoredPlan>> {
  const rows = await connection.run(
    `select distinct on (fingerprint) * from ${SCHEMA}.plan where target_id = $1 and source = $2
    order by fingerprint, last_seen desc, first_seen desc`,
    [targetId, source],
  );
  return new Map(rows.map((row) => [String(row['fingerprint']), planOf(row)]));
}

/** Keeps plans; one that is known is seen again. */
export async function savePlans(
  connection: OwnConnection,
  targetId: number,
  plans: readonly StoredPlan[],
): Promise<void> {
  if (plans.length === 0) return;
  await connection.run(
    `insert into ${SCHEMA}.plan as p
      (target_id, fingerprint, hash, source, first_seen, last_seen, total_cost, body)
    select $1, e ->> 'fingerprint', e ->> 'hash', e ->> 'source', (e ->> 'firstSeen')::timestamptz,
      (e ->> 'lastSeen')::timestamptz, (e ->> 'totalCost')::float8, e -> 'body'
    from jsonb_array_elements($2::jsonb) e
    on conflict (target_id, fingerprint, hash, source) do update set
      last_seen = greatest(p.last_seen, excluded.last_seen), total_cost = excluded.total_cost, body = excluded.body`,
    [targetId, storableJson(plans)],
  );
}

function planOf(row: OwnRow): StoredPlan {
  return {
    fingerprint: String(row['fingerprint']),
    hash: String(row['hash']),
    source: row['source'] as StoredPlan['source'],
    firstSeen: row['first_seen'] as Date,
    lastSeen: row['last_seen'] as Date,
    totalCost: Number(row['total_cost']),
    body: row['body'],
  };
}
