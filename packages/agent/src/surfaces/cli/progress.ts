import { formatCount, formatDuration, type ProgressListener, silentProgress } from '../../kernel/index.ts';

const REDRAW_MS = 80;
const BAR_WIDTH = 20;
const MS_PER_SECOND = 1000;

/** Draws progress; `end` wipes the line. */
export interface ProgressBar {
  readonly listener: ProgressListener;
  end(): void;
}

/**
 * Builds a progress line on stderr with bar, rate and time left; draws nothing when stderr is no terminal or
 * the command is quiet.
 */
export function createProgressBar(stream: NodeJS.WriteStream, isQuiet: boolean): ProgressBar {
  if (isQuiet || stream.isTTY !== true) return { listener: silentProgress, end: () => undefined };
  let task = '';
  let beganMs = 0;
  let drawnMs = 0;
  return {
    listener: (step) => {
      const nowMs = performance.now();
      if (step.task !== task) {
        task = step.task;
        beganMs = nowMs;
      } else if (nowMs - drawnMs < REDRAW_MS && step.done !== step.total) {
        return;
      }
      drawnMs = nowMs;
      const line = progressLine(step, nowMs - beganMs).slice(0, (stream.columns ?? 80) - 1);
      stream.write(`\r\u001b[2K${line}`);
    },
    end: () => {
      stream.write('\r\u001b[2K');
    },
  };
}

type Step = Parameters<ProgressListener>[0];

function progressLine(step: Step, elapsedMs: number): string {
  if (step.total === null || step.total === 0) return `${step.task} …`;
  const ratio = Math.min(1, step.done / step.total);
  const filled = Math.round(ratio * BAR_WIDTH);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
  const perSecond = elapsedMs > 0 ? (step.done / elapsedMs) * MS_PER_SECOND : 0;
  const isMeasurable = elapsedMs > MS_PER_SECOND && perSecond > 0;
  const rate = isMeasurable ? `  ${formatCount(perSecond)} ${step.unit}/s` : '';
  const left =
    isMeasurable && step.done < step.total
      ? `  ${formatDuration(((step.total - step.done) / perSecond) * MS_PER_SECOND)} left`
      : '';
  return `${bar} ${Math.round(ratio * 100)} %  ${step.task}  ${formatCount(step.done)}/${formatCount(step.total)} ${step.unit}${rate}${left}`;
}
