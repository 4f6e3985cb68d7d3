/** What readers of alerts are given; see `types.ts` for times and units. */
import type { ViewEvent } from './types.ts';

/** An alert that is not inactive. */
export interface AlertRow {
  readonly fingerprint: string;
  /** Rule: `connections-saturated`. */
  readonly name: string;
  readonly severity: string;
  readonly status: 'pending' | 'firing' | 'resolved' | 'no-data';
  readonly target: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  /** When it took its status, and when the condition began to hold. */
  readonly sinceMs: number;
  readonly startsAtMs: number;
  /** Why nobody is told of it; null when they are. */
  readonly muted: string | null;
}

/** Alerts that nobody wants to hear of for a while. */
export interface SilenceRow {
  readonly id: string;
  readonly matchers: readonly string[];
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly author: string;
  readonly comment: string;
}

/** A rule, in words. */
export interface RuleRow {
  readonly id: string;
  readonly title: string;
  readonly severity: string;
  readonly kind: 'measurement' | 'finding' | 'burn-rate';
  readonly condition: string;
  readonly forMs: number;
}

/** How one attempt to tell somebody went. */
export interface AttemptRow {
  readonly atMs: number;
  readonly channel: string;
  readonly status: 'delivered' | 'retry' | 'failed';
  readonly responseStatus: number | null;
  readonly error: string | null;
  readonly durationMs: number;
  readonly attempt: number;
}

/** A way to tell somebody. */
export interface ChannelRow {
  readonly name: string;
  readonly kind: string;
  /** Without secrets. */
  readonly destination: string;
}

/** Alerts, and everything that decides who hears of them. */
export interface AlertsView {
  readonly state: 'leading' | 'following' | 'cut-off';
  readonly trouble: string | null;
  readonly alerts: readonly AlertRow[];
  readonly silences: readonly SilenceRow[];
  readonly windows: readonly { readonly name: string; readonly schedule: string; readonly isOpen: boolean }[];
  readonly channels: readonly ChannelRow[];
  readonly rules: readonly RuleRow[];
  readonly attempts: readonly AttemptRow[];
  readonly changes: readonly ViewEvent[];
}

/** What a rule would have done over a stretch of history. */
export interface DryRunView {
  readonly rule: string;
  readonly severity: string;
  readonly readingsCount: number;
  readonly firedCount: number;
  readonly firingMs: number;
  readonly transitions: readonly {
    readonly atMs: number;
    readonly target: string;
    readonly from: string;
    readonly to: string;
    readonly summary: string;
  }[];
}
