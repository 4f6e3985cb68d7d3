/**
 * What is used of a client of ioredis 5.11 or later, `Redis` and `Cluster` alike. Named by shape, so that the package
 * needs no ioredis to be compiled or installed.
 */
export interface RedisClient {
  readonly status: string;
  readonly isCluster: boolean;
  call(command: string, args: (string | Buffer | number)[]): Promise<unknown>;
  callBuffer(command: string, args: (string | Buffer | number)[]): Promise<unknown>;
  connect(): Promise<unknown>;
  disconnect(): void;
  duplicate(): RedisClient;
  subscribe(...channels: string[]): Promise<unknown>;
  nodes?(role: 'master'): RedisClient[];
  on(event: string, listener: (...details: unknown[]) => void): unknown;
  off(event: string, listener: (...details: unknown[]) => void): unknown;
}
