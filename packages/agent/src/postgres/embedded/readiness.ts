import pg from 'pg';
import type { Clock } from '../../kernel/index.ts';
import type { ServerProcess } from './server-process.ts';

const READY_TIMEOUT_MS = 30_000;
/** Replaying the log of a killed server takes its time, and says so: SQLSTATE 57P03. */
const RECOVERY_FACTOR = 10;
const POLL_MS = 10;

/** What to wait for. */
export interface Wait {
  readonly child: ServerProcess;
  /** URL to connect to. */
  readonly url: string;
  readonly clock: Clock;
  /** Longest wait in milliseconds, 30 s by default; ten times as long while the server recovers. */
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** How the wait ended; `version` as in `server_version`, `reason` for a person. */
export type Outcome =
  | { readonly isReady: true; readonly version: string }
  | { readonly isReady: false; readonly reason: string };

/** Waits until a server takes a connection: the only proof that it is ready. */
export async function waitUntilReady(wait: Wait): Promise<Outcome> {
  const { child, clock, timeoutMs = READY_TIMEOUT_MS, signal } = wait;
  const begin = clock.monotonicMs();
  let isRecovering = false;
  for (;;) {
    if (child.hasEnded()) return { isReady: false, reason: 'the process ended' };
    if (signal?.aborted === true) return { isReady: false, reason: 'cancelled' };
    const answer = await tryConnect(wait.url);
    if ('version' in answer) return { isReady: true, version: answer.version };
    isRecovering ||= answer.code === '57P03';
    const limitMs = isRecovering ? timeoutMs * RECOVERY_FACTOR : timeoutMs;
    if (clock.monotonicMs() - begin > limitMs) {
      return { isReady: false, reason: `no connection within ${limitMs} ms (${answer.code})` };
    }
    await clock.sleep(POLL_MS, signal);
  }
}

async function tryConnect(url: string): Promise<{ readonly version: string } | { readonly code: string }> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ readonly server_version: string }>('show server_version');
    return { version: rows[0]?.server_version ?? '' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { code: code ?? message };
  } finally {
    await client.end().catch(() => undefined);
  }
}
