import { isOpen } from '../../schedule/index.ts';
import type { Labels, MaintenanceWindow } from '../types.ts';
import { matches } from './matchers.ts';

/** Gives the maintenance window that mutes an alert now; null when none does. */
export function windowOf(
  labels: Labels,
  windows: readonly MaintenanceWindow[],
  now: Date,
): MaintenanceWindow | null {
  return windows.find((window) => matches(window.matchers, labels) && isOpen(window, now)) ?? null;
}
