import { connect, endSoon } from './connect.ts';
import type { ConnectionTarget } from './target.ts';

/** A session with the admin console of a PgBouncer: no database, it knows commands such as `show pools` alone. */
export interface PoolerConsole {
  /**
   * Sends a command as it stands: the console takes simple queries only, and no comments, parameters or transactions.
   * @returns rows as text and numbers, 64-bit numbers included
   * @throws an Error when the console refuses it, or does not answer in time
   * @source PgBouncer docs, "Admin console"
   */
  show(command: string, timeoutMs: number): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

/** Opens an admin console. @throws a POSTGRES.* error that names what is wrong */
export async function openPoolerConsole(
  pooler: ConnectionTarget,
  options: { readonly connectTimeoutMs: number; readonly signal?: AbortSignal },
): Promise<PoolerConsole> {
  const client = await connect(pooler, options.connectTimeoutMs, options.signal);
  return {
    async show(command, timeoutMs) {
      const query = { text: command, query_timeout: timeoutMs };
      return (await client.query<Record<string, unknown>>(query)).rows;
    },
    close: () => endSoon(client),
  };
}
