import type { InvalidationWorker, WorkerOptions } from '@pgsteward/cache/cdc';
import { failure, PgstewardError } from '../../kernel/index.ts';
import { acceptedConfig, type ConnectionTarget, POSTGRES_SETTINGS } from '../../postgres/index.ts';
import { createRedisClient, REDIS_SETTINGS } from '../../redis/index.ts';
import type { Settings } from '../../settings/index.ts';
import { APP_ERRORS } from '../errors.ts';

/** What the user says of a worker. */
export type WorkerWish = Pick<
  WorkerOptions,
  'namespace' | 'mode' | 'tables' | 'slot' | 'publication' | 'schema'
>;

/** A worker of this process, with its connections. */
export interface CacheWorker {
  readonly worker: InvalidationWorker;
  close(): Promise<void>;
}

/** Around what a command needs of its surroundings. */
export interface WorkerSurroundings {
  readonly settings: Settings;
  readonly signal: AbortSignal;
}

/**
 * Starts an invalidation worker between a target and the Redis of `cache.redis-url`.
 * @throws APP.NO_REDIS, REDIS.INVALID_URL, POSTGRES.*, and CDC.* of what keeps it from running
 */
export async function startCacheWorker(
  target: ConnectionTarget,
  wish: WorkerWish,
  { settings, signal }: WorkerSurroundings,
): Promise<CacheWorker> {
  const url = settings.get(REDIS_SETTINGS.url);
  if (url === '') throw failure(APP_ERRORS.NO_REDIS);
  const connectTimeoutMs = settings.get(POSTGRES_SETTINGS.connectTimeoutMs);
  const database = await acceptedConfig(target, { connectTimeoutMs, signal });
  // Only this command needs them.
  const [{ createInvalidationWorker }, { redisStore }] = await Promise.all([
    import('@pgsteward/cache/cdc'),
    import('@pgsteward/cache/redis'),
  ]);
  const timeoutMs = settings.get(REDIS_SETTINGS.timeoutMs);
  const client = await createRedisClient(url, timeoutMs);
  try {
    const store = redisStore({ client, timeoutMs });
    const worker = createInvalidationWorker({ ...wish, database, store });
    const close = async (): Promise<void> => {
      await worker.stop();
      client.disconnect();
    };
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await Promise.race([worker.ready(), stopped]).catch(async (error: unknown) => {
      await close();
      throw error;
    });
    return { worker, close };
  } catch (error) {
    client.disconnect();
    throw translateCacheError(error);
  }
}

/** Which statements are asked for. */
export interface OutboxWish {
  readonly kind: 'install' | 'remove';
  readonly tables: readonly string[];
  readonly schema?: string;
}

/** Gives the SQL that makes or removes the outbox, for the owner of the tables to read and run. @throws POSTGRES.*, CDC.* */
export async function outboxSql(
  target: ConnectionTarget,
  { kind, ...wish }: OutboxWish,
  { settings, signal }: WorkerSurroundings,
): Promise<string> {
  const connectTimeoutMs = settings.get(POSTGRES_SETTINGS.connectTimeoutMs);
  const database = await acceptedConfig(target, { connectTimeoutMs, signal });
  const { installOutbox, removeOutbox } = await import('@pgsteward/cache/cdc');
  const make = kind === 'install' ? installOutbox : removeOutbox;
  try {
    const statements = await make({ ...wish, database, isDry: true });
    return ['begin', "set local lock_timeout = '2s'", ...statements, 'commit', ''].join(';\n');
  } catch (error) {
    throw translateCacheError(error);
  }
}

/** An error of the library has all that one of the agent's has. */
function translateCacheError(error: unknown): unknown {
  if (error instanceof PgstewardError || !(error instanceof Error) || error.name !== 'CacheError')
    return error;
  const { code, message, why, next } = error as Error & Pick<PgstewardError, 'code' | 'why' | 'next'>;
  return failure({ code, message, why, next, exitCode: 2 }, {}, error);
}
