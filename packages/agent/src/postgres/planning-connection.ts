import { connect } from './connect.ts';
import { mark } from './marker.ts';
import type { ConnectionTarget } from './target.ts';

/** A connection for plans only: read-only by default, with a statement timeout. Statements sent without waiting are pipelined. */
export interface TargetPlanningConnection {
  run(sql: string): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
  close(): Promise<void>;
}

const STATEMENT_TIMEOUT_MS = 10_000;
const LOCK_TIMEOUT_MS = 200;

/** Opens a connection to a target on which plans are made and nothing is run. */
export async function openPlanningConnection(
  target: ConnectionTarget,
  options: { readonly connectTimeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<TargetPlanningConnection> {
  const client = await connect(target, options.connectTimeoutMs, options.signal);
  await client.query(
    mark(
      'planning',
      `set default_transaction_read_only = on; set statement_timeout = ${STATEMENT_TIMEOUT_MS}; set lock_timeout = ${LOCK_TIMEOUT_MS}`,
    ),
  );
  return { run: (sql) => client.query(sql), close: () => client.end() };
}
