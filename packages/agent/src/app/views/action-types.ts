/** What readers of actions and of the ledger are given; see `types.ts` for times and units. */

/** An action, for a person who decides on it or wants to know what became of it. */
export interface ActionRow {
  readonly id: string;
  readonly target: string;
  readonly state: string;
  /** Its state for a person: `withdrawn` where nobody turned it down, `undone` where a person asked for it. */
  readonly standing: string;
  readonly kind: string;
  readonly object: string;
  readonly title: string;
  readonly statements: readonly string[];
  /** SQL that takes it back: as predicted before it began, as read from the target since. */
  readonly undo: readonly string[];
  readonly effect: {
    readonly metric: string;
    readonly before: number | null;
    readonly after: number | null;
    readonly unit: string;
    readonly method: string;
  };
  /** The effect in plain words; null when nothing was predicted. */
  readonly effectText: string | null;
  readonly risk: { readonly level: string; readonly why: string };
  readonly findings: readonly string[];
  readonly addsBytes: number;
  readonly proposedBy: string;
  readonly proposedAtMs: number;
  readonly approvedBy: string | null;
  readonly notBeforeMs: number | null;
  readonly appliedAtMs: number | null;
  readonly changedAtMs: number;
  readonly note: string;
  /** Measured effect; null before it was measured. */
  readonly verdict: unknown;
}

/** What keeps a target's actions from being applied, and what is being done now. */
export interface ActingView {
  /** Whether there is a role to act with. */
  readonly hasRole: boolean;
  /** Why the last look at what there is to do came to nothing; null when it did not. */
  readonly trouble: string | null;
  /** Action that is under way; null when none is. */
  readonly underWay: {
    readonly action: string;
    readonly task: string;
    /** Share that is done; null where it cannot be told. */
    readonly doneRatio: number | null;
  } | null;
}

/** Actions of a target that is watched. */
export interface TargetActionsView extends ActionsView {
  readonly acting: ActingView;
}

/** One action, with all that a decision on it needs and what became of it. */
export interface ActionView {
  readonly action: ActionRow;
  readonly acting: ActingView;
  /** How far the owner lets pgsteward go with its kind: `observe`, `propose`, `approve` or `autopilot`. */
  readonly policy: string;
  /** Begin of the next window, to which it can be postponed; null where the owner named none. */
  readonly nextWindowMs: number | null;
  readonly verdict: VerdictView | null;
  /** Latest first. */
  readonly ledger: readonly LedgerRowView[];
}

/** A ratio after ÷ before with its 95 % confidence interval. */
export interface RatioIntervalView {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** The measured effect of an action. */
export interface VerdictView {
  readonly outcome: 'kept' | 'reverted' | 'inconclusive' | 'wait';
  readonly reason: string;
  /** What becomes of an inconclusive one; null for the others. */
  readonly recommendation: 'keep' | 'revert' | null;
  readonly effect: { readonly time: RatioIntervalView; readonly blocks: RatioIntervalView | null } | null;
  readonly statements: readonly StatementVerdictView[];
  readonly control: { readonly shift: RatioIntervalView; readonly statements: number } | null;
  /** Calls of all statements per time, after ÷ before. */
  readonly loadRatio: number | null;
  readonly method: string;
}

/** How one statement came out. */
export interface StatementVerdictView {
  readonly fingerprint: string;
  /** Null where its text is not kept any more. */
  readonly text: string | null;
  readonly role: 'affected-reader' | 'affected-writer';
  readonly before: StatementPeriodView;
  readonly after: StatementPeriodView;
  readonly time: RatioIntervalView | null;
  readonly blocks: RatioIntervalView | null;
  readonly judgement: 'slower' | 'faster' | 'unchanged' | 'unclear' | 'too-few-calls' | 'new' | 'gone';
}

/** A statement on one side of an action; per call, null without calls. */
export interface StatementPeriodView {
  readonly calls: number;
  readonly meanMs: number | null;
  readonly blocksPerCall: number | null;
}

/** Actions, and when pgsteward may next act by itself; null when it may now. */
export interface ActionsView {
  readonly nextWindowMs: number | null;
  readonly actions: readonly ActionRow[];
}

/** An entry of the ledger. */
export interface LedgerRowView {
  readonly number: number;
  readonly hash: string;
  readonly atMs: number;
  readonly target: string;
  readonly action: string;
  readonly event: string;
  readonly from: string | null;
  readonly to: string;
  readonly actor: string;
  readonly text: string;
  readonly sql: readonly string[];
}

/** What a look through the whole ledger found. */
export interface LedgerCheckView {
  readonly entriesCount: number;
  /** Hash of the last entry. */
  readonly head: string;
  /** The first entry that is not as it was written; null when all of them are. */
  readonly broken: { readonly number: number; readonly why: string } | null;
}
