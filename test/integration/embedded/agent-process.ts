/**
 * An agent in a process of its own, to be killed: starts the server of a directory and prints one line of
 * JSON. Run by a Node that takes TypeScript. Arguments: the directory, and `leave` to end by itself at once.
 */
import { startEmbedded } from '../../../packages/agent/src/postgres/embedded/index.ts';

const [, , directory = '', manner = 'stay'] = process.argv;
const server = await startEmbedded({ directory, isDurable: false });
process.stdout.write(`${JSON.stringify({ pid: server.pid, url: server.connectionUrl() })}\n`);
if (manner === 'stay') setInterval(() => undefined, 1_000);
