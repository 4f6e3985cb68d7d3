/**
 * Responsible for sessions with a target. Takes a URL or a configured name; gives a read-only session with
 * timeouts, marker comments, cancellation and TLS, and the capabilities of the server behind it. Never
 * resets statistics, never prints a password. Only a session of the acting role, which `act/` alone opens, writes to a
 * target. A database of pgsteward's own, such as the store, is opened apart and may be written to.
 */
export { acceptedConfig } from './accepted-config.ts';
export { type ActingSession, openActingSession } from './acting-session.ts';
export {
  type Compared,
  type ComparedStatements,
  type ComparisonConnection,
  openComparisonConnection,
} from './compare-results.ts';
export { POSTGRES_ERRORS } from './errors.ts';
export { type Identity, isSameRun, readIdentity } from './identity.ts';
export {
  type HeldConnection,
  type OwnConnection,
  type OwnDatabase,
  type OwnRow,
  openOwnDatabase,
} from './own-database.ts';
export { openPlanningConnection, type TargetPlanningConnection } from './planning-connection.ts';
export { openPoolerConsole, type PoolerConsole } from './pooler-console.ts';
export { type ReadRows, readRolePower, readRows } from './read-rows.ts';
export { refusalReason } from './refusal.ts';
export { openSession, type SessionOptions } from './session.ts';
export { POSTGRES_SETTINGS } from './settings.ts';
export { type BackendSignal, type SeenBackend, signalBackend } from './signal-backend.ts';
export {
  type ConnectionTarget,
  parsePooler,
  parseTarget,
  resolveTarget,
  type SslMode,
  type TargetSources,
} from './target.ts';
export type {
  Capabilities,
  ExtensionFacts,
  PoolerMode,
  ReadStatement,
  SelfLoad,
  Session,
} from './types.ts';
