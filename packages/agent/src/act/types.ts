import type { Effect, Risk } from '../advise/index.ts';
import type { ProgressListener } from '../kernel/index.ts';
import type { ActingSession, Session } from '../postgres/index.ts';
import type { Settings } from '../settings/index.ts';

/** Kinds of actions; each has one executor. */
export type ActionKind =
  | 'create-index'
  | 'drop-index'
  | 'reindex'
  | 'analyze'
  | 'vacuum'
  | 'set-storage'
  | 'set-statistics-target'
  | 'create-statistics'
  | 'validate-constraint'
  | 'set-sequence'
  | 'alter-setting'
  | 'end-session'
  | 'create-materialized-view'
  | 'refresh-materialized-view';

/**
 * Where an action stands. `proposed` waits for a decision, `approved` for its turn; `applying`, `verifying` and
 * `reverting` are under way; the others are ends.
 */
export type ActionState =
  | 'proposed'
  | 'approved'
  | 'applying'
  | 'verifying'
  | 'reverting'
  | 'kept'
  | 'reverted'
  | 'failed'
  | 'rejected';

/** Where an action stands, for a person: what nobody turned down is not called rejected, nor a person's undo a failure. */
export type Standing = ActionState | 'withdrawn' | 'undone';

/** How far the owner lets pgsteward go with one kind of action. */
export type PolicyLevel = 'observe' | 'propose' | 'approve' | 'autopilot';

/** A table or index by its name. */
export interface RelationName {
  readonly schema: string;
  readonly name: string;
}

/** What an action changes: statements that were read and found to be of its kind, and nothing else. */
export interface Change {
  readonly kind: ActionKind;
  /** SQL to run, one statement each, in order. */
  readonly statements: readonly string[];
  /** The object that is changed, for a person: `public.products_title_idx`. */
  readonly object: string;
  /** Table whose statements the change is about; null when it is about the whole server or a session. */
  readonly table: RelationName | null;
}

/** What the world looks like with regard to a change. */
export type Presence =
  /** As if nothing had been done. */
  | 'absent'
  /** Begun and not ended: an invalid index, a setting that is written but not loaded. */
  | 'partial'
  /** Done. */
  | 'present';

/** Why an action cannot begin now. */
export interface Obstacle {
  /** One sentence for a person, with the figures. */
  readonly reason: string;
  /** Whether it may be gone later; what is not makes the action fail. */
  readonly isPassing: boolean;
}

/** What an executor wrote down before it changed anything: enough to tell later what was done, and to undo it. */
export interface Prepared {
  /** Table that is touched; null when none is. */
  readonly table: RelationName | null;
  /** SQL that takes the change back; empty when there is nothing to take back. */
  readonly undo: readonly string[];
  /** Facts by which the executor tells before from after: an object id, a former value. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  /** What is still to do once it is done, for the ledger: a restart; absent when nothing is. */
  readonly afterwards?: string;
}

/** What an executor works with. */
export interface Execution {
  readonly session: ActingSession;
  /** Another session, which only reads: it sees how far the acting one has come. */
  readonly reader: Session;
  readonly change: Change;
  readonly settings: Settings;
  /** Longest wait for a lock that others would queue behind, in milliseconds. */
  readonly lockTimeoutMs: number;
  readonly onProgress: ProgressListener;
  /** Cancels what runs: the build took longer than its budget, or the agent stops. */
  readonly signal: AbortSignal;
}

/** Carries out one kind of action, and takes it back. Each step may be the last one: what it leaves is found again by `inspect`. */
export interface Executor {
  readonly kind: ActionKind;
  /** Reads statements; null when they are not, all of them, what this kind of action runs. */
  readonly read: (statements: readonly string[]) => Change | null;
  /** Looks what stands in the way, and writes down how to undo. Changes nothing. */
  readonly prepare: (execution: Execution) => Promise<{ readonly obstacles: readonly Obstacle[] } | Prepared>;
  readonly inspect: (execution: Execution, prepared: Prepared) => Promise<Presence>;
  /** Goes from absent, or from partial after `cleanUp`, to present. */
  readonly apply: (execution: Execution, prepared: Prepared) => Promise<void>;
  /** Takes away what was begun. @returns what it did, for the ledger; null when going on is the only way */
  readonly cleanUp: (execution: Execution, prepared: Prepared) => Promise<string | null>;
  /** Goes from present or partial to absent. */
  readonly undo: (execution: Execution, prepared: Prepared) => Promise<void>;
}

/** What trying a change out, before it is applied, says. */
export interface Trial {
  /** `impossible`: nobody can tell; a person may want it all the same, the policy may not. */
  readonly outcome: 'passed' | 'harmful' | 'impossible';
  /** For a person, with the figures. */
  readonly text: string;
}

/** Who let an action be applied. */
export interface Approval {
  /** Person, token or `policy`. */
  readonly by: string;
  readonly at: Date;
  /** Not before then; null for the next window. */
  readonly notBefore: Date | null;
}

/** A proposal on its way, from proposed to kept or undone. */
export interface Action {
  readonly id: string;
  readonly target: string;
  readonly state: ActionState;
  readonly change: Change;
  readonly title: string;
  /** SQL to take it back as it was predicted; what is really run then was read from the target before the change. */
  readonly undo: readonly string[];
  readonly effect: Effect;
  readonly risk: Risk;
  /** Ids of the findings that it remedies. */
  readonly findings: readonly string[];
  /** Who proposed it: `advisor`, a person, `mcp`. */
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly approval: Approval | null;
  readonly prepared: Prepared | null;
  /** What trying it out said; null before that, and for kinds that are not tried. */
  readonly trial: Trial | null;
  /** Space that it takes for good, in bytes. */
  readonly addsBytes: number;
  /** When the change was begun. */
  readonly begunAt: Date | null;
  /** When the change was complete. */
  readonly appliedAt: Date | null;
  /** When it came to its state. */
  readonly changedAt: Date;
  /** What was last said of it: an obstacle, a verdict, a reason. */
  readonly note: string;
  /** Person who asked for it to be taken back; null when nobody did. */
  readonly undoneBy: string | null;
  /** Measured effect; null before it was measured. */
  readonly verdict: unknown;
}

/** What happened to an action, as the ledger tells it. */
export interface LedgerEntry {
  readonly at: string;
  readonly target: string;
  readonly action: string;
  readonly event:
    | 'proposed'
    | 'approved'
    | 'rejected'
    | 'postponed'
    | 'withdrawn'
    | 'applying'
    | 'resumed'
    | 'cleaned-up'
    | 'applied'
    | 'verdict'
    | 'reverting'
    | 'reverted'
    | 'failed';
  readonly from: ActionState | null;
  readonly to: ActionState;
  /** Who or what did it: a person, `policy`, `agent`. */
  readonly actor: string;
  readonly text: string;
  /** SQL that was or will be run, where the event is about some. */
  readonly sql: readonly string[];
}

/** Where actions and their ledger are kept. */
export interface Journal {
  find(id: string): Promise<Action | null>;
  /** Gives actions in some states, the one changed last first. */
  list(target: string, states: readonly ActionState[]): Promise<readonly Action[]>;
  /**
   * Moves an action and writes the ledger, durably, both or neither.
   * @returns false when somebody else moved it meanwhile: then nothing may be done
   */
  record(action: Action, entry: LedgerEntry): Promise<boolean>;
}
