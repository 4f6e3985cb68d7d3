import { type ConnectionTarget, openSession, POSTGRES_SETTINGS, type Session } from '../postgres/index.ts';
import type { Settings } from '../settings/index.ts';

/** Opens a session on a target with the timeouts that the settings ask for. */
export function openTarget(
  target: ConnectionTarget,
  options: { readonly settings: Settings; readonly signal?: AbortSignal | undefined },
): Promise<Session> {
  return openSession(target, {
    connectTimeoutMs: options.settings.get(POSTGRES_SETTINGS.connectTimeoutMs),
    lockTimeoutMs: options.settings.get(POSTGRES_SETTINGS.lockTimeoutMs),
    signal: options.signal,
  });
}
