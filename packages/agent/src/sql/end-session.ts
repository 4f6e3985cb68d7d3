/** A session that is to give up its statement, or to end. */
export interface SessionEnd {
  readonly signal: 'cancel' | 'terminate';
  readonly pid: number;
  /** When it connected, in UTC to the microsecond: `2026-01-31 12:00:00.123456+00`. Its process id may be another's by now. */
  readonly connectedAt: string;
}

/**
 * Writes the statement that ends one session and no other, in the only form that {@link readEndSession} reads.
 * @source PostgreSQL docs 9.28.2 "Server Signaling Functions"
 */
export function endSessionSql({ signal, pid, connectedAt }: SessionEnd): string {
  return `select pg_catalog.pg_${signal}_backend(a.pid) from pg_catalog.pg_stat_activity a where a.pid = ${pid} and a.backend_start = '${connectedAt}'`;
}

const FORM =
  /^select pg_catalog\.pg_(?<signal>cancel|terminate)_backend\(a\.pid\) from pg_catalog\.pg_stat_activity a where a\.pid = (?<pid>[1-9]\d{0,9}) and a\.backend_start = '(?<connectedAt>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00)'\s*;?\s*$/;

/** Reads which session a statement ends; null when it is not the very form of {@link endSessionSql}. */
export function readEndSession(sql: string): SessionEnd | null {
  const { signal, pid, connectedAt } = FORM.exec(sql)?.groups ?? {};
  if (signal === undefined || pid === undefined || connectedAt === undefined) return null;
  return { signal: signal === 'cancel' ? 'cancel' : 'terminate', pid: Number(pid), connectedAt };
}
