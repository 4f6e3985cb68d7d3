/**
 * Responsible for sessions with a target. Takes a URL or a configured name; gives a read-only session with
 * timeouts, marker comments, cancellation and TLS, and the capabilities of the server behind it. Never
 * writes, never resets statistics, never prints a password.
 */
export { POSTGRES_ERRORS } from './errors.ts';
export { openPlanningConnection, type TargetPlanningConnection } from './planning-connection.ts';
export { refusalReason } from './refusal.ts';
export { openSession, type SessionOptions } from './session.ts';
export { POSTGRES_SETTINGS } from './settings.ts';
export {
  type ConnectionTarget,
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
