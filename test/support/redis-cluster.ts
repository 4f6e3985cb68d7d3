import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './pgbouncer.ts';
import { startRedis, type TestRedis } from './redis.ts';

/** A real Redis Cluster of three masters on loopback. */
export interface TestRedisCluster {
  readonly nodes: readonly TestRedis[];
  close(): Promise<void>;
}

const SLOTS = 16_384;
const NODES = 3;

/** Starts three masters that share the slots, and waits until each knows all. */
export async function startRedisCluster(): Promise<TestRedisCluster> {
  const nodes: TestRedis[] = [];
  const close = async (): Promise<void> => {
    for (const node of nodes) await node.close();
  };
  const busPorts: string[] = [];
  for (let index = 0; index < NODES; index += 1) {
    // By default the port plus 10,000, which may be none.
    const busPort = String(await freePort());
    busPorts.push(busPort);
    const settings = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '2000', 'cluster-port': busPort };
    nodes.push(await startRedis({ settings }));
  }
  for (const [index, node] of nodes.entries()) {
    const begin = Math.floor((index * SLOTS) / NODES);
    const end = Math.floor(((index + 1) * SLOTS) / NODES) - 1;
    await node.call('cluster', 'addslotsrange', String(begin), String(end));
    await node.call('cluster', 'set-config-epoch', String(index + 1));
    const [first] = nodes;
    if (index > 0) await node.call('cluster', 'meet', '127.0.0.1', String(first?.port), busPorts[0] ?? '');
  }
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const infos = await Promise.all(nodes.map((node) => node.call('cluster', 'info')));
    if (infos.every((info) => /cluster_state:ok/.test(String(info)) && /known_nodes:3/.test(String(info)))) {
      return { nodes, close };
    }
    await sleep(50);
  }
  await close();
  throw new Error('the cluster did not come up');
}
