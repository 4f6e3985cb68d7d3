import type { RedisClient } from './client.ts';
import type { RedisKeys } from './keys.ts';
import type { ClockReading } from './server-clock.ts';

/** What a look at the server shows. */
export interface Vitals {
  readonly clock: ClockReading;
  /** Number of the last message. */
  readonly lastNumber: number;
  /** Changes when another server has taken over, or the same one has started anew. */
  readonly identity: string;
  /** Of the server that started last. */
  readonly uptimeMs: number;
  /** Watermark as it is stored; empty where there is none. */
  readonly watermark: string;
}

/** Looks at the server, and at every master of a cluster. */
export async function readVitals(client: RedisClient, keys: RedisKeys): Promise<Vitals> {
  const servers = client.isCluster ? (client.nodes?.('master') ?? []) : [client];
  const beginMs = performance.now();
  const [time, lastNumber, watermark, ...infos] = await Promise.all([
    client.call('TIME', []),
    client.call('GET', [keys.sequence]).catch(() => null),
    client.call('GET', [keys.watermark]).catch(() => null),
    ...servers.map(async (server) => Promise.all([info(server, 'replication'), info(server, 'server')])),
  ]);
  const endMs = performance.now();
  // The client's own answer to TIME.
  const [seconds, microseconds] = time as readonly [string, string];
  const serverMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
  return {
    clock: { serverMs, beginMs, endMs },
    lastNumber: Number(lastNumber ?? 0) || 0,
    identity: infos
      .map(([replication, server]) => `${field(replication, 'master_replid')}/${field(server, 'run_id')}`)
      .toSorted()
      .join(','),
    uptimeMs: Math.min(...infos.map(([, server]) => Number(field(server, 'uptime_in_seconds')) * 1_000)),
    watermark: typeof watermark === 'string' ? watermark : '',
  };
}

async function info(server: RedisClient, section: string): Promise<string> {
  return String(await server.call('INFO', [section]));
}

function field(text: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
}
