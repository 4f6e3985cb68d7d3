import type { Gap, Observation, SectionName, Sections, Snapshot } from '../observe/index.ts';
import type { AnySetting, Setting } from '../settings/index.ts';

/** How much a finding matters: `critical` now, `warning` soon, `info` worth knowing. */
export type Severity = 'info' | 'warning' | 'critical';

/** What a finding is about. */
export interface Subject {
  readonly kind:
    | 'server'
    | 'database'
    | 'schema'
    | 'table'
    | 'index'
    | 'column'
    | 'sequence'
    | 'constraint'
    | 'statement'
    | 'session'
    | 'setting'
    | 'slot'
    | 'replica'
    | 'collation'
    | 'transaction';
  /** Empty for subjects that live in no schema. */
  readonly schema: string;
  /** Name as PostgreSQL stores it, unquoted; of a statement its query id, of a session its process id. */
  readonly name: string;
  /** Column, where the subject is one. */
  readonly column?: string;
  /** PostgreSQL's query id, where the subject is a statement. */
  readonly queryId?: string;
}

/** A value of the evidence; field names end in their unit (`Ms`, `Bytes`, `Ratio`, `Rows`, `Count`). */
export type EvidenceValue = string | number | boolean | null | readonly string[];

/** A threshold as a finding prints it. */
export interface Threshold {
  /** Setting that moves it. */
  readonly key: string;
  readonly value: unknown;
}

/** What a check says when something holds the database back. */
export interface FindingDraft {
  readonly kind: 'finding';
  readonly severity: Severity;
  readonly subject: Subject;
  /** One line for a person, names shown with `displayName`. */
  readonly title: string;
  readonly evidence: Readonly<Record<string, EvidenceValue>>;
  readonly threshold: Threshold;
  /** What to do about it, one sentence. */
  readonly remedy: string;
}

/** What a check says when it could not look at something. */
export interface BlindSpot {
  readonly kind: 'blind-spot';
  readonly reason: string;
  readonly remedy: string;
}

/** A diagnosed fact, complete. */
export interface Finding extends Omit<FindingDraft, 'kind'> {
  /** Id of the check that found it: `diagnose/unused-index`. */
  readonly id: string;
  /** Source of the rule. */
  readonly source: string;
  /** Page of the check in the reference. */
  readonly docs: string;
}

/** Thresholds of a check by their name in the code. */
export type CheckSettings = Readonly<Record<string, AnySetting>>;

/** What a check is given: the parts it needs, and its thresholds. */
export interface CheckInput<Needs extends SectionName, Values extends CheckSettings> {
  /** The parts named in `needs`, all readable. */
  readonly sections: { readonly [K in Needs]: Sections[K] };
  /** The whole observation, for optional parts. */
  readonly observation: Observation;
  readonly snapshot: Snapshot;
  /** Value of each setting by its name in `settings`. */
  readonly values: { readonly [K in keyof Values]: Values[K] extends Setting<infer T> ? T : never };
  /** Builds a finding's threshold from the name of a setting. */
  threshold(name: keyof Values & string): Threshold;
}

/** A check in the registry: pure, from an observation to findings. */
export interface Check {
  readonly id: `diagnose/${string}`;
  /** What it looks for, a few words: `Duplicate indexes`. */
  readonly title: string;
  /** Parts without which it cannot judge. */
  readonly needs: readonly SectionName[];
  /** Plans without which it cannot judge: of any kind, or such that were run and measured; none when absent. */
  readonly needsPlans?: 'estimated' | 'analyzed';
  /** Also judges one statement by itself: by its text, or only when it was run and measured. */
  readonly judgesStatements?: 'text' | 'measured';
  /** Cannot judge without the history that the daemon keeps. */
  readonly needsHistory?: true;
  /** Source of the rule: docs section, peer, paper. */
  readonly source: string;
  readonly settings: CheckSettings;
  readonly run: (input: CheckInput<SectionName, CheckSettings>) => readonly (FindingDraft | BlindSpot)[];
}

/** What a diagnosis gives. */
export interface Diagnosis {
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** What could not be checked. */
  readonly unavailable: readonly Gap[];
}
