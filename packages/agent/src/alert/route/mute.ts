import type { AlertState, Inhibition, MaintenanceWindow, Silence } from '../types.ts';
import { inhibitorOf } from './inhibit.ts';
import { silenceOf } from './silences.ts';
import { windowOf } from './windows.ts';

/** Everything that mutes. */
export interface Mutes {
  readonly inhibitions: readonly Inhibition[];
  readonly silences: readonly Silence[];
  readonly windows: readonly MaintenanceWindow[];
}

/** Why nobody is told of an alert. */
export type MuteReason =
  | { readonly kind: 'inhibited'; readonly by: string }
  | { readonly kind: 'silenced'; readonly by: string }
  | { readonly kind: 'maintenance'; readonly by: string };

/** Says why nobody is told of an alert now; null when they are. `by` is a fingerprint, a silence's id or a window's name. */
export function muteReasonOf(
  alert: AlertState,
  alerts: readonly AlertState[],
  { inhibitions, silences, windows }: Mutes,
  now: Date,
): MuteReason | null {
  const inhibitor = inhibitorOf(alert, alerts, inhibitions);
  if (inhibitor !== null) return { kind: 'inhibited', by: inhibitor.fingerprint };
  const silence = silenceOf(alert.labels, silences, now);
  if (silence !== null) return { kind: 'silenced', by: silence.id };
  const window = windowOf(alert.labels, windows, now);
  return window === null ? null : { kind: 'maintenance', by: window.name };
}
