import type { Unit } from '../kernel/index.ts';
import type { Window } from '../schedule/index.ts';

/** Names and values that tell an alert from all others; keys are label names, values are untrusted text. */
export type Labels = Readonly<Record<string, string>>;

/** How much an alert matters; `info` is never more than a note. */
export type AlertSeverity = 'info' | 'warning' | 'critical';

/** One value of a reading. */
export interface Sample {
  /** What the value belongs to within the target, such as `{ slot: 'standby1' }`; empty for the whole target. */
  readonly labels: Labels;
  /** In the unit that the measurement's name ends in. */
  readonly value: number;
}

/**
 * What a collector saw of one measurement on one target at one instant. A reading without samples says that it
 * looked and found nothing; no reading says that nobody looked.
 */
export interface Reading {
  /** Name that ends in the unit: `connections-used-ratio`, `replica-lag-bytes`. */
  readonly measurement: string;
  /** Target's name; empty for pgsteward itself. */
  readonly target: string;
  readonly at: Date;
  readonly samples: readonly Sample[];
}

/** A finding as far as alerts need it; diagnose's Finding fits. */
export interface AlertFinding {
  /** Id of the check: `diagnose/wraparound`. */
  readonly id: string;
  readonly severity: AlertSeverity;
  readonly subject: { readonly kind: string; readonly schema: string; readonly name: string };
  readonly title: string;
  readonly remedy: string;
  /** Page of the check. */
  readonly docs: string;
}

/** The findings of one diagnosis of one target; one that is absent is not there any more. */
export interface FindingsReading {
  readonly target: string;
  readonly at: Date;
  readonly findings: readonly AlertFinding[];
}

/** What a rule of any kind says. */
export interface RuleHead {
  /** Kebab-case name, the label `alertname`; the same rule may stand once for each severity. */
  readonly id: string;
  /** A few words for a person: `Connections nearly used up`. */
  readonly title: string;
  readonly severity: AlertSeverity;
  /** Labels beside `alertname`, `severity`, `target` and those of the sample. */
  readonly labels: Labels;
  /** How long the condition must hold before the alert fires, in milliseconds. */
  readonly forMs: number;
  /** How long the value must have recovered before the alert resolves, in milliseconds. */
  readonly keepFiringMs: number;
  /** Age of the last reading from which the rule is blind, in milliseconds. */
  readonly noDataMs: number;
  /** One line with `{value}`, `{threshold}` and `{NAME OF A LABEL}`. */
  readonly summary: string;
  /** Page that says what to do; null when there is none. */
  readonly docs: string | null;
  /** Id of the check whose finding explains the alert; null when there is none. */
  readonly finding: string | null;
}

/** Another measurement that must be high enough for a rule to mean anything. */
export interface Guard {
  readonly measurement: string;
  /** Smallest value, in the measurement's unit, at which the rule is judged. */
  readonly atLeast: number;
}

/** Fires while a value lies beyond a threshold. */
export interface MeasurementRule extends RuleHead {
  readonly kind: 'measurement';
  readonly measurement: string;
  readonly direction: 'above' | 'below';
  readonly unit: Unit;
  /** In `unit`; the value itself is not beyond it. */
  readonly threshold: number;
  /** In `unit`; from here on the value has recovered. Between it and the threshold nothing changes. */
  readonly recoverThreshold: number;
  readonly guards: readonly Guard[];
}

/** Fires while a diagnosis holds a finding. */
export interface FindingRule extends RuleHead {
  readonly kind: 'finding';
  /** Checks whose findings count; null for all that no other rule names. */
  readonly checks: readonly string[] | null;
  /** Findings below it do not count. */
  readonly minimumSeverity: AlertSeverity;
}

/** A pair of windows over which the error budget burns too fast. */
export interface BurnWindows {
  readonly longMs: number;
  readonly shortMs: number;
  /** Multiple of the speed that would use the budget up exactly at its end. */
  readonly factor: number;
}

/** Fires while an objective's error budget burns too fast over both windows of a pair. */
export interface BurnRateRule extends RuleHead {
  readonly kind: 'burn-rate';
  readonly objective: string;
  /** Share of good events that the objective asks for, 0..1. */
  readonly goal: number;
  readonly windows: readonly BurnWindows[];
  /** Events in the long window below which nothing is said. */
  readonly minimumEventsCount: number;
}

/** A rule of any kind. */
export type Rule = MeasurementRule | FindingRule | BurnRateRule;

/** Good and bad events of an objective over a window. */
export interface ErrorBudget {
  readonly badEvents: number;
  readonly totalEvents: number;
}

/** Where a value lies: beyond the threshold, between it and recovery, or recovered. */
export type Level = 'breached' | 'between' | 'clear';

/** What a rule says of one alert. */
export interface Instance {
  readonly labels: Labels;
  readonly level: Level;
  /** In the rule's unit. */
  readonly value: number;
  /** The rule's summary, filled in. */
  readonly summary: string;
}

/** What a rule says of one target; alerts that it does not name are clear. */
export interface Judgement {
  readonly rule: Rule;
  readonly target: string;
  /** When the data was read. */
  readonly at: Date;
  readonly instances: readonly Instance[];
}

/**
 * Where an alert stands. `no-data` is neither healthy nor resolved: nobody looked for too long.
 */
export type AlertStatus = 'pending' | 'firing' | 'resolved' | 'no-data';

