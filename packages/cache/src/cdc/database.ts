import { Client, type ClientConfig } from 'pg';
import { CacheError, failure } from '../errors.ts';
import { CDC_ERRORS } from './errors.ts';

/** A row as the driver gives it. */
export type DatabaseRow = Readonly<Record<string, unknown>>;

/** One ordinary connection of a worker. */
export interface WorkerDatabase {
  /** Runs a statement after those before it. @throws CDC.* */
  rows<R extends DatabaseRow = DatabaseRow>(sql: string, values?: readonly unknown[]): Promise<readonly R[]>;
  /** Resolves when the connection is gone. */
  readonly ended: Promise<CacheError>;
  close(): Promise<void>;
}

const STATEMENT_TIMEOUT_MS = 30_000;
const SILENCE_MS = 5_000;
const GOODBYE_MS = 1_000;
/** A change of a publication or a trigger waits for writers; those who queue behind it must not wait long. */
const LOCK_TIMEOUT_MS = 2_000;

/** Connects. @throws CDC.* */
export async function openDatabase(config: ClientConfig): Promise<WorkerDatabase> {
  const client = new Client({
    ...config,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    // A server that is silent for longer is lost; TCP alone would wait for a quarter of an hour.
    query_timeout: STATEMENT_TIMEOUT_MS + SILENCE_MS,
  });
  let end: (error: CacheError) => void = () => undefined;
  const ended = new Promise<CacheError>((resolve) => {
    end = resolve;
  });
  client.on('error', (error) => end(translateDatabaseError(error)));
  client.on('end', () => end(translateDatabaseError(new TypeError('the connection was closed'))));
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw translateDatabaseError(error);
  }
  // The driver gives its own queue up.
  let last: Promise<unknown> = Promise.resolve();
  return {
    ended,
    async rows<R extends DatabaseRow>(sql: string, values: readonly unknown[] = []) {
      const answer = last.then(() => client.query<R>(sql, values.length === 0 ? undefined : [...values]));
      last = answer.catch(() => undefined);
      try {
        return (await answer).rows;
      } catch (error) {
        throw translateDatabaseError(error);
      }
    },
    close: () => endSoon(client),
  };
}

/** Ends a connection politely, or breaks it off where the other end is past answering. */
async function endSoon(client: Client): Promise<void> {
  const { stream } = client.connection as unknown as { readonly stream: { destroy(): void } };
  const timer = setTimeout(() => stream.destroy(), GOODBYE_MS);
  await client.end().catch(() => undefined);
  clearTimeout(timer);
}

/** Completes what a worker is given with what its connections have in common. */
export function workerConfig(database: string | ClientConfig): ClientConfig {
  const given = typeof database === 'string' ? { connectionString: database } : database;
  return {
    connectionTimeoutMillis: 10_000,
    ...given,
    application_name: 'pgsteward cache worker',
    keepAlive: true,
  };
}

const BY_CODE: Readonly<Record<string, keyof typeof CDC_ERRORS>> = {
  '42501': 'PRIVILEGE',
  '28000': 'PRIVILEGE',
  '53300': 'NO_FREE_SENDER',
  '53400': 'NO_FREE_SLOT',
  '55006': 'SLOT_IN_USE',
};

/** Puts what a server or a connection says into the catalogue; the original is its cause. */
export function translateDatabaseError(error: unknown): CacheError {
  if (error instanceof CacheError) return error;
  const { message, code } = error as { readonly message?: string; readonly code?: string };
  const said = (message || String(error)).replace(/\.$/, '');
  const name = BY_CODE[code ?? ''] ?? 'DATABASE_UNREACHABLE';
  const isNamed = code === undefined || said.includes(code);
  const reason = name === 'DATABASE_UNREACHABLE' && !isNamed ? `${code}: ${said}` : said;
  const [, slot = ''] = /slot "(.*)"/.exec(said) ?? [];
  return failure(CDC_ERRORS[name], { reason, what: 'do this', slot }, error);
}
