import {
  type BackendSignal,
  type ConnectionTarget,
  POSTGRES_SETTINGS,
  type SeenBackend,
  signalBackend,
} from '../postgres/index.ts';
import type { Settings } from '../settings/index.ts';

/**
 * Cancels a statement or ends a session, by a session of its own.
 * @returns what came of it, for a person
 * @throws DatabaseError of node-postgres when the role may not; POSTGRES.* when the target cannot be reached
 */
export async function sendSignal(
  target: ConnectionTarget,
  settings: Settings,
  { signal, session }: { readonly signal: BackendSignal; readonly session: SeenBackend },
): Promise<string> {
  const connectTimeoutMs = settings.get(POSTGRES_SETTINGS.connectTimeoutMs);
  const { pid, connectedMs } = session;
  const isSent = await signalBackend(target, signal, { pid, connectedMs, connectTimeoutMs });
  if (!isSent) return `${pid} is gone already`;
  return signal === 'cancel' ? `cancelled the statement of ${pid}` : `ended the session ${pid}`;
}
