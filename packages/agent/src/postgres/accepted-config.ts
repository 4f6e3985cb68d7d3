import type { ClientConfig } from 'pg';
import { connect, endSoon } from './connect.ts';
import type { ConnectionTarget } from './target.ts';

/**
 * Finds out with which of the allowed TLS modes the server takes a connection: for a library that opens its own.
 * @throws a POSTGRES.* error that names what is wrong
 */
export async function acceptedConfig(
  target: ConnectionTarget,
  options: { readonly connectTimeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<ClientConfig> {
  const client = await connect(target, options.connectTimeoutMs, options.signal);
  const { ssl } = client as unknown as { readonly ssl: ClientConfig['ssl'] };
  await endSoon(client);
  return { ...target.config, ssl };
}
