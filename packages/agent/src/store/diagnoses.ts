import type { OwnConnection } from '../postgres/index.ts';
import { SCHEMA } from './schema.ts';

/** The last diagnosis of a target; its report is fit for JSON and belongs to who wrote it. */
export interface StoredDiagnosis {
  readonly takenAt: Date;
  readonly report: unknown;
}

/** Gives the last diagnosis of a target; null before the first. */
export async function readDiagnosis(
  connection: OwnConnection,
  targetId: number,
): Promise<StoredDiagnosis | null> {
  const rows = await connection.run(`select taken_at, report from ${SCHEMA}.diagnosis where target_id = $1`, [
    targetId,
  ]);
  return rows[0] === undefined ? null : { takenAt: rows[0]['taken_at'] as Date, report: rows[0]['report'] };
}

/** Replaces the diagnosis of a target, unless a later one is there. */
export async function saveDiagnosis(
  connection: OwnConnection,
  targetId: number,
  { takenAt, report }: StoredDiagnosis,
): Promise<void> {
  await connection.run(
    `insert into ${SCHEMA}.diagnosis as d (target_id, taken_at, report) values ($1, $2, $3::jsonb)
    on conflict (target_id) do update set taken_at = excluded.taken_at, report = excluded.report
    where d.taken_at <= excluded.taken_at`,
    [targetId, takenAt, JSON.stringify(report).replaceAll('\\u0000', '')],
  );
}
