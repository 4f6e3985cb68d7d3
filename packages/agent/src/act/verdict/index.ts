/** The measured effect of an action: takes what statements did before and after it, gives the verdict. Pure. */
export { judgeAction } from './judge-action.ts';
export { VERDICT_SETTINGS, verdictLimits } from './settings.ts';
export type { ActionPromise, StatementRole, StatementTick, StatementTicks, Verdict } from './types.ts';
