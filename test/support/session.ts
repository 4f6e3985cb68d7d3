import { unwrap } from '../../packages/agent/src/kernel/index.ts';
import { openSession, parseTarget, type Session } from '../../packages/agent/src/postgres/index.ts';

/** Opens a read-only session of the product on a test database. */
export function openTestSession(url: string): Promise<Session> {
  return openSession(unwrap(parseTarget(url, {})), { connectTimeoutMs: 5_000, lockTimeoutMs: 200 });
}
