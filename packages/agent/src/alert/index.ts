/**
 * Responsible for telling people what needs them. Takes rules, readings of measurements, findings and error
 * budgets through ports; gives the states of alerts, their changes, and notifications through channels, in groups,
 * muted where somebody said so, delivered with retries and a record. A rule that cannot see is neither firing nor
 * resolved. Never reads a database, never decides what is true of one, never shows a secret.
 */
export type { ChannelConfig } from './channels/registry.ts';
export type { Channel } from './channels/types.ts';
export { ALERT_FILE_KEYS, type AlertConfig, parseAlertConfig } from './configure/parse.ts';
export { systemResolve } from './deliver/addresses.ts';
export { retryDelayMs } from './deliver/backoff.ts';
export type { Outcome } from './deliver/outcome.ts';
export { postJson } from './deliver/post-json.ts';
export { redact, secretsOfUrl, shownUrl } from './deliver/redact.ts';
export type { DryRun, Span } from './dry-run.ts';
export {
  type Alerting,
  type AlertingOptions,
  createAlerting,
  type ShownAlert,
  type TickReport,
} from './engine.ts';
export { ALERT_ERRORS } from './errors.ts';
export type { SourceFailure, Sources } from './evaluate/judge.ts';
export { decodeMemory, encodeMemory } from './memory.ts';
export {
  createMemoryDeliveryLog,
  createMemorySilenceStore,
  createMemoryStateStore,
  type MemoryDeliveryLog,
} from './memory-stores.ts';
export { notificationOfJson } from './notification-json.ts';
export type {
  AlertStateStore,
  DeliveryLog,
  ErrorBudgetSource,
  FindingSource,
  MeasurementSource,
  SilenceStore,
} from './ports.ts';
export { alertSettings, builtInRules } from './registry.ts';
export { formatMatcher, parseMatcher } from './route/matchers.ts';
export { type MuteReason, muteReasonOf } from './route/mute.ts';
export { createSilence } from './route/silences.ts';
export { OWN_MEASUREMENTS } from './rules/availability.ts';
export type { AlertObjective } from './rules/burn-rate.ts';
export { ALERT_SETTINGS } from './settings.ts';
export type { TestFire } from './test-fire.ts';
export type {
  AlertFinding,
  AlertMemory,
  AlertState,
  AlertStatus,
  Attempt,
  Coverage,
  Delivery,
  ErrorBudget,
  FindingsReading,
  GroupState,
  Labels,
  MaintenanceWindow,
  Matcher,
  Notification,
  NotifiedAlert,
  Reading,
  Rule,
  Sample,
  Silence,
  Transition,
} from './types.ts';
