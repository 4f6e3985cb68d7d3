import type { ProgressListener } from './progress.ts';

/** Draws progress for a person. */
export interface ProgressDrawing {
  readonly listener: ProgressListener;
  /** Ends the last line. */
  readonly close: () => void;
}

/** Draws one line that renews itself on a terminal, and nothing when piped. */
export function drawProgress(stream: NodeJS.WriteStream): ProgressDrawing {
  if (!stream.isTTY) return { listener: () => undefined, close: () => undefined };
  let drawnMs = 0;
  let isOpen = false;
  return {
    listener({ task, done, total, unit }) {
      const nowMs = performance.now();
      if (nowMs - drawnMs < 100 && done !== total) return;
      drawnMs = nowMs;
      isOpen = true;
      const end = total === null ? '' : ` of ${total.toLocaleString('en')}`;
      stream.write(`\r\u001b[2K${task}: ${done.toLocaleString('en')}${end} ${unit}`);
    },
    close() {
      if (isOpen) stream.write('\r\u001b[2K');
      isOpen = false;
    },
  };
}
