/** What a Redis server says of itself. Counters count since it started or since CONFIG RESETSTAT. */
export interface RedisFacts {
  readonly version: string;
  /** Another one after each start. */
  readonly runId: string;
  readonly uptimeMs: number;
  readonly role: 'primary' | 'replica';
  /** Replicas that are connected to it. */
  readonly replicas: number;
  /** Look-ups of keys, of all its databases and clients. */
  readonly hits: number;
  readonly misses: number;
  /** Keys that went for want of memory, and because their time was over. */
  readonly evictedKeys: number;
  readonly expiredKeys: number;
  /** Connections refused because of `maxclients`. */
  readonly rejectedConnections: number;
  readonly usedBytes: number;
  /** Null where `maxmemory` sets no limit. */
  readonly maximumBytes: number | null;
  readonly clients: number;
}
