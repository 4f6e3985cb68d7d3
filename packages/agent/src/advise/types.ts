import type { Finding } from '../diagnose/index.ts';
import type { Snapshot } from '../observe/index.ts';

/** How much can go wrong when a proposal is applied. */
export interface Risk {
  readonly level: 'low' | 'medium' | 'high';
  /** What can go wrong, one sentence. */
  readonly why: string;
}

/** Effect that a proposal is expected to have. */
export interface Effect {
  /** What changes: `indexBytes`, `sequentialScanRows`, `deadRows`. */
  readonly metric: string;
  readonly before: number | null;
  readonly after: number | null;
  readonly unit: string;
  /** How the effect was predicted. */
  readonly method: string;
}

/** A remedy, ready to be read, judged and (by `act/`, later) applied. */
export interface Proposal {
  /** Stable for the same remedy of the same object: `drop-index/public.products_title_idx`. */
  readonly id: string;
  /** `drop-index`, `create-index`, `reindex`, `analyze`, `validate-constraint`, `set-autovacuum` … */
  readonly kind: string;
  readonly title: string;
  /** SQL to run, one statement each, in order. */
  readonly do: readonly string[];
  /** SQL that takes it back; empty when there is nothing to take back. */
  readonly undo: readonly string[];
  /** What belongs to it and is done again and again, or by the application: a refresh to schedule, a statement to send instead. */
  readonly afterwards?: readonly { readonly what: string; readonly sql: string }[] | undefined;
  readonly effect: Effect;
  /** Space that it takes for good, in bytes; none when left out. */
  readonly addsBytes?: number | undefined;
  readonly risk: Risk;
  /** Ids of the findings that it remedies. */
  readonly findings: readonly string[];
}

/** Turns findings of given checks into proposals: pure. */
export interface Advisor {
  /** `advise/drop-index`. */
  readonly id: `advise/${string}`;
  /** Ids of the checks whose findings it remedies. */
  readonly remedies: readonly string[];
  /** Gives the remedy of one finding, or null when this case has none that follows from the finding alone. */
  readonly advise: (finding: Finding, snapshot: Snapshot) => Omit<Proposal, 'findings'> | null;
}
