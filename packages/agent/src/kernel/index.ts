/**
 * The leaf of the house. Responsible for the few things every stage shares: results and the error
 * catalogue's mechanism, identifiers and their quoting, units, the clock and progress ports. Takes and gives
 * plain values; does no I/O and imports nothing of ours.
 */
export { type Clock, systemClock } from './clock.ts';
export {
  assertNever,
  defineErrors,
  type ErrorDefinition,
  type ErrorValues,
  type ExitCode,
  errorLine,
  failure,
  fileErrorReason,
  InternalError,
  PgstewardError,
} from './failure.ts';
export { groupBy } from './group.ts';
export {
  arrayText,
  displayIdentifier,
  displayName,
  escapeControls,
  quoteIdentifier,
  quoteLiteral,
  quoteQualified,
} from './identifiers.ts';
export { type LockTree, plantLockForest, type Waiter } from './lock-forest.ts';
export { oncePer } from './once-per.ts';
export { type ProgressListener, type ProgressStep, silentProgress } from './progress.ts';
export { failed, type Result, success, unwrap } from './result.ts';
export { sameShape } from './same-shape.ts';
export {
  countOf,
  formatBytes,
  formatCount,
  formatDuration,
  formatRatio,
  formatRatioBeside,
  formatUnit,
  parseBytes,
  parseDuration,
  settingBytes,
  type Unit,
} from './units.ts';
export { withoutPassword } from './without-password.ts';
