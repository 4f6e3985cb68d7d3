import type { OwnConnection } from '../postgres/index.ts';
import { SCHEMA } from './schema.ts';

/** What somebody did through the dashboard or the API. */
export interface AccessEntry {
  /** Person or token: `token:operator`, `anna@example.com`. */
  readonly actor: string;
  /** `sign-in`, `sign-in-refused`, `cancel`, `terminate`, `event`, `silence` … */
  readonly action: string;
  readonly subject: string;
}

/** Who did what. */
export interface AccessLog {
  /** Writes down who did what. */
  logAccess(entry: AccessEntry): Promise<void>;
  /** Gives what was written down last, the latest first. */
  accessLog(limit: number): Promise<readonly (AccessEntry & { readonly at: Date })[]>;
}

/** Opens the record of who did what. */
export function createAccessLog(connection: OwnConnection): AccessLog {
  return {
    async logAccess({ actor, action, subject }) {
      await connection.run(`insert into ${SCHEMA}.access_log (actor, action, subject) values ($1, $2, $3)`, [
        actor,
        action,
        subject,
      ]);
    },
    async accessLog(limit) {
      const rows = await connection.run(
        `select at, actor, action, subject from ${SCHEMA}.access_log order by id desc limit $1`,
        [limit],
      );
      return rows.map((row) => ({
        at: row['at'] as Date,
        actor: String(row['actor']),
        action: String(row['action']),
        subject: String(row['subject']),
      }));
    },
  };
}
