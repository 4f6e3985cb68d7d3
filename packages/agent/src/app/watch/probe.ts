import type { Clock } from '../../kernel/index.ts';
import type { SampleBatch } from '../../series/index.ts';

/** Counts, second by second, whether the target answered. */
export interface Probe {
  /** The target answered. */
  answered(tookMs: number): void;
  /** The target has not answered until now: counts the time since it did, once. */
  silent(): void;
  /** Nobody asked until now: the time counts neither way. */
  paused(): void;
  /** How long the target has not answered, in milliseconds. */
  silentMs(): number;
  /** Gives what was counted since the last call once that is a while; null before. */
  take(): SampleBatch | null;
}

const BATCH_MS = 10_000;

/** Starts a probe. @param everyMs time that one answer stands for */
export function createProbe(clock: Clock, everyMs: number): Probe {
  let beganMs = clock.monotonicMs();
  let answeredMs = beganMs;
  /** Until when silence was counted. */
  let countedMs = beganMs;
  let answered = 0;
  let failedMs = 0;
  let answerMs = 0;
  return {
    answered(tookMs) {
      answered += 1;
      answerMs += tookMs;
      answeredMs = clock.monotonicMs();
    },
    silent() {
      const nowMs = clock.monotonicMs();
      failedMs += nowMs - Math.max(answeredMs, countedMs);
      countedMs = nowMs;
    },
    paused() {
      answeredMs = clock.monotonicMs();
    },
    silentMs: () => clock.monotonicMs() - answeredMs,
    take() {
      const nowMs = clock.monotonicMs();
      if (nowMs - beganMs < BATCH_MS) return null;
      const failed = Math.round(failedMs / everyMs);
      const values = { answered, failed, answerMs };
      const coveredMs = nowMs - beganMs;
      answered = 0;
      failedMs -= failed * everyMs;
      answerMs = 0;
      beganMs = nowMs;
      return { kind: 'probe', at: clock.now(), coveredMs, rows: [{ key: [], values }] };
    },
  };
}
