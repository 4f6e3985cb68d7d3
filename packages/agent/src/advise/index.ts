/**
 * Responsible for remedies. Takes findings and the snapshot behind them; gives proposals with the SQL to do, the
 * SQL to undo, the predicted effect and the risk. Pure: proposes, never applies.
 */
export { type Advice, advise } from './engine.ts';
export { advisors } from './registry.ts';
export type { Advisor, Effect, Proposal, Risk } from './types.ts';
