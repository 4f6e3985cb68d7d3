/** A worker in a process of its own, to be killed: prints `ready` when it runs. Arguments: database and Redis URL. */
import { Redis } from 'ioredis';
import { createInvalidationWorker } from '../../../packages/cache/src/cdc/index.ts';
import { redisStore } from '../../../packages/cache/src/redis/index.ts';

const [, , database = '', redisUrl = '', mode = 'cdc'] = process.argv;
const worker = createInvalidationWorker({
  database,
  namespace: 'test',
  mode: mode === 'outbox' ? 'outbox' : 'cdc',
  store: redisStore({ client: new Redis(redisUrl), timeoutMs: 2_000 }),
});
await worker.ready();
process.stdout.write('ready\n');
