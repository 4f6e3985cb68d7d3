import type { Socket } from 'node:net';
import { Client, type ClientConfig, TypeOverrides } from 'pg';
import { failure } from '../kernel/index.ts';
import { POSTGRES_ERRORS } from './errors.ts';
import type { ConnectionTarget } from './target.ts';
import { isTlsRefusal, translateConnectError } from './translate-error.ts';

/** Name under which pgsteward's own sessions appear in pg_stat_activity. */
const APPLICATION_NAME = 'pgsteward';

const OID = { int8: 20, oid: 26, xid: 28, numeric: 1700 } as const;

/**
 * Opens one connection, trying TLS and plain in the order that the target's sslmode asks for.
 * @param timeoutMs limit for the handshake of one attempt, in milliseconds
 * @param signal gives up at once
 * @throws a POSTGRES.* error that names what is wrong and what to do; POSTGRES.CANCELLED
 */
export async function connect(
  target: ConnectionTarget,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Client> {
  let telling: unknown;
  for (const config of connectionAttempts(target)) {
    const client = createClient(config, timeoutMs);
    try {
      await connectOrAbort(client, signal);
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (signal?.aborted === true) throw failure(POSTGRES_ERRORS.CANCELLED);
      // That one attempt of two found no TLS tells less than what the other one was answered.
      if (telling === undefined || !isTlsRefusal(error)) telling = error;
      if (!isWorthRetrying(target, error)) break;
    }
  }
  throw translateConnectError(telling, target, timeoutMs);
}

/** Breaks a connection off without a goodbye: the other end may be past answering. */
function destroyConnection(client: Client): void {
  (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream.destroy();
}

const GOODBYE_MS = 1_000;

/** Ends a connection politely, or breaks it off when the other end is past answering. */
export async function endSoon(client: Client): Promise<void> {
  const timer = setTimeout(() => destroyConnection(client), GOODBYE_MS);
  await client.end().catch(() => undefined);
  clearTimeout(timer);
}

/** Completes what a target says with what all connections of pgsteward have in common. */
export function clientConfig(config: ClientConfig, timeoutMs: number): ClientConfig {
  return {
    ...config,
    application_name: APPLICATION_NAME,
    connectionTimeoutMillis: timeoutMs,
    keepAlive: true,
    types: numericTypes(),
  };
}

function createClient(config: ClientConfig, timeoutMs: number): Client {
  const client = new Client({ ...clientConfig(config, timeoutMs), pipeline: true });
  // A connection that breaks while idle reports here; the next read sees the same and says so.
  client.on('error', () => undefined);
  return client;
}

async function connectOrAbort(client: Client, signal: AbortSignal | undefined): Promise<void> {
  const onAbort = (): void => destroyConnection(client);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await client.connect();
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
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
