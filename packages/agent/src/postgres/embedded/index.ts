/**
 * PostgreSQL servers of pgsteward's own, from npm-packaged programs. Takes a directory; gives a running server
 * and its URL. Guarantees that the data survives restarts, that only this machine and only with the password
 * kept beside the data anybody gets in, that the server never runs as root, that one agent at a time uses a
 * directory, and that no server outlives the agent unless that was killed with SIGKILL: then the next start
 * in the same directory clears it away. Never touches a server that it did not start.
 */
export { type BinariesQuery, findBinaries } from './binaries.ts';
export { defaultStateDirectory, type StateDirectory } from './directories.ts';
export { ensureDatabase } from './ensure-database.ts';
export { EMBEDDED_ERRORS } from './errors.ts';
export { obtainBinaries } from './fetch-binaries.ts';
export { stopAbandoned } from './leftover.ts';
export { runningUrl } from './running-url.ts';
export { startEmbedded } from './start.ts';
export type { EmbeddedBinaries, EmbeddedServer, ServerAccount, StartOptions } from './types.ts';
