import { Client, type ClientConfig, TypeOverrides } from 'pg';
import type { ConnectionTarget } from './target.ts';
import { isTlsRefusal, translateConnectError } from './translate-error.ts';

/** Name under which pgsteward's own sessions appear in pg_stat_activity. */
export const APPLICATION_NAME = 'pgsteward';

const OID = { int8: 20, oid: 26, xid: 28, numeric: 1700 } as const;

/**
 * Opens one connection, trying TLS and plain in the order that the target's sslmode asks for.
 * @param timeoutMs limit for the whole handshake, in milliseconds
 * @throws a POSTGRES.* error that names what is wrong and what to do
 */
export async function connect(target: ConnectionTarget, timeoutMs: number): Promise<Client> {
  const attempts = connectionAttempts(target);
  let first: unknown;
  for (const config of attempts) {
    const client = new Client({
      ...config,
      application_name: APPLICATION_NAME,
      connectionTimeoutMillis: timeoutMs,
      keepAlive: true,
      pipeline: true,
      types: numericTypes(),
    });
    // A connection that breaks while idle reports here; the next read sees the same and says so.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      first ??= error;
      await client.end().catch(() => undefined);
      if (!isWorthRetrying(target, error)) break;
    }
  }
  throw translateConnectError(first, target, timeoutMs);
}

function connectionAttempts(target: ConnectionTarget): readonly ClientConfig[] {
  const plain: ClientConfig = { ...target.config, ssl: false };
  if (target.sslMode === 'disable' || target.config.host?.startsWith('/') === true) return [plain];
  if (target.sslMode === 'prefer') return [target.config, plain];
  if (target.sslMode === 'allow') return [plain, target.config];
  return [target.config];
}

/** With `prefer` and `allow` the second attempt differs only in TLS, so only TLS or admission can mend it. */
function isWorthRetrying(target: ConnectionTarget, error: unknown): boolean {
  const isAdmission = (error as { code?: string }).code === '28000';
  return target.sslMode === 'allow' ? isAdmission : isTlsRefusal(error) || isAdmission;
}

/** Reads 64-bit integers, oids and numerics as numbers: statistics stay far below 2^53. */
function numericTypes(): TypeOverrides {
  const types = new TypeOverrides();
  for (const oid of Object.values(OID)) types.setTypeParser(oid, Number);
  return types;
}
