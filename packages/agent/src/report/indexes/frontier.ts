import type { FrontierPoint } from '../../advise/index.ts';
import { formatBytes, formatCount, formatRatio } from '../../kernel/index.ts';
import { createPaint, type TextOptions, usableWidth } from '../text/paint.ts';
import { layOutTable } from '../text/table.ts';

const BAR = '█';
const HALF = '▌';
/** Columns that the figures beside the bar take. */
const FIGURES_WIDTH = 34;

/** Draws benefit against size: one bar per point, the whole width being the whole cost of the workload. */
export function renderFrontier(points: readonly FrontierPoint[], options: TextOptions): readonly string[] {
  if (points.length === 0) return [];
  const paint = createPaint(options.color);
  const room = Math.max(10, usableWidth(options) - FIGURES_WIDTH);
  const rows = points
    .toSorted((a, b) => a.sizeBytes - b.sizeBytes)
    .map((point) => {
      const saved = Math.max(0, 1 - point.relativeCost);
      return [
        formatBytes(point.sizeBytes),
        formatCount(point.indexes.length),
        formatRatio(saved),
        paint.good(bar(saved, room)),
      ];
    });
  const columns = [
    { head: 'size', align: 'right' },
    { head: 'indexes', align: 'right' },
    { head: 'saves', align: 'right' },
    { head: '' },
  ] as const;
  return [
    paint.heading('Benefit against size'),
    ...layOutTable(columns, rows, paint.dim).map((line) => `  ${line}`),
  ];
}

function bar(ratio: number, room: number): string {
  const halves = Math.round(ratio * room * 2);
  return BAR.repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? HALF : '');
}
