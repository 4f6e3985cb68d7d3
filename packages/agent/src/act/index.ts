/**
 * Responsible for changing targets. Takes proposals, the owner's policy and the acting role's sessions; gives actions on
 * their way from proposed to kept or taken back, each with its undo written down before anything is changed, a verdict
 * and its entries in the ledger. Guarantees that one action at a time runs on a target, and that what an agent began when
 * it died is found again and ended or taken away. Nothing else writes to a target.
 */
export {
  approvable,
  approve,
  contentHash,
  type Decision,
  OPEN_STATES,
  propose,
  reject,
  requestUndo,
  standingOf,
  withdraw,
} from './decisions.ts';
export { type AdvanceOptions, advance, type Judgement } from './engine/advance.ts';
export { ACT_ERRORS } from './errors.ts';
export { isByPolicy, overBudget, POLICY, policyFor, type Spent } from './policy/decide.ts';
export { mayActNow, nextWindow, parseWindows } from './policy/windows.ts';
export { ACT_SETTINGS, POLICY_SETTINGS } from './settings.ts';
export { type Admission, admit, type Draft, readChange, subjectOf } from './trial/admit.ts';
export type {
  Action,
  ActionKind,
  ActionState,
  Approval,
  Change,
  Execution,
  Executor,
  Journal,
  LedgerEntry,
  Obstacle,
  PolicyLevel,
  Prepared,
  Presence,
  RelationName,
  Trial,
} from './types.ts';
export {
  type ActionPromise,
  judgeAction,
  type StatementRole,
  type StatementTick,
  type StatementTicks,
  VERDICT_SETTINGS,
  type Verdict,
  verdictLimits,
} from './verdict/index.ts';
