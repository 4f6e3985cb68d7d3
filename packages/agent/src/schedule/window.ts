import { Cron } from 'croner';

/** A stretch of time that comes again and again. */
export interface Window {
  /** When it begins: `0 2 * * 6`. */
  readonly cron: string;
  /** IANA name: `Europe/Berlin`. */
  readonly timeZone: string;
  readonly durationMs: number;
}

/** Tells whether a window is open: it began less than its duration ago. */
export function isOpen(window: Window, now: Date): boolean {
  const begin = nextBegin(window, new Date(now.getTime() - window.durationMs));
  return begin !== null && begin <= now;
}

/** Gives when a window next begins after a time; null when it never does. */
export function nextBegin({ cron, timeZone }: Pick<Window, 'cron' | 'timeZone'>, after: Date): Date | null {
  return new Cron(cron, { timezone: timeZone, paused: true }).nextRun(after);
}

/** Says what is wrong with a window's cron expression or time zone; null when nothing is. */
export function wrongSchedule(schedule: Pick<Window, 'cron' | 'timeZone'>): string | null {
  try {
    return nextBegin(schedule, new Date()) === null ? 'It never begins' : null;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
  }
}
