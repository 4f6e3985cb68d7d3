import type { Redis } from 'ioredis';
import { failed, failure, type PgstewardError, type Result, success, unwrap } from '../kernel/index.ts';
import { REDIS_ERRORS } from './errors.ts';
import { parseInfo } from './parse-info.ts';
import type { RedisFacts } from './types.ts';

/** A Redis server that is looked at. */
export interface RedisSession {
  /** `host:port`; holds no secret. */
  readonly address: string;
  /**
   * Reads what the server says of itself, over a new connection where the last one broke.
   * @throws REDIS.UNREACHABLE, REDIS.REFUSED, REDIS.UNEXPECTED_ANSWER
   */
  read(): Promise<RedisFacts>;
  close(): void;
}

/** Gives the `host:port` of a URL, without its password. @returns it, or REDIS.INVALID_URL */
export function redisAddress(url: string): Result<string> {
  try {
    const { protocol, hostname, port, password } = new URL(url);
    decodeURIComponent(password);
    if (/^rediss?:$/.test(protocol) && hostname !== '') return success(`${hostname}:${port || '6379'}`);
  } catch {
    // The parser's own message quotes the URL, password included.
  }
  return failed(failure(REDIS_ERRORS.INVALID_URL));
}

/** Prepares to look at a Redis server; connects with the first look. @throws REDIS.INVALID_URL */
export function openRedis(url: string, options: { readonly timeoutMs: number }): RedisSession {
  return new InfoSession(url, options.timeoutMs);
}

class InfoSession implements RedisSession {
  readonly address: string;
  readonly #url: string;
  readonly #timeoutMs: number;
  #client: Redis | null = null;

  constructor(url: string, timeoutMs: number) {
    this.address = unwrap(redisAddress(url));
    this.#url = url;
    this.#timeoutMs = timeoutMs;
  }

  async read(): Promise<RedisFacts> {
    if (this.#client?.status !== 'ready') this.close();
    const client = this.#client ?? (await this.#create());
    this.#client = client;
    let text: string;
    const troubles: Error[] = [];
    const note = (error: Error): void => {
      troubles.push(error);
    };
    client.on('error', note);
    try {
      if (client.status !== 'ready') await client.connect();
      text = await client.info();
    } catch (error) {
      this.close();
      // A connection that ends for a reason says the reason in an event of its own, before.
      throw this.#translate(troubles[0] ?? error);
    } finally {
      client.off('error', note);
    }
    return unwrap(parseInfo(text, this.address));
  }

  close(): void {
    this.#client?.disconnect();
    this.#client = null;
  }

  async #create(): Promise<Redis> {
    // Loaded where a cache is watched: it takes more memory than all that an agent without one needs of libraries.
    const { Redis } = await import('ioredis');
    const client = new Redis(this.#url, {
      lazyConnect: true,
      connectionName: 'pgsteward',
      connectTimeout: this.#timeoutMs,
      commandTimeout: this.#timeoutMs,
      // The rounds of the daemon try again; nothing waits for a server that is away.
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      disableClientInfo: true,
    });
    // An event without a listener would end the process.
    client.on('error', () => undefined);
    return client;
  }

  #translate(error: unknown): PgstewardError {
    const { message, code } = error as { readonly message?: string; readonly code?: string };
    const said = message ?? String(error);
    const isRefusal = /^(WRONGPASS|NOAUTH|NOPERM|ERR|DENIED|LOADING|MASTERDOWN)\b/.test(said);
    const definition = isRefusal ? REDIS_ERRORS.REFUSED : REDIS_ERRORS.UNREACHABLE;
    const reason = (isRefusal || code === undefined ? said : `${code}: ${said}`).replace(/\.$/, '');
    return failure(definition, { address: this.address, reason }, error);
  }
}
