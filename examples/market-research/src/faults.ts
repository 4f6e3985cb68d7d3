import { readFileSync } from 'node:fs';

/** Kinds of things that a finding can be about. */
export type FaultSubjectKind =
  | 'table'
  | 'index'
  | 'column'
  | 'sequence'
  | 'constraint'
  | 'database'
  | 'server'
  | 'setting'
  | 'session';

/** A fault's subject in the catalogue, or outside it. */
export interface FaultObject {
  readonly kind: FaultSubjectKind;
  /** Empty for subjects that live in no schema. */
  readonly schema: string;
  /**
   * Own name; of a column, its table's; of a session, its application_name, for which `plantSessions` gives the
   * process id. `$database` and `$server` stand for the target's name.
   */
  readonly name: string;
  /** Only of kind `column`. */
  readonly column?: string;
  /** Only of kind `constraint`. */
  readonly table?: string;
}

/** A statement, known by a part of its text as pg_stat_statements shows it. */
export interface FaultStatement {
  readonly kind: 'statement';
  readonly matches: string;
}

/** What a fault is about. */
export type FaultSubject = FaultObject | FaultStatement;

/** What must have happened before a fault can be seen. */
export type FaultNeed = 'workload' | 'pg_stat_statements' | 'server-settings' | 'sessions' | 'plans';

/** A finding by id and subject. */
export interface ExpectedFinding {
  /** Stable id of the check, as `diagnose/duplicate-index`. */
  readonly id: string;
  readonly subject: FaultSubject;
}

/** One fault planted in the state *as found*. */
export interface PlantedFault extends ExpectedFinding {
  /** Subjects under which the same fault may as well be reported. */
  readonly accepts: readonly FaultSubject[];
  /** Smallest scale at which the fault can be seen. */
  readonly minimumScale: number;
  /** Thresholds to lower, by setting key, so that small data shows what large data would. */
  readonly settings: Readonly<Record<string, number>>;
  readonly needs: readonly FaultNeed[];
  /** How it was planted, one sentence. */
  readonly how: string;
  /** Further findings that the same planting rightly raises; neither required nor a false alarm. */
  readonly alsoRaises: readonly ExpectedFinding[];
  /** The fault is of severity info and part of the specification: *as tuned* keeps it. */
  readonly remainsTuned: boolean;
}

/** Every planted fault, from `faults.json` beside this package's manifest. */
export const faults: readonly PlantedFault[] = JSON.parse(
  readFileSync(new URL('../faults.json', import.meta.url), 'utf8'),
) as readonly PlantedFault[];

/** Server settings to start a server with, for the faults that need them and for their remedy. */
export const recommendedServerSettings: Readonly<
  Record<'as-found' | 'as-tuned', Readonly<Record<string, string>>>
> = {
  'as-found': {
    shared_preload_libraries: 'pg_stat_statements',
    max_wal_size: '64MB',
    track_io_timing: 'off',
  },
  'as-tuned': {
    shared_preload_libraries: 'pg_stat_statements',
    max_wal_size: '2GB',
    track_io_timing: 'on',
  },
};
