import { history } from './001-history.ts';
import { access } from './002-access.ts';
import { alertsAndPlans } from './003-alerts-and-plans.ts';
import { written } from './004-written.ts';
import { actions } from './005-actions.ts';
import { executions } from './006-executions.ts';
import { sixHours } from './007-six-hours.ts';

/** One step of the store's schema; steps are never changed once released. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** Every step, in order. */
export const migrations: readonly Migration[] = [
  { number: 1, name: 'history', sql: history },
  { number: 2, name: 'access', sql: access },
  { number: 3, name: 'alerts and plans', sql: alertsAndPlans },
  { number: 4, name: 'written', sql: written },
  { number: 5, name: 'actions', sql: actions },
  { number: 6, name: 'executions', sql: executions },
  { number: 7, name: 'six hours', sql: sixHours },
];
