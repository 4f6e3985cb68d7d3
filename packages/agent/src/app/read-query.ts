import { failure } from '../kernel/index.ts';
import {
  type ConnectionTarget,
  POSTGRES_SETTINGS,
  type ReadRows,
  readRolePower,
  readRows,
} from '../postgres/index.ts';
import type { Settings } from '../settings/index.ts';
import { APP_ERRORS } from './errors.ts';
import { MCP_SETTINGS } from './service/settings.ts';

interface ReaderOptions {
  readonly settings: Settings;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes sure that a target's role can do no more than read, before it runs a statement that a model wrote.
 * @throws APP.NOT_A_READER, POSTGRES.*
 */
export async function requireReader(
  target: ConnectionTarget,
  { settings, signal }: ReaderOptions,
): Promise<void> {
  const connectTimeoutMs = settings.get(POSTGRES_SETTINGS.connectTimeoutMs);
  const power = await readRolePower(target, { connectTimeoutMs, signal });
  if (power !== null) throw failure(APP_ERRORS.NOT_A_READER, { user: target.user, power });
}

/**
 * Runs one statement that a model wrote and gives its first rows.
 * @param options with `maximumRows`, fewer than `mcp.query-rows-count`
 * @throws APP.NOT_A_READER; APP.READ_QUERY when PostgreSQL refuses it; POSTGRES.*
 */
export async function runReadQuery(
  target: ConnectionTarget,
  sql: string,
  options: ReaderOptions & { readonly maximumRows: number },
): Promise<Extract<ReadRows, { readonly kind: 'rows' }>> {
  const { settings, signal } = options;
  await requireReader(target, options);
  const read = await readRows(target, sql, {
    connectTimeoutMs: settings.get(POSTGRES_SETTINGS.connectTimeoutMs),
    statementTimeoutMs: settings.get(MCP_SETTINGS.queryTimeoutMs),
    maximumRows: Math.min(options.maximumRows, settings.get(MCP_SETTINGS.queryRows)),
    maximumBytes: settings.get(MCP_SETTINGS.queryBytes),
    signal,
  });
  if (read.kind === 'refused') throw failure(APP_ERRORS.READ_QUERY, { reason: read.reason });
  return read;
}
