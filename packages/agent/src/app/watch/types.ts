import type { Clock } from '../../kernel/index.ts';
import type { ConnectionTarget } from '../../postgres/index.ts';
import type { Settings } from '../../settings/index.ts';
import type { Store } from '../../store/index.ts';

/** What a target is watched with. */
export interface WatchOptions {
  readonly target: ConnectionTarget;
  /** Address by which the acting role reaches the target; null where nothing may be changed. */
  readonly actingTarget: ConnectionTarget | null;
  /** Admin consoles of the poolers in front of the target. */
  readonly poolers: readonly ConnectionTarget[];
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly random: () => number;
  /** Writes a line to the log. */
  readonly log: (line: WatchLogLine) => void;
}

/** One line of the log. */
export interface WatchLogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly target: string;
  readonly message: string;
}
