import { failed, failure, parseDuration, type Result, success } from '../../kernel/index.ts';
import { isOpen, nextBegin, type Window, wrongSchedule } from '../../schedule/index.ts';
import { ACT_ERRORS } from '../errors.ts';

const FORM = /^(?<cron>.+?) for (?<length>\S+)(?: in (?<zone>\S+))?$/;

/**
 * Reads the windows in which pgsteward may act.
 * @param text `0 2 * * 6 for 4h in Europe/Berlin`, several separated by semicolons
 * @returns none for an empty text, which means any time; ACT.WINDOW_INVALID
 */
export function parseWindows(text: string): Result<readonly Window[]> {
  const windows: Window[] = [];
  for (const part of text.split(';').map((one) => one.trim())) {
    if (part === '') continue;
    const { cron = '', length = '', zone = 'UTC' } = FORM.exec(part)?.groups ?? {};
    const durationMs = parseDuration(length) ?? 0;
    const wrong =
      cron === ''
        ? 'It has no length'
        : durationMs <= 0
          ? `"${length}" is no duration`
          : wrongSchedule({ cron, timeZone: zone });
    if (wrong !== null) return failed(failure(ACT_ERRORS.WINDOW_INVALID, { text: part, reason: wrong }));
    windows.push({ cron, durationMs, timeZone: zone });
  }
  return success(windows);
}

/** Tells whether pgsteward may act now: without windows it may at any time. */
export function mayActNow(windows: readonly Window[], now: Date): boolean {
  return windows.length === 0 || windows.some((window) => isOpen(window, now));
}

/** Gives when the next window begins, be one open now or not; null when there is none. */
export function nextWindow(windows: readonly Window[], now: Date): Date | null {
  const begins = windows.flatMap((window) => nextBegin(window, now) ?? []);
  return begins.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null;
}
