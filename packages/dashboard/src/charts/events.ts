import type uPlot from 'uplot';
import type { ViewEvent } from '../../../agent/src/app/views/types.ts';
import { cssColor } from './colors.ts';

/** Marks on a chart what happened: a line where it did, with a flag at its foot. */
export function drawEvents(plot: uPlot, events: readonly ViewEvent[]): void {
  const { left, width, top, height } = plot.bbox;
  const { ctx } = plot;
  const pixel = devicePixelRatio;
  ctx.save();
  for (const { atMs, kind } of events) {
    const x = plot.valToPos(atMs / 1_000, 'x', true);
    if (x < left || x > left + width) continue;
    const color = cssColor(colorOf(kind));
    ctx.strokeStyle = color;
    ctx.fillStyle = color;
    ctx.lineWidth = pixel;
    ctx.setLineDash([2 * pixel, 3 * pixel]);
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x - 4 * pixel, top + height);
    ctx.lineTo(x + 4 * pixel, top + height);
    ctx.lineTo(x, top + height - 7 * pixel);
    ctx.fill();
  }
  ctx.restore();
}

/** Colour of a kind of event: what somebody did, what happened to the server, what the agent missed. */
export function colorOf(kind: string): string {
  if (kind === 'restart' || kind === 'failover') return '--critical';
  if (kind === 'gap' || kind === 'statistics-reset' || kind === 'clock-step') return '--muted';
  return '--mark';
}
