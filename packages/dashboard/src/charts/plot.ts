import uPlot from 'uplot';
import type { ViewChart, ViewEvent } from '../../../agent/src/app/views/types.ts';
import { format } from '../format.ts';
import { cssColor } from './colors.ts';
import { drawEvents } from './events.ts';

/** Cursors of all charts move together. */
const sync = uPlot.sync('time');

/** A stretch of time. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a plot shows; another reading of the same series takes its place without a new plot. */
export interface Shown {
  readonly chart: ViewChart;
  readonly range: Stretch;
  readonly events: readonly ViewEvent[];
}

/** What a plot is made of. */
export interface PlotParts {
  readonly shown: { readonly current: Shown };
  readonly height: number;
  readonly colors: readonly string[];
  readonly hidden: ReadonlySet<string>;
  /** Called with a stretch that was marked with the mouse; nothing can be marked without. */
  readonly onBrush: ((fromMs: number, toMs: number) => void) | undefined;
  readonly onCursor: (index: number | null) => void;
  readonly element: HTMLElement;
}

/** Draws a chart into an element. */
export function createPlot(parts: PlotParts): uPlot {
  return new uPlot(plotOptions(parts), plotData(parts.shown.current.chart, parts.hidden), parts.element);
}

/** Shows a stretch as marked, or nothing, without telling anybody. */
export function showMark(plot: uPlot, mark: Stretch | null): void {
  const at = (ms: number): number =>
    Math.min(plot.over.clientWidth, Math.max(0, plot.valToPos(ms / 1_000, 'x')));
  const left = mark === null ? 0 : at(mark.fromMs);
  const width = mark === null ? 0 : at(mark.toMs) - left;
  plot.setSelect({ left, width, top: 0, height: plot.over.clientHeight }, false);
}

/** Lays the values out for uPlot, which stacks nothing by itself: each band is drawn at the sum of those below it. */
export function plotData(chart: ViewChart, hidden: ReadonlySet<string>): uPlot.AlignedData {
  const seconds = chart.atMs.map((at) => at / 1_000);
  const shown = chart.series.map(({ name, values }) =>
    hidden.has(name) ? values.map((value) => (value === null ? null : 0)) : values,
  );
  if (!chart.isStacked) return [seconds, ...shown.map((values) => [...values])];
  const sums = new Array<number>(seconds.length).fill(0);
  return [
    seconds,
    ...shown.map((values) =>
      values.map((value, index) => {
        if (value === null) return null;
        sums[index] = (sums[index] ?? 0) + value;
        return sums[index] ?? null;
      }),
    ),
  ];
}

function plotOptions(parts: PlotParts): uPlot.Options {
  const { shown, height, onBrush, onCursor, element } = parts;
  const { chart } = shown.current;
  const axis = {
    stroke: cssColor('--muted'),
    grid: { stroke: cssColor('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    padding: [8, 12, 0, 0],
    scales: {
      x: { range: () => [shown.current.range.fromMs / 1_000, shown.current.range.toMs / 1_000] },
      y: { range: (_, __, most) => [0, top(most, shown.current.chart)] },
    },
    axes: [
      {
        ...axis,
        font: '12px system-ui',
        size: 40,
        values: (...[, ticks, , , step]) => timeLabels(ticks, step),
      },
      {
        ...axis,
        font: '12px system-ui',
        size: 66,
        values: (_, ticks) => ticks.map((tick) => format(tick, chart.unit)),
      },
    ],
    cursor: {
      sync: { key: sync.key, setSeries: false },
      drag: { x: onBrush !== undefined, y: false, setScale: false },
      points: { show: !chart.isStacked },
    },
    series: [{}, ...seriesOptions(parts)],
    ...(chart.isStacked ? { bands: bandsOf(chart.series.length) } : {}),
    hooks: {
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (onBrush === undefined || width < 5) return;
          onBrush(plot.posToVal(left, 'x') * 1_000, plot.posToVal(left + width, 'x') * 1_000);
        },
      ],
      draw: [
        (plot) => drawLimit(plot, shown.current.chart),
        (plot) => drawEvents(plot, shown.current.events),
      ],
    },
  };
}

const DAY_S = 86_400;

/** Labels of the time axis: the hour, and the day where a new one begins. */
function timeLabels(ticks: readonly number[], stepS: number): string[] {
  return ticks.map((tick, index) => {
    const date = new Date(tick * 1_000);
    const day = date.toLocaleDateString(undefined, { month: 'short', day: 'numeric' });
    if (stepS >= DAY_S) return day;
    const time = date.toLocaleTimeString(undefined, {
      hour: '2-digit',
      minute: '2-digit',
      hour12: false,
      ...(stepS < 60 ? { second: '2-digit' } : {}),
    });
    const before = ticks[index - 1];
    const isNewDay = before !== undefined && new Date(before * 1_000).getDate() !== date.getDate();
    return index === 0 || isNewDay ? `${time}\n${day}` : time;
  });
}

function top(most: number | null, { limit, unit }: ViewChart): number {
  if (unit === 'ratio' && (most ?? 0) > 0.5) return 1;
  const high = Math.max(most ?? 0, unit === 'sessions' ? (limit?.value ?? 0) : 0);
  return high === 0 ? 1 : high * 1.08;
}

function seriesOptions({ shown, colors, hidden }: PlotParts): readonly uPlot.Series[] {
  const { chart } = shown.current;
  return chart.series.map(({ name }, index) => {
    const color = cssColor(colors[index] ?? '--c-1');
    return {
      label: name,
      show: !hidden.has(name) || chart.isStacked,
      stroke: color,
      width: chart.isStacked ? 0 : 1.6,
      spanGaps: false,
      points: { show: true, filter: (plot, series) => [...aloneIn(plot.data[series] ?? [])] },
      ...(chart.isStacked ? { fill: color } : {}),
    };
  });
}

/** Values between two gaps: no line reaches them, so each is drawn as a point. */
function aloneIn(values: ArrayLike<number | null | undefined>): readonly number[] {
  const isGap = (index: number) => values[index] === null || values[index] === undefined;
  return Array.from({ length: values.length }, (_, index) => index).filter(
    (index) => !isGap(index) && isGap(index - 1) && isGap(index + 1),
  );
}

/** The area between a sum and the one below it; the lowest reaches down to zero by itself. */
function bandsOf(count: number): uPlot.Band[] {
  return Array.from({ length: Math.max(0, count - 1) }, (_, index) => ({ series: [index + 2, index + 1] }));
}

function drawLimit(plot: uPlot, { limit }: ViewChart): void {
  if (limit === undefined) return;
  const y = plot.valToPos(limit.value, 'y', true);
  const { left, width, top: high, height } = plot.bbox;
  if (y < high || y > high + height) return;
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = cssColor('--front');
  ctx.fillStyle = cssColor('--front');
  ctx.setLineDash([6, 4]);
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(left, y);
  ctx.lineTo(left + width, y);
  ctx.stroke();
  ctx.font = `${12 * devicePixelRatio}px system-ui`;
  ctx.textAlign = 'right';
  ctx.fillText(limit.name, left + width - 4, y - 5 * devicePixelRatio);
  ctx.restore();
}
