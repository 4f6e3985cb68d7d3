import type { OwnConnection } from '../postgres/index.ts';
import type { StoredEvent } from '../series/index.ts';
import { SCHEMA } from './schema.ts';
import type { TimeRange } from './types.ts';

/** Adds what happened to a target. */
export async function appendEvents(
  connection: OwnConnection,
  targetId: number,
  events: readonly StoredEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await connection.run(
    `insert into ${SCHEMA}.event (target_id, at, kind, subject, detail)
    select $1, (e ->> 'at')::timestamptz, e ->> 'kind', e ->> 'subject', e -> 'detail'
    from jsonb_array_elements($2::jsonb) e`,
    [targetId, JSON.stringify(events)],
  );
}

/** Gives what happened to a target, oldest first. */
export async function readEvents(
  connection: OwnConnection,
  targetId: number,
  range: TimeRange,
): Promise<readonly StoredEvent[]> {
  const rows = await connection.run(
    `select at, kind, subject, detail from ${SCHEMA}.event
    where target_id = $1 and at > $2 and at <= $3 order by at, id`,
    [targetId, new Date(range.fromMs), new Date(range.toMs)],
  );
  return rows.map((row) => ({
    at: row['at'] as Date,
    kind: String(row['kind']),
    subject: String(row['subject']),
    detail: row['detail'] as Readonly<Record<string, unknown>>,
  }));
}
