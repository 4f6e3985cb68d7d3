import { signal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { ViewChart, ViewEvent } from '../../../agent/src/app/views/types.ts';
import { format, formatTime } from '../format.ts';
import { colorsOf } from './colors.ts';
import { DataTable } from './data-table.tsx';
import { moveByKey } from './keys.ts';
import { Legend } from './legend.tsx';
import { createPlot, plotData, type Shown, type Stretch, showMark } from './plot.ts';
import { describe, unitName } from './words.ts';

/** Changes when the system's theme does: canvases know no CSS. */
const theme = signal(0);
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  theme.value += 1;
});

interface ChartProperties {
  readonly chart: ViewChart;
  readonly range: Stretch;
  readonly events: readonly ViewEvent[];
  readonly height?: number;
  /** Called with the stretch of time that the reader marked. */
  readonly onBrush?: (fromMs: number, toMs: number) => void;
  /** Stretch that stays marked. */
  readonly mark?: Stretch | null;
}

/**
 * Draws a chart: lines or a stack, with gaps as gaps, markers of what happened, and a legend that can be read. By the
 * keyboard arrows move the cursor, shift and arrows mark a stretch, enter takes it; the values are a table, too.
 */
export function Chart(properties: ChartProperties) {
  const { chart, range, events, height = 220, onBrush, mark = null } = properties;
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<{ readonly plot: uPlot; readonly chart: ViewChart } | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const names = chart.series.map(({ name }) => name).join('\n');
  const colors = useMemo(() => colorsOf(names.split('\n')), [names]);
  const description = useMemo(() => describe(chart), [chart]);
  const shown = useRef<Shown>({ chart, range, events });
  shown.current = { chart, range, events };
  const isEmpty = chart.atMs.length === 0;
  const look = [names, isEmpty, hidden, height, onBrush, theme.value];
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const plot = createPlot({ shown, colors, hidden, height, onBrush, onCursor: setCursor, element });
    drawn.current = { plot, chart };
    showMark(plot, mark);
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      drawn.current = null;
    };
  }, look);
  // A new reading of the same series keeps the plot, and with it the cursor and what is being marked.
  useEffect(() => {
    if (drawn.current === null || drawn.current.chart === chart) return;
    drawn.current = { ...drawn.current, chart };
    drawn.current.plot.setData(plotData(chart, hidden));
  }, [chart]);
  useEffect(() => {
    if (drawn.current !== null) showMark(drawn.current.plot, mark);
  }, [mark, chart]);
  return (
    <figure class="chart">
      <figcaption>
        {chart.title} <span class="unit">{unitName(chart.unit)}</span>
        <span class="at">{cursor === null ? '' : formatTime(chart.atMs[cursor] ?? 0)}</span>
      </figcaption>
      {isEmpty ? (
        <p class="empty" style={{ height: `${height}px` }}>
          nothing was recorded in this time
        </p>
      ) : (
        <div
          ref={place}
          class="plot"
          role="slider"
          tabIndex={0}
          aria-label={description}
          aria-valuemin={0}
          aria-valuemax={chart.atMs.length - 1}
          aria-valuenow={cursor ?? chart.atMs.length - 1}
          aria-valuetext={valueText(chart, cursor ?? chart.atMs.length - 1)}
          onKeyDown={(event) => {
            if (drawn.current !== null) moveByKey(event, drawn.current.plot, onBrush);
          }}
        />
      )}
      <Legend chart={chart} colors={colors} cursor={cursor} hidden={hidden} onHide={setHidden} />
      <DataTable chart={chart} />
    </figure>
  );
}

const SPOKEN_SERIES = 4;

/** The values at the cursor, as they are read aloud: the largest first. */
function valueText(chart: ViewChart, tick: number): string {
  const values = chart.series
    .map(({ name, values }) => ({ name, value: values[tick] ?? null }))
    .toSorted((a, b) => (b.value ?? -1) - (a.value ?? -1))
    .slice(0, SPOKEN_SERIES)
    .map(({ name, value }) => `${name} ${format(value, chart.unit)}`);
  return `${formatTime(chart.atMs[tick] ?? 0)}: ${values.join(', ')}`;
}
