/**
 * A process with a cache of its own, which takes orders: one line of JSON each, answered by one. Run by a Node that takes
 * TypeScript. Arguments: the URL of a Redis, and how many milliseconds its clock is wrong.
 */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createCache } from '../../../packages/cache/src/index.ts';
import { redisStore } from '../../../packages/cache/src/redis/index.ts';

/** What a process is to do: read a key with many callers at once, or invalidate a tag. */
export type Order =
  | { readonly kind: 'read'; readonly callers: number; readonly value: string; readonly loadMs: number }
  | { readonly kind: 'invalidate' };

/** What came of it. */
export interface Report {
  readonly loads: number;
  readonly values: readonly string[];
}

const [, , url = '', skew = '0'] = process.argv;
const { now } = Date;
Date.now = () => now() + Number(skew);

const client = new Redis(url);
const cache = createCache({ namespace: 'test', l2: redisStore({ client, timeoutMs: 5_000 }) });
await cache.ready(20_000);
process.stdout.write('ready\n');

for await (const line of createInterface(process.stdin)) {
  process.stdout.write(`${JSON.stringify(await obey(JSON.parse(line) as Order))}\n`);
}

async function obey(order: Order): Promise<Report> {
  if (order.kind === 'invalidate') {
    await cache.invalidate(['t']);
    return { loads: 0, values: [] };
  }
  let loads = 0;
  const load = async (): Promise<string> => {
    loads += 1;
    await sleep(order.loadMs);
    return order.value;
  };
  const reads = Array.from({ length: order.callers }, () =>
    cache.wrap('k', { tags: ['t'], ttlMs: 60_000 }, load),
  );
  const values = [...new Set(await Promise.all(reads))];
  return { loads, values };
}
