/**
 * What tests stand on: real PostgreSQL servers. One per major version runs for the whole test run (see
 * `global-setup.ts`); a test takes a database of its own there with `createDatabase` or `withDatabase`, or a
 * private server with `startTestServer`. PGSTEWARD_TEST_MAJORS=18 starts only some.
 */
export {
  availableMajors,
  clientFor,
  createDatabase,
  createRole,
  type DatabaseOptions,
  type RoleOptions,
  runOnce,
  serverUrl,
  type TestDatabase,
  type TestRole,
  withDatabase,
} from './database.ts';
export { hasAllMajors, requestedMajors } from './majors.ts';
export { type StandbyOptions, startStandby } from './standby.ts';
export { temporaryDirectory } from './temporary-directory.ts';
export {
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from './test-server.ts';
export { mountTinyDisk, type TinyDisk } from './tiny-disk.ts';
export { CERTIFICATE_FILE, enableTls, type TlsOptions } from './tls.ts';
export { useIndexes } from './use-indexes.ts';
export { readerOf, startWatching, TARGET, until, type Watching } from './watching.ts';
export { startWire, type Wire } from './wire.ts';
export { startWorkload, type Workload } from './workload.ts';