/** An alert that is not inactive. */
export interface AlertState {
  /** Hash of the sorted labels, 16 hexadecimal digits, as Alertmanager makes it. */
  readonly fingerprint: string;
  /** Key of the rule: `ID/SEVERITY`, of a burn rate `ID/SEVERITY/OBJECTIVE`. */
  readonly rule: string;
  readonly target: string;
  readonly labels: Labels;
  readonly status: AlertStatus;
  /** When it took this status. */
  readonly sinceAt: Date;
  /** When the condition began to hold. */
  readonly startsAt: Date;
  /** When it fired; null while it has not. */
  readonly firedAt: Date | null;
  /** When it was last resolved; null before, and while it fires again. */
  readonly endsAt: Date | null;
  /** Since when the value has recovered while the alert still fires; null when it has not. */
  readonly clearAt: Date | null;
  readonly value: number;
  readonly annotations: Labels;
}

/** When a rule last saw a target. */
export interface Coverage {
  readonly rule: string;
  readonly target: string;
  readonly readAt: Date;
  readonly isBlind: boolean;
}

/** What the engine remembers of a group of alerts that are notified together. */
export interface GroupState {
  readonly key: string;
  readonly route: string;
  readonly labels: Labels;
  /** When the group is looked at next. */
  readonly flushAt: Date;
  /** When it was last notified; null before the first time. */
  readonly notifiedAt: Date | null;
  /** Fingerprints of which somebody was told that they fire, and not yet that they are resolved. */
  readonly firing: readonly string[];
}

/** All that must survive a restart. */
export interface AlertMemory {
  readonly alerts: readonly AlertState[];
  readonly coverage: readonly Coverage[];
  readonly groups: readonly GroupState[];
}

/** A change of an alert's status. */
export interface Transition {
  readonly at: Date;
  readonly fingerprint: string;
  readonly rule: string;
  readonly target: string;
  readonly labels: Labels;
  readonly from: AlertStatus | 'inactive';
  readonly to: AlertStatus | 'inactive';
  readonly value: number;
  readonly summary: string;
}

/** A condition on one label. */
export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  /** Text, or a regular expression that must match the whole value; a label that is absent is empty. */
  readonly value: string;
}

/** Alerts that nobody wants to hear of for a while. */
export interface Silence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly author: string;
  readonly comment: string;
}

/** A span of time that comes again and again, in which alerts are expected. */
export interface MaintenanceWindow extends Window {
  readonly name: string;
  /** Alerts that are muted; none means all. */
  readonly matchers: readonly Matcher[];
}

/** An alert that fires mutes others that share labels with it. */
export interface Inhibition {
  readonly source: readonly Matcher[];
  readonly muted: readonly Matcher[];
  /** Labels whose values must be equal; `{ except }` names those that may differ. */
  readonly equal: readonly string[] | { readonly except: readonly string[] };
}

/** Which alerts go where, and how often; a child inherits what it does not say. */
export interface Route {
  readonly matchers: readonly Matcher[];
  /** Labels by which alerts are notified together; `...` for all. */
  readonly groupBy: readonly string[];
  /** Wait before the first notification of a group, for its other alerts. */
  readonly groupWaitMs: number;
  /** Wait before a notification of what changed in a group. */
  readonly groupIntervalMs: number;
  /** Wait before the same is said again. */
  readonly repeatIntervalMs: number;
  readonly channels: readonly string[];
  /** Whether the routes after this one are tried as well. */
  readonly isContinued: boolean;
  readonly routes: readonly Route[];
}

/** An alert as a channel is told of it. */
export interface NotifiedAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: Date;
  /** Null while it fires. */
  readonly endsAt: Date | null;
  readonly fingerprint: string;
  /** Page of the alert in pgsteward; empty when no address is configured. */
  readonly generatorUrl: string;
}

/** What one channel is told; holds no secret. */
export interface Notification {
  readonly channel: string;
  readonly status: 'firing' | 'resolved';
  readonly groupKey: string;
  readonly groupLabels: Labels;
  readonly alerts: readonly NotifiedAlert[];
  /** Alerts left out because there were too many. */
  readonly truncatedCount: number;
  /** Address of pgsteward's pages; empty when none is configured. */
  readonly externalUrl: string;
  readonly at: Date;
  /** Until when the firing alerts may be taken to fire if nothing more is heard. */
  readonly validUntil: Date;
}

/** A notification on its way. */
export interface Delivery {
  /** The same for the same content, so that enqueueing twice is enqueueing once. */
  readonly id: string;
  readonly channel: string;
  readonly groupKey: string;
  readonly notification: Notification;
  readonly enqueuedAt: Date;
  readonly attemptsCount: number;
  readonly nextAttemptAt: Date;
}

/** How one attempt went. */
export interface Attempt {
  readonly delivery: string;
  readonly channel: string;
  readonly at: Date;
  readonly status: 'delivered' | 'retry' | 'failed';
  /** HTTP or SMTP status; null when there was no answer. */
  readonly responseStatus: number | null;
  /** What went wrong, without secrets; null when nothing did. */
  readonly error: string | null;
  readonly durationMs: number;
  /** Attempts so far, this one included. */
  readonly attemptsCount: number;
  /** Null when there is no further attempt. */
  readonly nextAttemptAt: Date | null;
}
