/** What one statement did during one tick, as the history keeps it (series kind `statement`). */
export interface StatementTick {
  /** When it was read: the end of the tick. */
  readonly at: Date;
  readonly calls: number;
  readonly totalMs: number;
  /** Sum of the squares of the times of the calls (not of deviations), in ms². */
  readonly squaresMs2: number;
  readonly sharedBlocksHit: number;
  readonly sharedBlocksRead: number;
  readonly tempBlocksRead: number;
  readonly tempBlocksWritten: number;
  readonly walBytes: number;
}

/**
 * What the action has to do with a statement: it should make the reader faster, may slow the writer down, and cannot
 * touch a control.
 */
export type StatementRole = 'affected-reader' | 'affected-writer' | 'control';

/** One statement before, during and after the action. */
export interface StatementTicks {
  readonly fingerprint: string;
  readonly role: StatementRole;
  /** In any order; ticks in which the statement stood still may be missing. */
  readonly ticks: readonly StatementTick[];
}

/**
 * What an action was made for. `faster-readers`: an index, a view; `free-space`: a dropped index; `no-harm`:
 * statistics, vacuum; `whole-server`: a setting, which leaves no statement untouched.
 */
export type ActionPromise = 'faster-readers' | 'free-space' | 'no-harm' | 'whole-server';

/** Limits of the owner; see `VERDICT_SETTINGS`. */
export interface VerdictLimits {
  readonly slowdownRatio: number;
  readonly uncontrolledSlowdownRatio: number;
  readonly smallestGainRatio: number;
  readonly minimumCalls: number;
  readonly minimumControls: number;
  readonly falseRevertRatio: number;
  readonly loadFactor: number;
  readonly verifyMs: number;
}

/** What is asked about one action. */
export interface VerdictQuestion {
  readonly promise: ActionPromise;
  readonly statements: readonly StatementTicks[];
  /** Length of one tick in milliseconds. */
  readonly tickMs: number;
  /** When the action began to be applied: what ran until then is before. */
  readonly begunAt: Date;
  /** When it was in force: ticks that began later are after. Between the two the building itself is the load. */
  readonly appliedAt: Date;
  readonly now: Date;
  readonly limits: VerdictLimits;
}

/** A ratio after ÷ before with its 95 % confidence interval; 1 is no change, 2 is twice as much. */
export interface RatioInterval {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/**
 * How one statement came out. `unchanged`: a slow-down beyond the bound is excluded; `unclear`: it is not;
 * `new` and `gone`: ran on one side of the action only.
 */
export type StatementJudgement =
  | 'slower'
  | 'faster'
  | 'unchanged'
  | 'unclear'
  | 'too-few-calls'
  | 'new'
  | 'gone';

/** One side of the action; per call, null without calls. */
export interface StatementPeriod {
  readonly calls: number;
  readonly meanMs: number | null;
  readonly blocksPerCall: number | null;
  readonly walBytesPerCall: number | null;
}

/** One affected statement. */
export interface StatementVerdict {
  readonly fingerprint: string;
  readonly role: Exclude<StatementRole, 'control'>;
  readonly before: StatementPeriod;
  readonly after: StatementPeriod;
  /** Time per call, less the shift of the controls; null where it was not judged. */
  readonly time: RatioInterval | null;
  /** Blocks per call; null where it was not judged or touches none. */
  readonly blocks: RatioInterval | null;
  /** Probability of so large a slow-down by chance, corrected for the number of statements (Holm); null where not judged. */
  readonly slowdownProbability: number | null;
  readonly judgement: StatementJudgement;
}

/** What the untouched statements did meanwhile. */
export interface ControlVerdict {
  /** Shift of their time per call, taken off every affected statement. */
  readonly shift: RatioInterval;
  /** Statements it rests on. */
  readonly statements: number;
  /** How differently they moved: standard deviation of the logarithm of their ratios beyond their noise. */
  readonly spread: number;
}

/** The measured effect of an action. */
export interface Verdict {
  /** `wait`: more time can still tell. */
  readonly outcome: 'kept' | 'reverted' | 'inconclusive' | 'wait';
  /** In plain words. */
  readonly reason: string;
  /** What to do with an inconclusive one; null for the others. */
  readonly recommendation: 'keep' | 'revert' | null;
  /** On all judged statements that the promise is about, with their calls of before; null where none was judged. */
  readonly effect: { readonly time: RatioInterval; readonly blocks: RatioInterval | null } | null;
  readonly statements: readonly StatementVerdict[];
  /** Null where too few statements were untouched. */
  readonly control: ControlVerdict | null;
  /** Calls of all statements per time, after ÷ before; null where either side had none. */
  readonly loadRatio: number | null;
  /** How it was measured, for people who check. */
  readonly method: string;
}
