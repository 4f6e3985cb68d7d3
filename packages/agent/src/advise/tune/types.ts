import type { EvidenceValue, Finding } from '../../diagnose/index.ts';
import type { Gap, SettingFacts, Snapshot, TableFacts, WorkloadFacts } from '../../observe/index.ts';
import type { Effect, Proposal, Risk } from '../types.ts';
import type { TuneValues } from './settings.ts';

/** What the target's machine has; null where nobody said so: SQL does not tell. */
export interface Machine {
  readonly memoryBytes: number | null;
  readonly cpus: number | null;
  readonly storage: 'ssd' | 'hdd' | null;
  /** Size that the database may reach. */
  readonly diskBytes: number | null;
}

/** How much of the memory the owner lets settings promise. */
export interface MemoryLimits {
  readonly memoryRatio: number;
  readonly sharedBuffersRatio: number;
}

/**
 * Where a recommendation comes from: the workload as it was measured, a finding of the audit, or a formula for a machine of
 * this size.
 */
export type Basis = 'measured' | 'finding' | 'formula';

/** A proposal for a setting, with what speaks for it. */
export interface Recommendation extends Proposal {
  /** Server setting, or storage parameters of a table. */
  readonly setting: string;
  /** Table whose parameters they are; null for a server setting. */
  readonly table: { readonly schema: string; readonly name: string } | null;
  readonly current: string;
  readonly proposed: string;
  readonly basis: Basis;
  /** What was seen and what follows, one sentence. */
  readonly why: string;
  /** Values seen; field names end in their unit. */
  readonly evidence: Readonly<Record<string, EvidenceValue>>;
  /** Source of the rule. */
  readonly source: string;
  /** Whether it waits for a restart once it was applied. */
  readonly needsRestart: boolean;
}

/** How large the pools of a pooler before the server should be. */
export interface PoolerAdvice {
  readonly basis: Basis;
  readonly why: string;
  /** Connections that a pool opens for each user and database that has none of its own below. */
  readonly defaultPoolSize: number;
  readonly pools: readonly {
    readonly database: string;
    readonly user: string;
    /** Sessions at work at the busiest. */
    readonly busyMost: number;
    readonly size: number;
  }[];
  /** Clients that the pooler lets in. */
  readonly maximumClients: number;
  /** Connections that all pools open on the server together, at most. */
  readonly maximumServers: number;
}

/** What became of looking at the settings. */
export interface Tuning {
  readonly machine: Machine;
  readonly workload: Pick<WorkloadFacts, 'source' | 'observedMs'>;
  readonly recommendations: readonly Recommendation[];
  /** Findings about server settings that no recommendation remedies: what to do is for a person to decide. */
  readonly openFindings: readonly Pick<Finding, 'id' | 'severity' | 'title' | 'remedy'>[];
  readonly pooler: PoolerAdvice | null;
  /** What could not be judged, why, and what would help. */
  readonly unavailable: readonly Gap[];
}

/** What a rule judges. */
export interface TuneInput {
  readonly snapshot: Snapshot;
  readonly findings: readonly Finding[];
  readonly workload: WorkloadFacts;
  readonly machine: Machine;
  readonly values: TuneValues;
  /** Whether there is too little of a workload to measure anything: formulas stand in. */
  readonly isNew: boolean;
  setting(name: string): SettingFacts | undefined;
  /** Number of a setting in bytes, milliseconds or plain: as an earlier rule wants it, else as it is. */
  number(name: string): number | null;
  /**
   * Gives the largest value of a setting with which PostgreSQL takes no more memory at worst than it may, beside all
   * that earlier rules want; null where the memory is unknown.
   */
  affordable(name: string): number | null;
}

/** What a rule wants a server setting to be. */
export interface SettingDraft {
  readonly kind: 'setting';
  readonly name: string;
  /** As ALTER SYSTEM takes it: `64MB`, `1.1`, `lz4`. */
  readonly value: string;
  /** The same in bytes, milliseconds or plain; null for what is no number. */
  readonly number: number | null;
  readonly basis: Basis;
  readonly why: string;
  readonly evidence: Readonly<Record<string, EvidenceValue>>;
  readonly source: string;
  readonly effect: Effect;
  readonly risk: Risk;
  readonly addsBytes?: number;
  /** Checks whose findings it remedies, beside those about the setting itself. */
  readonly remedies?: readonly string[];
}

/** What a rule wants storage parameters of a table to be. */
export interface TableDraft extends Omit<SettingDraft, 'kind' | 'name' | 'value' | 'number'> {
  readonly kind: 'table';
  readonly table: TableFacts;
  readonly options: readonly (readonly [name: string, value: string])[];
}

/** What a rule cannot judge. */
export interface TuneGap {
  readonly kind: 'gap';
  readonly reason: string;
  readonly remedy: string;
}

/** What a rule says. */
export type Outcome = SettingDraft | TableDraft | TuneGap;

/** Judges one setting, or a few that belong together: pure. */
export interface TuneRule {
  /** `tune/work-mem`. */
  readonly id: `tune/${string}`;
  readonly run: (input: TuneInput) => readonly Outcome[];
}
